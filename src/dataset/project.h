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

  // Durable on return, and what the project is from then on. Throws FileError: where it was decided already, the project puts it in place before it is used
  // next, or when it is opened next.
  virtual void commit() = 0;
};

class Project : public Store {
 public:
  // From now on until it is gone saving is refused with ProjectBusy; what was being saved has been. Throws ProjectBusy if there is another edit, DatasetError
  // if one that failed before is completed only now.
  virtual std::unique_ptr<ProjectEdit> edit() = 0;

  // A further class, with the next id. Nothing else changes: no annotation, and what other columns the class list has. Durable on return. Throws DatasetError (there
  // is one of that name), ProjectBusy, FileError. name: as require_class_name() gives it.
  virtual void add_class(const std::string& name) = 0;
};

// As open_store().
std::unique_ptr<Project> open_project(const StoreOptions& options, FileSystem& file_system, const Clock& clock);

}  // namespace sam
