// Where the pictures and annotations of one COCO file are, found in one pass in constant memory but for the places themselves: 32 bytes a
// picture, 24 an annotation.
// Threading: values; made by one thread, read by any.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataset/formats/coco_parser.h"
#include "platform/file_system.h"

namespace sam {

struct CocoImagePlace {
  std::int64_t id = 0;
  std::uint64_t offset = 0;  // of its text in the file
  std::uint64_t name_hash = 0;
  std::uint32_t length = 0;  // of its text
};

struct CocoObjectPlace {
  std::int64_t image_id = 0;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
};

class CocoIndex {
 public:
  // name: of the file, for messages. Throws FormatError: no JSON, a section that is missing or twice, a repeated id, name of a picture or
  // category, an annotation of a picture that is not there.
  CocoIndex(std::unique_ptr<InputFile> file, std::string name);

  const std::string& name() const { return name_; }
  const std::vector<CocoCategory>& categories() const { return categories_; }  // as they stand there
  const std::vector<CocoImagePlace>& images() const { return images_; }        // as they stand there
  // The image's annotations, as they stand in the file.
  std::vector<CocoObjectPlace> objects_of(std::int64_t image_id) const;
  // Fills `into`, whose length counts. Throws FormatError if the file is shorter now.
  void read(std::uint64_t offset, std::span<char> into) const;
  CocoImage image(const CocoImagePlace& place) const;

 private:
  void read_sections();
  void check_categories() const;
  void check_images();
  void check_objects();

  std::unique_ptr<InputFile> file_;
  std::string name_;
  std::vector<CocoCategory> categories_;
  std::vector<CocoImagePlace> images_;
  std::deque<CocoObjectPlace> objects_;  // by image id, then offset; a deque: growing copies nothing
};

}  // namespace sam
