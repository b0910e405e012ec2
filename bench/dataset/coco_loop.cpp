// The COCO writer and reader without the rest of an export or import, on two threads: coco_loop export PROJECT OUT.json,
// coco_loop import IN.json FOLDER (of annotation files). Prints seconds and what it has counted.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "dataset/annotation_file.h"
#include "dataset/content_check.h"
#include "dataset/formats/rows.h"
#include "dataset/natural_order.h"
#include "image/polygon.h"

namespace {

using namespace sam;
namespace fs = std::filesystem;

constexpr std::size_t batch_pictures = 128;

template <typename Work>
void on_two_threads(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::jthread other(run);
  run();
}

DatasetPicture picture_of(AnnotationDocument&& document) {
  DatasetPicture picture;
  picture.name = document.image;
  picture.size = document.size;
  picture.annotations = std::move(document.annotations);
  return picture;
}

std::size_t export_coco(FileSystem& files, const fs::path& project, const fs::path& out) {
  std::vector<std::string> names = files.list(project / "annotations");
  std::erase_if(names, [](const std::string& name) { return name.starts_with('.') || !name.ends_with(".json"); });
  std::sort(names.begin(), names.end(), natural_less);
  std::vector<std::string> classes;
  for (int i = 0; i < 20; ++i) classes.push_back("class " + std::to_string(i));
  const auto writer = coco_format().write({files, out, true, classes, {}, false});
  std::size_t objects = 0;
  for (std::size_t first = 0; first < names.size(); first += batch_pictures) {
    const std::size_t count = std::min(batch_pictures, names.size() - first);
    std::vector<DatasetPicture> pictures(count);
    std::vector<EncodedPicture> encoded(count);
    on_two_threads(count, [&](std::size_t i) {
      pictures[i] = picture_of(parse_annotation_file(*files.read(project / "annotations" / names[first + i])));
    });
    for (std::size_t i = 0; i < count; ++i) {
      pictures[i].id = static_cast<std::int64_t>(first + i + 1);
      pictures[i].first_object = static_cast<std::int64_t>(objects);
      objects += pictures[i].annotations.size();
    }
    on_two_threads(count, [&](std::size_t i) { encoded[i] = writer->encode(pictures[i]); });
    for (EncodedPicture& each : encoded) writer->append(std::move(each));
  }
  writer->finish();
  return objects;
}

AnnotationDocument document_of(DatasetPicture&& picture) {
  AnnotationDocument document;
  document.image = picture.name;
  document.size = picture.size;
  for (StoredAnnotation& stored : picture.annotations) {
    Annotation& annotation = stored.annotation;
    annotation.id = document.next_id++;
    if (annotation.mask.size == Size{}) annotation.mask = polygon_to_mask(annotation.polygon, picture.size);
    annotation = with_polygon(annotation);
    annotation.source = "import:coco";
  }
  document.annotations = std::move(picture.annotations);
  return document;
}

std::size_t import_coco(FileSystem& files, const fs::path& in, const fs::path& folder) {
  files.create_directories(folder);
  const auto reader = coco_format().read({files, in, {}});
  std::atomic<std::size_t> objects = 0;
  std::vector<DatasetEntry> batch;
  const auto finish_batch = [&] {
    on_two_threads(batch.size(), [&](std::size_t i) {
      const AnnotationDocument document = document_of(reader->decode(batch[i], {}));
      objects += document.annotations.size();
      files.write_unflushed(folder / (document.image + ".json"), format_annotation_file(document));
    });
    batch.clear();
  };
  while (auto entry = reader->next()) {
    batch.push_back(*std::move(entry));
    if (batch.size() == batch_pictures) finish_batch();
  }
  finish_batch();
  files.flush(folder);
  return objects;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string task = argc == 4 ? argv[1] : "";
  if (task != "export" && task != "import") {
    std::fprintf(stderr, "usage: coco_loop export PROJECT OUT.json | coco_loop import IN.json FOLDER\n");
    return 2;
  }
  try {
    PosixFileSystem files;
    const auto began = std::chrono::steady_clock::now();
    const std::size_t objects =
        task == "export" ? export_coco(files, argv[2], argv[3]) : import_coco(files, argv[2], argv[3]);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
    std::printf("{\"seconds\": %.3f, \"annotations\": %zu}\n", seconds.count(), objects);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
