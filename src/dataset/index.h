// What is known about pictures from having looked at them, so that 100,000 of them need not be looked at again: annotations/index.sqlite.
// Never the truth: it can be deleted, a damaged one is made anew, and failing to write it costs only time.
// Threading: safe to call from any thread; calls wait for each other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dataset/annotation_facts.h"
#include "image/geometry.h"
#include "platform/file_system.h"

namespace sam {

struct IndexRow {
  std::string name;
  std::uint64_t size_bytes = 0;  // of the picture when it was looked at
  std::int64_t modified_ns = 0;
  Size size;           // upright; 0 if broken
  std::string broken;  // why; empty: it is not
  AnnotationFacts annotations;
  std::int64_t annotations_ns = 0;  // mtime of the annotations file when it was looked at; 0: none
  std::int64_t labels_ns = 0;       // of the label file
};

class Index {
 public:
  // Rows written under another limit of pixels are dropped, since it decides what is broken; of an index of an older form what pictures are is kept,
  // and their annotations count as not looked at. Throws nothing: without a usable file the
  // index is empty and forgets. Files that drop writes: the index is only read.
  Index(const std::filesystem::path& file, std::uint64_t max_pixels, FileSystem& files);
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  std::vector<IndexRow> all();
  void put(const std::vector<IndexRow>& rows);
  void erase(const std::vector<std::string>& names);

 private:
  class Database;
  std::unique_ptr<Database> database_;
};

}  // namespace sam
