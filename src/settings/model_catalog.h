// Models kept by name: `sam-annotator models add NAME ENCODER DECODER`, then `--model NAME`. One JSON file, models.json in the data
// folder, remembers where the files are; the files stay where they were.
// Threading: one thread. Ownership: the file system must outlive the catalog.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/file_system.h"

namespace sam {

struct NamedModel {
  std::string name;
  std::filesystem::path encoder;  // absolute
  std::filesystem::path decoder;  // absolute
  std::string family;             // as recognised when it was added
};

class CatalogError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ModelCatalog {
 public:
  // Reads folder/models.json; no file is an empty catalog. Throws CatalogError if it is damaged.
  ModelCatalog(std::filesystem::path folder, FileSystem& file_system);

  const std::vector<NamedModel>& models() const { return models_; }
  std::optional<NamedModel> find(const std::string& name) const;

  // Durable on return. Throws CatalogError if the name is taken or not made of letters, digits, '.', '_' and '-'.
  void add(NamedModel model);
  // Throws CatalogError if there is none of that name.
  void remove(const std::string& name);

 private:
  void write() const;

  std::filesystem::path file_;
  FileSystem& file_system_;
  std::vector<NamedModel> models_;
};

}  // namespace sam
