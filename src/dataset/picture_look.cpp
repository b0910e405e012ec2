#include "dataset/picture_look.h"

#include <utility>

#include "dataset/annotation_file.h"
#include "dataset/label_merge.h"
#include "dataset/picture_resize.h"
#include "dataset/store.h"
#include "platform/hash.h"

namespace sam {
namespace {

constexpr std::uint64_t max_file_bytes = std::uint64_t{256} << 20;

std::optional<std::string> read(const CategoryFolder& folder, FileSystem& files, const std::filesystem::path& path) {
  require_inside(folder, path);
  return files.read(path, max_file_bytes);
}

// Labels that somebody else wrote.
AnnotationDocument merged(const AnnotationDocument& before, const std::string& labels, const ClassList& classes) {
  std::vector<std::string> said;
  return merge_labels(before,
                      parse_label_file(labels, before.size, classes.names.size(), "labels/" + before.labels_file),
                      classes, said);
}

void compare_labels(LookedPicture& looked, AnnotationDocument& document, const std::optional<std::string>& labels,
                    const ClassList& classes) {
  if (!labels) {
    looked.labels_differ = "it is missing";
    return;
  }
  const std::string hash = content_hash(*labels);
  if (hash == document.labels_hash) {
    if (format_label_file(document.annotations, document.size, document.kept_lines) != *labels)
      looked.labels_differ = "the annotations file was changed by another program";
  } else if (hash == document.previous_labels_hash) {
    looked.labels_differ = "it is that of the save before";
  } else {
    looked.labels_differ = "it was changed by another program, and is read when the picture is opened";
    document = merged(document, *labels, classes);
  }
}

void follow_names(LookedPicture& looked, AnnotationDocument& document, const ClassList& classes) {
  const std::vector<StoredAnnotation> before = document.annotations;
  std::vector<std::string> said;
  follow_class_names(document, classes, said);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const StoredAnnotation& now = document.annotations[i];
    if (now.class_name == before[i].class_name && now.annotation.class_id == before[i].annotation.class_id) continue;
    if (looked.moved.empty()) {
      looked.moved_text = "class " + std::to_string(before[i].annotation.class_id) + " \"" + before[i].class_name +
                          "\" is " + std::to_string(now.annotation.class_id) + " \"" + now.class_name + "\" now";
    }
    looked.moved.push_back(now.annotation.id);
  }
}

void fit_to_photo(LookedPicture& looked, AnnotationDocument& document, Size photo) {
  looked.annotated_size = document.size;
  if (document.annotations.empty()) document.size = photo;
  if (document.size == photo) return;
  looked.scaled = is_resized(document.size, photo);
  looked.wrong_size = !looked.scaled;
  if (looked.scaled) resize_annotations(document, photo);
}

}  // namespace

LookedPicture look_at_picture(const CategoryFolder& folder, const ClassList& classes, FileSystem& files,
                              const std::string& image, const std::string& labels_file, Size photo) {
  LookedPicture looked;
  looked.content.image = image;
  looked.labels_path = "labels/" + labels_file;
  AnnotationDocument document;
  document.image = image;
  document.size = photo;
  document.labels_file = labels_file;
  const auto text = read(folder, files, folder.annotations / (image + ".json"));
  looked.annotated = text.has_value();
  if (text) {
    try {
      document = parse_annotation_file(*text);
    } catch (const AnnotationFileError& error) {
      looked.damage = text->empty() ? "the file is empty" : error.what();
      return looked;
    }
    const std::string& own = document.labels_file;
    if (own != label_file_name(image, true) && own != label_file_name(image, false)) document.labels_file = labels_file;
    looked.labels_path = "labels/" + document.labels_file;
  }
  const auto labels = read(folder, files, folder.labels / document.labels_file);
  if (text) {
    compare_labels(looked, document, labels, classes);
  } else if (labels) {
    looked.annotated = true;
    document = merged(document, *labels, classes);
  }
  follow_names(looked, document, classes);
  fit_to_photo(looked, document, photo);
  looked.kept = std::move(document.kept_lines);
  looked.content = {image, document.size, document.next_id, {}, document.reviewed, document.faulty};
  for (StoredAnnotation& each : document.annotations) looked.content.annotations.push_back(std::move(each.annotation));
  return looked;
}

}  // namespace sam
