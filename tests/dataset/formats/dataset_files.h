// A folder for datasets and what is asked of every format: written, read again, refused.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "dataset/formats/format.h"
#include "image/decode.h"

namespace sam {

class DatasetFiles : public testing::Test {
 protected:
  void SetUp() override {
    static const bool started = (start_image_library("dataset_tests"), true);
    ASSERT_TRUE(started);
    std::string pattern = (std::filesystem::temp_directory_path() / "sam-dataset-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = std::filesystem::canonical(pattern);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void put(const std::string& path, std::string_view bytes) {
    std::filesystem::create_directories((folder_ / path).parent_path());
    files_.write_unflushed(folder_ / path, bytes);
  }
  std::string get(const std::string& path) { return files_.read(folder_ / path, 1 << 30).value_or("(no such file)"); }

  // The pictures, written to out (a folder of the test's, made here, or a file) in one go.
  void write(const Format& format, const std::string& out, std::vector<DatasetPicture> pictures,
             const std::vector<std::string>& classes, const std::vector<std::string>& subsets = {},
             bool exact_masks = false) {
    const bool is_file = std::filesystem::path(out).has_extension();
    if (!is_file) std::filesystem::create_directories(folder_ / out);
    const WriteRequest request{files_, folder_ / out, is_file, classes, subsets, exact_masks};
    const std::unique_ptr<FormatWriter> writer = format.write(request);
    std::int64_t objects = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      pictures[i].id = static_cast<std::int64_t>(i) + 1;
      pictures[i].first_object = objects;
      objects += static_cast<std::int64_t>(pictures[i].annotations.size());
      EncodedPicture encoded = writer->encode(pictures[i]);
      for (const EncodedFile& file : encoded.files) put((std::filesystem::path(out) / file.path).string(), file.bytes);
      writer->append(std::move(encoded));
    }
    writer->finish();
  }

  std::unique_ptr<FormatReader> open(const Format& format, const std::string& in,
                                     const std::vector<std::string>& classes = {}) {
    return format.read({files_, folder_ / in, classes});
  }
  std::vector<DatasetPicture> read(const Format& format, const std::string& in,
                                   const std::vector<std::string>& classes = {}) {
    const std::unique_ptr<FormatReader> reader = open(format, in, classes);
    std::vector<DatasetPicture> pictures;
    while (const std::optional<DatasetEntry> entry = reader->next()) pictures.push_back(reader->decode(*entry, {}));
    return pictures;
  }

  void expect_refused(const Format& format, const std::string& in, const std::vector<std::string>& words) {
    try {
      read(format, in);
      FAIL() << "was read";
    } catch (const FormatError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      for (const std::string& word : words) EXPECT_THAT(error.what(), testing::HasSubstr(word));
    }
  }

  PosixFileSystem files_;
  std::filesystem::path folder_;
};

// As an importer completes what a reader gives.
inline Mask mask_of(const StoredAnnotation& stored, Size size) {
  return stored.annotation.mask.runs.empty() ? polygon_to_mask(stored.annotation.polygon, size)
                                             : stored.annotation.mask;
}

inline StoredAnnotation object_of(const std::string& class_name, Mask mask) {
  StoredAnnotation stored;
  stored.class_name = class_name;
  stored.annotation.polygon = mask_to_polygon(mask, 0.5);
  stored.annotation.mask = std::move(mask);
  stored.annotation.source = "grabcut";
  return stored;
}

inline DatasetPicture picture_of(const std::string& name, Size size) {
  DatasetPicture picture;
  picture.name = name;
  picture.size = size;
  return picture;
}

inline Mask box_mask(Box box, Size size) {
  return polygon_to_mask({{{{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}}, {}}}, size);
}

// A blob with a hole or a second part now and then.
inline Mask random_mask(std::mt19937& random, Size size) {
  const auto pick = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(random); };
  const auto ring = [&](double x, double y, double radius) {
    Ring made;
    for (int i = 0; i < 20; ++i) {
      const double r = radius * pick(0.7, 1);
      made.push_back({x + r * std::cos(i * 0.314), y + r * std::sin(i * 0.314)});
    }
    return made;
  };
  const double radius = pick(2, size.height / 3.0);
  const double x = pick(0, size.width);
  const double y = pick(0, size.height);
  Polygon polygon = {{ring(x, y, radius), {}}};
  if (random() % 3 == 0) polygon[0].holes.push_back(ring(x, y, radius / 3));
  if (random() % 3 == 0) polygon.push_back({ring(pick(0, size.width), pick(0, size.height), radius), {}});
  Mask mask = polygon_to_mask(polygon, size);
  return mask_area(mask) > 0 ? mask : box_mask({1, 1, 3, 3}, size);
}

}  // namespace sam
