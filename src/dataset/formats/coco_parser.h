// What the elements of a COCO file say: one image, category or annotation at a time, checked.
// Threading: one thread at a time. Texts must have 64 readable bytes behind them, as those of JsonElements have.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dataset/annotation_file.h"
#include "dataset/formats/json_elements.h"

namespace sam {

struct CocoImage {
  std::int64_t id = 0;
  std::string file_name;  // as it stands there
  Size size;              // 0: not stated
};

struct CocoCategory {
  std::int64_t id = 0;
  std::string name;
};

struct CocoObject {
  std::int64_t image_id = 0;
  std::int64_t category_id = 0;
  StoredAnnotation stored;  // without class; mask or polygon, not both
};

class CocoParser {
 public:
  // name: of the file, for messages. All functions throw FormatError with file and byte.
  explicit CocoParser(std::string name);
  ~CocoParser();

  CocoImage image(const JsonElement& element);
  CocoCategory category(const JsonElement& element);
  // The image_id of an annotation, without looking at the rest more than is needed to find it.
  std::int64_t image_id(const JsonElement& element);
  // size: the picture's. An object without a segmentation becomes its box; iscrowd becomes an attribute of that name.
  CocoObject object(const JsonElement& element, Size size);

  [[noreturn]] void fail(std::uint64_t offset, const std::string& what) const;

 private:
  struct Json;
  const std::string name_;
  const std::unique_ptr<Json> json_;
};

}  // namespace sam
