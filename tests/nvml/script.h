// What the scripted drivers play: words in an environment variable, separated by commas. "FUNCTION=CODE" makes that function return CODE.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

class Script {
 public:
  explicit Script(const char* variable) {
    if (const char* text = std::getenv(variable)) text_ = "," + std::string(text) + ",";
  }

  bool has(std::string_view word) const { return text_.find("," + std::string(word) + ",") != std::string::npos; }

  // The number after "KEY="; `otherwise` if it is not there.
  long long number(std::string_view key, long long otherwise) const {
    const std::string start = "," + std::string(key) + "=";
    const std::size_t at = text_.find(start);
    return at == std::string::npos ? otherwise : std::atoll(text_.c_str() + at + start.size());
  }

 private:
  std::string text_;
};
