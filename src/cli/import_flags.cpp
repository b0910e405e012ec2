#include "cli/import_flags.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <numeric>
#include <set>

#include "cli/program.h"
#include "cli/word_option.h"
#include "dataset/class_list.h"
#include "dataset/class_name.h"

namespace sam {
namespace {

// Levenshtein's distance, in bytes.
std::size_t edits_between(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Empty: none is like it.
std::string nearest(const std::string& name, const std::set<std::string>& names) {
  std::string found;
  std::size_t fewest = name.size() / 2 + 1;
  for (const std::string& each : names) {
    const std::size_t edits = edits_between(lower(name), lower(each));
    if (edits < fewest) {
      fewest = edits;
      found = each;
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> ClassFlags::without_class(const ClassRules& rules,
                                                   const std::vector<std::string>& listed) const {
  std::set<std::string> names = *rules.met;
  for (const std::string& each : listed) names.insert(clean_class_name(each));
  std::vector<std::string> warnings;
  for (const auto& [name, ours] : rules.renamed) {
    if (names.contains(name)) continue;
    const std::string like = nearest(name, names);
    warnings.push_back("--map \"" + name + "=" + ours + "\" did nothing: the dataset has no class of that name" +
                       (like.empty() ? "" : "; did you mean \"" + like + "\"?"));
  }
  return warnings;
}

ClassRules ClassFlags::rules() const {
  ClassRules rules{{}, on_new, std::make_shared<std::set<std::string>>()};
  for (const std::string& each : map) {
    const std::size_t equals = each.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("--map " + each + ": expected NAME=OURS, or NAME= to leave its objects out");
    }
    rules.renamed[clean_class_name(each.substr(0, equals))] = require_class_name(each.substr(equals + 1), "--map");
  }
  return rules;
}

void add_class_flags(CLI::App& command, ClassFlags& flags) {
  command.add_option("--map", flags.map,
                     "\"NAME=OURS\": a class of the dataset is one of ours; \"NAME=\" leaves its objects out");
  add_word_option<OnNewClass>(
      command, "--new-classes", flags.on_new,
      {{"add", OnNewClass::add}, {"refuse", OnNewClass::refuse}, {"skip", OnNewClass::skip}},
      "classes that the project does not have are added (default), refused, or their objects left out");
}

}  // namespace sam
