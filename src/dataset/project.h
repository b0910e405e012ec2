// A project that can be changed as a whole: what import, merge and renaming of classes do. Everything or nothing, see project_change.h.
// Threading: as the store's; an edit's put(), add_photo() and remove_file() from any thread, several at once, the rest from one. Ownership: the project must outlive
// its edit; one edit at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/annotation.h"
#include "dataset/annotation_file.h"
#include "dataset/store.h"

namespace sam {

class ProjectEdit {
 public:
  virtual ~ProjectEdit() = default;  // without commit() nothing was changed

  // By id, from now on; not while put() runs. Ids that were used in put() must go on meaning the same.
  virtual void set_classes(std::vector<std::string> names) = 0;
  // A new picture, copied into images/. Throws DatasetError if there is one of that name; then put() takes it.
  virtual void add_photo(const std::string& name, const std::filesystem::path& from) = 0;
  // The picture's annotations from now on; those of before go to backups/. other_fields: as StoredAnnotation's, one an annotation, or none; an empty one stays as it
  // was. Throws DatasetError (content that cannot be saved, a picture that is not there), FileError.
  virtual void put(const PictureAnnotations& content, const std::vector<std::string>& other_fields) = 0;
  // The picture as an earlier version of its annotations file has it (backups.h), with all that put() leaves as it is. False if it is like that.
  virtual bool put_back(const std::string& image, const AnnotationDocument& earlier) = 0;
  // Another file of the project, such as splits.csv.
  virtual void put_file(const std::filesystem::path& path, std::string_view bytes) = 0;
  // The file goes to backups/: an annotations file that is damaged or without its picture.
  virtual void remove_file(const std::filesystem::path& path) = 0;

  // Durable on return. The project must be opened anew to be used further. Throws FileError.
  virtual void commit() = 0;
};

class Project : public Store {
 public:
  virtual std::unique_ptr<ProjectEdit> edit() = 0;  // throws DatasetError if one that failed is completed only now
};

// As open_store().
std::unique_ptr<Project> open_project(const StoreOptions& options, FileSystem& file_system, const Clock& clock);

}  // namespace sam
