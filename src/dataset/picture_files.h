// The files of one picture: annotations/<image>.json, labels/<base>.txt, metadata/<base>.txt, and what backups/ gets of them. The rule of
// three hashes and the order of writes are here; see docs/file-formats.md.
// Threading: calls for different pictures may run at once; calls for one picture must not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset/annotation_file.h"
#include "dataset/category_folder.h"
#include "dataset/index.h"
#include "dataset/project_change.h"
#include "dataset/store.h"

namespace sam {

class PictureFiles {
 public:
  // All must outlive this.
  PictureFiles(const CategoryFolder& folder, const ClassList& classes, FileSystem& files, const Clock& clock)
      : PictureFiles(folder, classes, classes, files, clock) {}
  // classes: of what is staged; classes_on_disk: those that the ids in label files on disk refer to.
  PictureFiles(const CategoryFolder& folder, const ClassList& classes, const ClassList& classes_on_disk,
               FileSystem& files, const Clock& clock)
      : folder_(folder), classes_(classes), classes_on_disk_(classes_on_disk), files_(files), clock_(clock) {}

  // labels_file: name under labels/ for a picture without an annotations file; else that file says it. size: the picture's.
  LoadedPicture load(const std::string& image, const std::string& labels_file, Size size);

  // Throws RevisionConflict, DatasetError (content that cannot be saved), and FileError if the annotations file cannot be written: the old
  // content is then on disk. A label file that cannot be written is logged; the next load or save writes it.
  // before: Store::BeforeSave; may be empty.
  std::string save(const PictureAnnotations& content, const std::string& labels_file, const std::string& revision,
                   const Store::BeforeSave& before = {});

  // Store::make_new.
  std::string make_new(const std::string& image, const std::string& labels_file, const std::string& revision,
                       const Store::BeforeSave& before);

  // What save() would write, staged. other_fields: as StoredAnnotation's, by annotation; an empty one stays as it was. Throws AnnotationFileError if what is
  // on disk is damaged, DatasetError, FileError. What is staged for different pictures may be so at once.
  void stage(const PictureAnnotations& content, const std::vector<std::string>& other_fields,
             const std::string& labels_file, ProjectChange& change);

  // The picture as an earlier annotations file has it, whole, staged; ids that were used since are not used again. False if it is like that. Throws
  // FileError, DatasetError.
  bool stage_earlier(const std::string& image, AnnotationDocument earlier, const std::string& labels_file,
                     ProjectChange& change);

  // Looks at the annotations anew if the files changed since facts. True if facts changed.
  bool look_again(const std::string& labels_file, IndexRow& facts);

 private:
  struct OnDisk {
    std::optional<std::string> annotations;
    std::optional<AnnotationDocument> document;
    std::string labels_file;
    std::optional<std::string> labels;
    std::string labels_hash;  // empty: no such file
    std::string revision() const;
    bool labels_were_edited() const;
  };

  struct Bytes {
    std::string annotations;
    std::string labels;
  };

  std::filesystem::path annotations_path(const std::string& image) const;
  OnDisk read(const std::string& image, const std::string& labels_file);
  // Throws RevisionConflict if it is not what was loaded.
  OnDisk read_unchanged(const std::string& image, const std::string& labels_file, const std::string& revision);
  OnDisk read_or_set_aside(const std::string& image, const std::string& labels_file,
                           std::vector<std::string>& warnings);
  AnnotationDocument from_labels(const OnDisk& disk, const AnnotationDocument& before,
                                 std::vector<std::string>& warnings) const;
  void absorb_edit(const std::string& image, OnDisk& disk, std::vector<std::string>& warnings);
  void repair_labels(const std::string& image, OnDisk& disk, std::vector<std::string>& warnings);
  AnnotationDocument document_for(const PictureAnnotations& content, const OnDisk& disk) const;
  static Bytes bytes_for(AnnotationDocument& document, const OnDisk& disk);
  void write(const std::string& image, OnDisk& disk, AnnotationDocument document, std::vector<std::string>& warnings,
             const Store::BeforeSave& before = {});
  void replace_annotations(const std::string& image, OnDisk& disk, std::string bytes);
  void write_metadata(const AnnotationDocument& document);
  void back_up(const std::string& image, const OnDisk& disk);

  const CategoryFolder& folder_;
  const ClassList& classes_;
  const ClassList& classes_on_disk_;
  FileSystem& files_;
  const Clock& clock_;
};

}  // namespace sam
