// Reading and writing datasets with a heap that fails: every allocation once. Lack of memory must never be taken for a damaged dataset.
#include <gtest/gtest.h>

#include "dataset/formats/format.h"
#include "faults/pipeline_scene.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr Size picture_size{24, 18};
const std::vector<std::string> class_names = {"car", "a delivery van with a long name"};

StoredAnnotation rectangle(int class_id, Box box) {
  StoredAnnotation stored;
  stored.annotation.id = class_id + 1;
  stored.annotation.class_id = class_id;
  stored.annotation.polygon = {{{{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}}, {}}};
  stored.annotation.mask = polygon_to_mask(stored.annotation.polygon, picture_size);
  stored.annotation.attributes["colour of the car"] = "as red as a fire engine";
  stored.class_name = class_names[static_cast<std::size_t>(class_id)];
  return stored;
}

void write_dataset(const Format& format, FileSystem& files, const fs::path& out) {
  files.create_directories(out);
  const auto writer = format.write({files, out, false, class_names, {"train"}, false});
  DatasetPicture picture{"a picture of two cars.bmp", picture_size, "train", 1, 0, {}, {}};
  picture.annotations = {rectangle(0, {2, 3, 11, 9}), rectangle(1, {13, 10, 22, 16})};
  EncodedPicture encoded = writer->encode(picture);
  for (const EncodedFile& file : encoded.files) {
    files.create_directories((out / file.path).parent_path());
    files.write_unflushed(out / file.path, file.bytes);
  }
  encoded.files.clear();
  writer->append(std::move(encoded));
  writer->finish();
}

std::size_t count_objects(const Format& format, FileSystem& files, const fs::path& in) {
  const auto reader = format.read({files, in, class_names});
  std::size_t count = 0;
  while (const auto entry = reader->next()) count += reader->decode(*entry, picture_size).annotations.size();
  return count;
}

class FormatScene : public Scene {
 public:
  explicit FormatScene(const Format& format) : format_(format) {}
  bool may_end_with(const std::exception& error) const override {
    const auto* file = dynamic_cast<const FileError*>(&error);                // opendir() says it so
    const auto* library = dynamic_cast<const fs::filesystem_error*>(&error);  // canonical() says it so
    // libpng and zlib do not say that it was memory that they lacked.
    const std::string_view text = error.what();
    const bool in_libpng = text.find("no reason given") != text.npos || text.find("libpng read error") != text.npos;
    return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
           (file != nullptr && file->error_number() == ENOMEM) ||
           (library != nullptr && library->code() == std::errc::not_enough_memory) || in_libpng;
  }

 protected:
  const Format& format_;
  PosixFileSystem files_;
};

class ReadScene final : public FormatScene {
 public:
  ReadScene(const Format& format, fs::path in) : FormatScene(format), in_(std::move(in)) {}
  void run() override { count_ = count_objects(format_, files_, in_); }
  void after(bool failed) override {
    if (!failed && count_ != 2) throw std::runtime_error("objects were lost");
    if (count_objects(format_, files_, in_) != 2) throw std::runtime_error("it cannot be read any more");
  }

 private:
  const fs::path in_;
  std::size_t count_ = 0;
};

class WriteScene final : public FormatScene {
 public:
  using FormatScene::FormatScene;
  void run() override { write_dataset(format_, files_, folder_.path() / "out"); }
  void after(bool) override {
    const fs::path again = folder_.path() / "again";
    write_dataset(format_, files_, again);
    if (count_objects(format_, files_, again) != 2) throw std::runtime_error("it cannot be read");
  }

 private:
  WalkFolder folder_;
};

class FormatFaults : public testing::TestWithParam<Format> {
 protected:
  WalkFolder folder_;
};

TEST_P(FormatFaults, Read) {
  PosixFileSystem files;
  write_dataset(GetParam(), files, folder_.path() / "in");
  walk("read " + std::string(GetParam().name), failing_heap(1),
       [&] { return std::make_unique<ReadScene>(GetParam(), folder_.path() / "in"); });
}

TEST_P(FormatFaults, Write) {
  walk("write " + std::string(GetParam().name), failing_heap(1),
       [&] { return std::make_unique<WriteScene>(GetParam()); });
}

INSTANTIATE_TEST_SUITE_P(Formats, FormatFaults, testing::ValuesIn(formats().begin(), formats().end()),
                         [](const testing::TestParamInfo<Format>& each) {
                           std::string name(each.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace sam
