// An option whose value is one of a few words, which --help lists.
// Threading: a free function for the main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sam {

// value is what the word stands for, and must outlive command. (CLI::CheckedTransformer shows numbers, and takes them.)
template <typename Value>
CLI::Option* add_word_option(CLI::App& command, const std::string& name, Value& value,
                             const std::vector<std::pair<std::string, Value>>& words, const std::string& description) {
  std::vector<std::string> names;
  for (const auto& [word, meaning] : words) names.push_back(word);
  const auto set = [&value, words](const std::string& chosen) {
    value = std::find_if(words.begin(), words.end(), [&](const auto& each) { return each.first == chosen; })->second;
  };
  return command.add_option_function<std::string>(name, set, description)
      ->type_name("{" + CLI::detail::join(names, ",") + "}")
      ->check(CLI::IsMember(names).description(""));
}

}  // namespace sam
