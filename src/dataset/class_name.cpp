#include "dataset/class_name.h"

#include "dataset/class_list.h"
#include "dataset/formats/shown_text.h"
#include "dataset/store.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

constexpr std::size_t max_name_bytes = 200;  // with an object's number it is still a file's name (object-masks)

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(blanks);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

}  // namespace

std::string require_class_name(std::string_view text, const std::string& place) {
  const std::string name(without_blanks(text));
  const auto refuse = [&](const std::string& why) {
    throw DatasetError(place + ": the class name " + shown_text(name) + " " + why);
  };
  if (name.size() > max_name_bytes) {
    refuse("has " + std::to_string(name.size()) + " bytes, and " + std::to_string(max_name_bytes) + " are the most");
  }
  if (name != clean_class_name(name)) refuse("has a line end or another control character in it");
  if (!is_utf8(name)) refuse("is not UTF-8 text");
  return name;
}

}  // namespace sam
