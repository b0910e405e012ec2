// Where an export's pictures come from: a project, or a dataset in another format. Threading: next() belongs to one thread; read() is safe from any,
// several at once. Ownership: what a source was made of must outlive it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset/formats/format.h"
#include "dataset/split_file.h"
#include "dataset/store.h"

namespace sam {

class PictureSource {
 public:
  virtual ~PictureSource() = default;
  virtual const std::vector<std::string>& classes() const = 0;  // by class_id
  virtual std::vector<std::string> subsets() const = 0;         // that pictures may have; empty: none
  virtual std::uint64_t picture_count() const = 0;              // 0: not known
  // Calls use(name, subset) for all of them, whatever next() has given.
  virtual void for_each_name(
      const std::function<void(const std::string& name, const std::string& subset)>& use) const = 0;
  // The next picture, with its photo if there is one.
  virtual std::optional<DatasetEntry> next() = 0;
  // Each annotation with mask, polygon and class_id. Throws DatasetError, ImageError, FileError.
  virtual DatasetPicture read(const DatasetEntry& entry) = 0;
};

struct ProjectSourceOptions {
  Splits splits;
  // Pictures that nobody has annotated; else they are left out, since they say nothing about what is on them.
  bool fresh_too = false;
};

std::unique_ptr<PictureSource> make_project_source(Store& store, ProjectSourceOptions options);

// Where the dataset itself has no photo.
using FindPhoto = std::function<std::filesystem::path(const DatasetEntry&)>;

// Goes through the dataset once before, to know its pictures, subsets and classes; make_reader is called for each time. find_photo may be null. Throws
// FormatError, FileError.
std::unique_ptr<PictureSource> make_dataset_source(const std::function<std::unique_ptr<FormatReader>()>& make_reader,
                                                   DecodeLimits limits, FindPhoto find_photo = nullptr);

}  // namespace sam
