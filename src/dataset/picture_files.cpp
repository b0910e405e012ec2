#include "dataset/picture_files.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

#include "dataset/backup_folder.h"
#include "dataset/backups.h"
#include "dataset/content_check.h"
#include "dataset/label_file.h"
#include "dataset/label_merge.h"
#include "dataset/metadata_file.h"
#include "dataset/picture_resize.h"
#include "platform/hash.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_file_bytes = std::uint64_t{256} << 20;

std::string size_text(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

PictureAnnotations content_of(const AnnotationDocument& document, const std::string& image) {
  PictureAnnotations content{image, document.size, document.next_id, {}, document.reviewed, document.faulty};
  content.annotations.reserve(document.annotations.size());
  for (const StoredAnnotation& stored : document.annotations) content.annotations.push_back(stored.annotation);
  return content;
}

std::string revision_of(const std::string& annotations, const std::string& labels_hash) {
  return content_hash(annotations) + "-" + labels_hash;
}

// The picture was replaced by one of another size. In memory only: the next save keeps what is on disk in backups/.
void fit_to_picture(AnnotationDocument& document, Size size, std::vector<std::string>& warnings) {
  const std::string sizes = "the picture had " + size_text(document.size) + " pixels when it was annotated and has " +
                            size_text(size) + " now; ";
  if (is_resized(document.size, size)) {
    resize_annotations(document, size);
    warnings.push_back(sizes + "its annotations were scaled to it");
  } else {
    warnings.push_back(sizes + "put the old picture back, or delete all its annotations to annotate the new one");
  }
}

}  // namespace

// A label file that is missing, or ours of the save before, is written again by the next load; that makes no other revision.
std::string PictureFiles::OnDisk::revision() const {
  if (!annotations) return "none-" + (labels ? labels_hash : "none");
  return revision_of(*annotations, labels_were_edited() ? labels_hash : document->labels_hash);
}

// A missing label file is no edit: it is written again.
bool PictureFiles::OnDisk::labels_were_edited() const {
  return document && labels && labels_hash != document->labels_hash && labels_hash != document->previous_labels_hash;
}

fs::path PictureFiles::annotations_path(const std::string& image) const {
  return folder_.annotations / (image + ".json");
}

PictureFiles::OnDisk PictureFiles::read(const std::string& image, const std::string& labels_file) {
  OnDisk disk;
  disk.labels_file = labels_file;
  require_inside(folder_, annotations_path(image));
  disk.annotations = files_.read(annotations_path(image), max_file_bytes);
  if (disk.annotations) {
    try {
      disk.document = parse_annotation_file(*disk.annotations);
    } catch (const DatasetError& error) {
      throw DatasetError(annotations_path(image).string() + ": " + error.what());
    }
    // Once saved, a picture keeps its label file whatever pictures of the same base name come and go.
    const std::string& own = disk.document->labels_file;
    if (own == label_file_name(image, true) || own == label_file_name(image, false)) disk.labels_file = own;
    disk.document->labels_file = disk.labels_file;
  }
  // metadata/ too, which is written after the others: nothing is then written at all.
  for (const fs::path& each : {folder_.labels, folder_.metadata}) require_inside(folder_, each / disk.labels_file);
  disk.labels = files_.read(folder_.labels / disk.labels_file, max_file_bytes);
  if (disk.labels) disk.labels_hash = content_hash(*disk.labels);
  return disk;
}

PictureFiles::OnDisk PictureFiles::read_or_set_aside(const std::string& image, const std::string& labels_file,
                                                     std::vector<std::string>& warnings) {
  try {
    return read(image, labels_file);
  } catch (const AnnotationFileError& error) {
    const fs::path path = annotations_path(image);
    const std::string bytes = files_.read(path, max_file_bytes).value_or("");
    const fs::path kept = set_aside(folder_, files_, clock_, path, bytes);
    warnings.push_back("annotations/" + image + ".json is damaged (" + error.what() + "); it is kept as " +
                       kept.string() + ", and the label file is used");
    spdlog::warn("{}", warnings.back());
    return read(image, labels_file);
  }
}

AnnotationDocument PictureFiles::from_labels(const OnDisk& disk, const AnnotationDocument& before,
                                             std::vector<std::string>& warnings) const {
  const LabelFile labels =
      parse_label_file(*disk.labels, before.size, classes_on_disk_.names.size(), "labels/" + disk.labels_file);
  return merge_labels(before, labels, classes_on_disk_, warnings);
}

LoadedPicture PictureFiles::load(const std::string& image, const std::string& labels_file, Size size) {
  LoadedPicture loaded;
  OnDisk disk = read_or_set_aside(image, labels_file, loaded.warnings);
  if (disk.document && disk.document->annotations.empty()) disk.document->size = size;
  if (!disk.document) {
    AnnotationDocument document;
    document.image = image;
    document.size = size;
    document.labels_file = disk.labels_file;
    disk.document = disk.labels ? from_labels(disk, document, loaded.warnings) : document;
  } else if (disk.labels_were_edited()) {
    absorb_edit(image, disk, loaded.warnings);
  } else if (disk.labels_hash != disk.document->labels_hash) {
    repair_labels(image, disk, loaded.warnings);
  } else if (disk.labels && !disk.document->kept_lines.empty()) {  // still there, still not used: said every time
    const LabelFile labels =
        parse_label_file(*disk.labels, disk.document->size, classes_.names.size(), "labels/" + disk.labels_file);
    loaded.warnings.insert(loaded.warnings.end(), labels.warnings.begin(), labels.warnings.end());
  }
  if (disk.document->size != size) fit_to_picture(*disk.document, size, loaded.warnings);
  loaded.revision = disk.revision();
  loaded.is_new = !disk.annotations && !disk.labels;
  follow_class_names(*disk.document, classes_, loaded.warnings);
  loaded.content = content_of(*disk.document, image);
  return loaded;
}

// disk.document becomes what the edited labels say, also if it cannot be written now; then saving does the backup.
void PictureFiles::absorb_edit(const std::string& image, OnDisk& disk, std::vector<std::string>& warnings) {
  AnnotationDocument merged = from_labels(disk, *disk.document, warnings);
  merged.labels_hash = disk.labels_hash;
  merged.previous_labels_hash.clear();
  const std::string bytes = format_annotation_file(merged);
  try {
    back_up(image, disk);
    replace_annotations(image, disk, bytes);
    warnings.push_back("labels/" + disk.labels_file +
                       " was changed by another program and has been read; the annotations of before are in backups/");
  } catch (const FileError& error) {
    warnings.push_back("labels/" + disk.labels_file + " was changed by another program and has been read; " +
                       error.what());
  }
  disk.document = std::move(merged);
}

void PictureFiles::repair_labels(const std::string& image, OnDisk& disk, std::vector<std::string>& warnings) {
  try {
    write(image, disk, *disk.document, warnings);
  } catch (const FileError& error) {
    spdlog::warn("labels/{} is out of date and stays so: {}", disk.labels_file, error.what());
  }
}

AnnotationDocument PictureFiles::document_for(const PictureAnnotations& content, const OnDisk& disk) const {
  AnnotationDocument document;
  std::map<std::int64_t, const StoredAnnotation*> before;
  std::vector<std::string> said_at_load;
  if (disk.document) {
    document = *disk.document;
    if (disk.labels_were_edited()) document.kept_lines = from_labels(disk, *disk.document, said_at_load).kept_lines;
    for (const StoredAnnotation& stored : disk.document->annotations) before[stored.annotation.id] = &stored;
  } else if (disk.labels) {  // the first save of a picture that the original labelled: its odd lines stay
    AnnotationDocument empty;
    empty.size = content.size;
    empty.labels_file = disk.labels_file;
    document.kept_lines = from_labels(disk, empty, said_at_load).kept_lines;
  }
  document.image = content.image;
  document.size = content.size;
  document.labels_file = disk.labels_file;
  document.next_id = std::max(document.next_id, content.next_id);
  document.reviewed = content.reviewed;
  document.faulty = content.faulty;
  document.annotations.clear();
  for (const Annotation& annotation : content.annotations) {
    StoredAnnotation& stored = document.annotations.emplace_back();
    const auto known = before.find(annotation.id);
    if (known != before.end()) stored = *known->second;
    stored.annotation = with_polygon(annotation);
    const auto class_id = static_cast<std::size_t>(annotation.class_id);
    if (class_id < classes_.names.size()) stored.class_name = classes_.names[class_id];
    document.next_id = std::max(document.next_id, annotation.id + 1);
  }
  return document;
}

PictureFiles::Bytes PictureFiles::bytes_for(AnnotationDocument& document, const OnDisk& disk) {
  Bytes bytes;
  bytes.labels = format_label_file(document.annotations, document.size, document.kept_lines);
  const std::string labels_hash = content_hash(bytes.labels);
  if (labels_hash != document.labels_hash) {
    document.labels_hash = labels_hash;
    document.previous_labels_hash = disk.labels_hash;
  }
  bytes.annotations = format_annotation_file(document);
  return bytes;
}

// The annotations file first: it knows both label files, so whatever happens next, a later load sees what happened. Once it is written
// the content is safe, and labels that cannot follow are no failure: saying so would have the caller do again what was done.
void PictureFiles::write(const std::string& image, OnDisk& disk, AnnotationDocument document,
                         std::vector<std::string>& warnings, const Store::BeforeSave& before) {
  Bytes bytes = bytes_for(document, disk);
  if (bytes.annotations != disk.annotations) {
    if (before) before(revision_of(bytes.annotations, document.labels_hash));
    keep_day({image, disk.annotations, disk.labels_file, disk.labels}, folder_, files_, clock_);
    replace_annotations(image, disk, std::move(bytes.annotations));
  }
  disk.document = std::move(document);
  if (bytes.labels == disk.labels) return;
  try {
    files_.write_atomic(folder_.labels / disk.labels_file, bytes.labels);
    disk.labels = std::move(bytes.labels);
    disk.labels_hash = disk.document->labels_hash;
  } catch (const FileError& error) {
    warnings.push_back("the annotations are saved, but labels/" + disk.labels_file + " is out of date: " +
                       error.what() + "; it is written when the picture is opened or saved again");
    spdlog::warn("{}", warnings.back());
  }
}

// A write that fails may be there all the same (a folder that cannot be flushed): then what was there before is put back, so that
// nothing has changed for the caller who is told of the failure.
void PictureFiles::replace_annotations(const std::string& image, OnDisk& disk, std::string bytes) {
  const fs::path path = annotations_path(image);
  try {
    files_.write_atomic(path, bytes);
  } catch (const FileError&) {
    try {
      if (!disk.annotations) {
        files_.remove(path);
      } else if (files_.read(path, max_file_bytes) != disk.annotations) {
        files_.write_atomic(path, *disk.annotations);
      }
    } catch (const FileError& error) {
      spdlog::warn("after a failed save: {}", error.what());
    }
    throw;
  }
  disk.annotations = std::move(bytes);
}

void PictureFiles::stage(const PictureAnnotations& content, const std::vector<std::string>& other_fields,
                         const std::string& labels_file, ProjectChange& change) {
  const OnDisk disk = read(content.image, labels_file);
  check_content(content, classes_, disk.document);
  AnnotationDocument document = document_for(content, disk);
  for (std::size_t i = 0; i < other_fields.size(); ++i) {
    if (!other_fields[i].empty()) document.annotations[i].other_fields = other_fields[i];
  }
  const Bytes bytes = bytes_for(document, disk);
  change.put(fs::path("annotations") / (content.image + ".json"), bytes.annotations);
  if (bytes.labels != disk.labels) change.put(fs::path("labels") / disk.labels_file, bytes.labels);
}

bool PictureFiles::stage_earlier(const std::string& image, AnnotationDocument earlier, const std::string& labels_file,
                                 ProjectChange& change) {
  OnDisk disk;
  try {
    disk = read(image, labels_file);
  } catch (const AnnotationFileError&) {  // what is damaged goes to backups/ as it is
    disk.labels_file = labels_file;
    disk.labels = files_.read(folder_.labels / labels_file, max_file_bytes);
    if (disk.labels) disk.labels_hash = content_hash(*disk.labels);
  }
  if (disk.document && !disk.labels_were_edited() && disk.document->size == earlier.size &&
      disk.document->annotations == earlier.annotations && disk.document->kept_lines == earlier.kept_lines &&
      disk.document->reviewed == earlier.reviewed && disk.document->faulty == earlier.faulty) {
    return false;
  }
  earlier.image = image;
  earlier.labels_file = disk.labels_file;
  earlier.labels_hash.clear();
  if (disk.document) earlier.next_id = std::max(earlier.next_id, disk.document->next_id);
  std::vector<std::string> followed;  // said when the picture is opened
  follow_class_names(earlier, classes_, followed);
  const Bytes bytes = bytes_for(earlier, disk);
  change.put(fs::path("annotations") / (image + ".json"), bytes.annotations);
  if (bytes.labels != disk.labels) change.put(fs::path("labels") / disk.labels_file, bytes.labels);
  return true;
}

PictureFiles::OnDisk PictureFiles::read_unchanged(const std::string& image, const std::string& labels_file,
                                                  const std::string& revision) {
  OnDisk disk;
  try {
    disk = read(image, labels_file);
  } catch (const AnnotationFileError& error) {
    throw RevisionConflict("annotations/" + image + ".json was damaged since it was opened (" + error.what() +
                           "); open the picture again");
  }
  if (disk.revision() != revision) {
    throw RevisionConflict(image + " was saved by somebody else since it was opened; open it again");
  }
  return disk;
}

// Without its label file a picture is what its annotations file says; without that one it is new.
std::string PictureFiles::make_new(const std::string& image, const std::string& labels_file,
                                   const std::string& revision, const Store::BeforeSave& before) {
  const OnDisk disk = read_unchanged(image, labels_file, revision);
  const std::string none = OnDisk{}.revision();
  if (before) before(none);
  keep_day({image, disk.annotations, disk.labels_file, disk.labels}, folder_, files_, clock_);
  const auto remove = [&](const fs::path& folder, const std::string& file) {
    files_.remove(folder / file);
    files_.flush_folder(folder);
  };
  remove(folder_.labels, disk.labels_file);
  remove(folder_.annotations, image + ".json");
  files_.remove(folder_.metadata / disk.labels_file);
  return none;
}

std::string PictureFiles::save(const PictureAnnotations& content, const std::string& labels_file,
                               const std::string& revision, const Store::BeforeSave& before) {
  OnDisk disk = read_unchanged(content.image, labels_file, revision);
  check_content(content, classes_, disk.document);
  const bool resized = disk.document && !disk.document->annotations.empty() && disk.document->size != content.size;
  if (resized || disk.labels_were_edited()) back_up(content.image, disk);
  std::vector<std::string> said_at_load;  // the next load says it
  write(content.image, disk, document_for(content, disk), said_at_load, before);
  write_metadata(*disk.document);
  return disk.revision();
}

void PictureFiles::write_metadata(const AnnotationDocument& document) {
  std::vector<int> class_ids;
  for (const StoredAnnotation& stored : document.annotations) class_ids.push_back(stored.annotation.class_id);
  const std::string text = format_metadata_file(class_ids, classes_.names.size(), document.size);
  try {
    const fs::path path = folder_.metadata / document.labels_file;
    if (files_.read(path, max_file_bytes) != text) files_.write_atomic(path, text);
  } catch (const FileError& error) {  // a by-product for other tools; the annotations are safe
    spdlog::warn("{}", error.what());
  }
}

bool PictureFiles::look_again(const std::string& labels_file, IndexRow& facts) {
  const auto mtime = [&](const fs::path& path) {
    const auto status = files_.status(path);
    return status ? status->modified_ns : 0;
  };
  const fs::path annotations = annotations_path(facts.name);
  const std::int64_t annotations_ns = mtime(annotations);
  const std::int64_t labels_ns = mtime(folder_.labels / labels_file);
  if (facts.annotations.count >= 0 && facts.annotations_ns == annotations_ns && facts.labels_ns == labels_ns) {
    return false;
  }
  facts.annotations_ns = annotations_ns;
  facts.labels_ns = labels_ns;
  facts.annotations = {};
  facts.annotations.count = 0;
  if (refused_link(folder_, annotations) || refused_link(folder_, folder_.labels / labels_file)) {
    facts.annotations_ns = facts.labels_ns = 0;  // none of ours
    return true;
  }
  if (annotations_ns != 0) {
    facts.annotations = look_at_annotations(files_.read(annotations, max_file_bytes).value_or(""));
  } else if (labels_ns != 0) {
    const std::string text = files_.read(folder_.labels / labels_file, max_file_bytes).value_or("");
    const LabelFile labels = parse_label_file(text, {1, 1}, classes_.names.size(), labels_file);
    facts.annotations.count = static_cast<int>(labels.lines.size());
    std::vector<int> class_ids;
    for (const LabelLine& line : labels.lines) class_ids.push_back(line.class_id);
    facts.annotations.classes = ClassSet(std::move(class_ids));
  }
  return true;
}

void PictureFiles::back_up(const std::string& image, const OnDisk& disk) {
  const fs::path folder = new_backup_folder(folder_, files_, clock_);
  if (disk.annotations) write_backup(folder_, files_, folder / "annotations" / (image + ".json"), *disk.annotations);
  if (disk.labels) write_backup(folder_, files_, folder / "labels" / disk.labels_file, *disk.labels);
}

}  // namespace sam
