#include "dataset/class_list.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <unordered_map>

#include "dataset/csv_reader.h"
#include "dataset/store.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

constexpr std::array<std::string_view, 6> accepted_headers = {"class_name", "classname", "name",
                                                              "class",      "category",  "label"};

std::string trimmed(std::string text) {
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
  return text;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string without_control_characters(std::string name) {
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return name;
}

// Index of the column that holds the names: class_name if there is one, else the first accepted name in the table's order.
std::size_t name_column(const CsvReader& csv, const CsvRow& header, const std::string& file_name, ClassList& list) {
  for (std::string_view accepted : accepted_headers) {
    for (std::size_t i = 0; i < header.fields.size(); ++i) {
      const std::string field = trimmed(header.fields[i]);
      if (lower(field) != accepted) continue;
      if (field != "class_name") {
        list.warnings.push_back(file_name + ": header \"" + field + "\" read as class_name");
      }
      return i;
    }
  }
  csv.fail(header.line, "no header of class names, found \"" +
                            without_control_characters(header.fields.front().substr(0, 40)) +
                            "\"; the first line must be class_name (className, name, class, category and label are "
                            "accepted too)");
}

void require_utf8(std::string_view text, const std::string& file_name) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    throw DatasetError(file_name + ":1: UTF-16 text; save the file as UTF-8");
  }
  const std::size_t bad = first_invalid_utf8(text);
  if (bad == text.size()) return;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
  throw DatasetError(file_name + ":" + std::to_string(line) + ": not UTF-8 text; save the file as UTF-8");
}

}  // namespace

std::string clean_class_name(std::string_view text) {
  return trimmed(without_control_characters(std::string(text)));
}

std::string format_class_list(const std::vector<std::string>& names) {
  std::string text = "class_name\n";
  for (const std::string& name : names) text += csv_field(name) + '\n';
  return text;
}

ClassList parse_class_list(std::string_view text, const std::string& file_name, bool may_be_empty) {
  require_utf8(text, file_name);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);

  ClassList list;
  CsvReader csv(text, file_name);
  std::optional<CsvRow> row = csv.next();
  while (row && row->blank) row = csv.next();
  if (!row) throw DatasetError(file_name + ":1: the file is empty; write class_name, then one class a line");
  const std::size_t column = name_column(csv, *row, file_name, list);

  std::unordered_map<std::string, int> first_id;
  while ((row = csv.next())) {
    const std::string where = file_name + ":" + std::to_string(row->line) + ": ";
    if (row->blank) {  // not a row for the original either
      list.warnings.push_back(where + "empty line skipped");
      continue;
    }
    const int id = static_cast<int>(list.names.size());
    std::string name = column < row->fields.size() ? clean_class_name(row->fields[column]) : "";
    if (name.empty()) {
      name = "class_" + std::to_string(id);
      list.warnings.push_back(where + "no name; class " + std::to_string(id) + " is called " + name);
    }
    const auto [known, is_new] = first_id.emplace(name, id);
    if (!is_new) {
      list.warnings.push_back(where + "\"" + name + "\" is class " + std::to_string(known->second) +
                              " already; both are kept, as class " + std::to_string(id) + " too");
    }
    list.names.push_back(std::move(name));
  }
  if (list.names.empty() && !may_be_empty)
    throw DatasetError(file_name + ":1: no class below the header; write one class a line");
  if (list.warnings.size() > 20) {
    const std::size_t more = list.warnings.size() - 20;
    list.warnings.resize(20);
    list.warnings.push_back(file_name + ": and " + std::to_string(more) + " more");
  }
  return list;
}

std::string with_class_added(std::string_view text, const std::string& name, const std::string& file_name) {
  std::vector<std::string> names = parse_class_list(text, file_name, true).names;
  if (const auto known = std::find(names.begin(), names.end(), name); known != names.end()) {
    throw DatasetError("there is a class called \"" + name + "\" already, class " +
                       std::to_string(known - names.begin()));
  }
  const std::string_view body = text.substr(text.starts_with("\xef\xbb\xbf") ? 3 : 0);
  CsvReader csv(body, file_name);
  std::optional<CsvRow> header = csv.next();
  while (header && header->blank) header = csv.next();
  ClassList unused;
  const std::size_t column = name_column(csv, header.value(), file_name, unused);
  const char* line_end = text.find("\r\n") != std::string_view::npos ? "\r\n" : "\n";
  std::string extended(text);
  if (!extended.ends_with('\n') && !extended.ends_with('\r')) extended += line_end;
  for (std::size_t i = 0; i < header->fields.size(); ++i) {
    if (i > 0) extended += ',';
    if (i == column) extended += csv_field(name);
  }
  extended += line_end;
  names.push_back(name);
  if (parse_class_list(extended, file_name).names != names) {
    throw DatasetError(file_name + " cannot be extended by a class without changing others; add the line by hand");
  }
  return extended;
}

}  // namespace sam
