// Fields that we do not know, kept through reading and writing as the text of a JSON object; empty: none.
// Threading: values and free functions; no shared state.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sam {

// Throws AnnotationFileError if the text is no JSON value, or one that within as many brackets as depth is nested deeper than 64.
void check_json(std::string_view text, int depth);

class OtherFields {
 public:
  // depth: of brackets around the fields.
  explicit OtherFields(int depth);
  ~OtherFields();

  // Of several of a name the last counts. Throws as check_json(), and for a name that is not UTF-8.
  void add(std::string_view name, std::string_view value);
  std::string text() const;

 private:
  struct Fields;
  const int depth_;
  std::unique_ptr<Fields> fields_;  // made when there is one, which is rare
};

// Calls append(name, JSON text) for each field of such a text, those named in `ours` excepted.
void for_other_fields(const std::string& text, std::span<const std::string_view> ours,
                      const std::function<void(const std::string& name, const std::string& value)>& append);

}  // namespace sam
