// Makes a project to measure with: project_of FOLDER PICTURES OBJECTS_EACH. Outlines are of 30 to 100 points, as drawn around things; the
// pictures are one file by many names, since nothing here looks at pixels.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numbers>
#include <random>
#include <string>

#include "dataset/project.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/polygon.h"

namespace {

using namespace sam;
namespace fs = std::filesystem;

constexpr Size picture_size = {1920, 1080};
constexpr int class_count = 20;

double between(std::mt19937& random, double low, double high) {
  return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
}

// A closed outline around a centre, its radius changing smoothly with some noise.
Ring outline(std::mt19937& random) {
  const int points = 30 + static_cast<int>(random() % 71);
  const double radius = between(random, 20, 160);
  const Point centre = {between(random, 180, picture_size.width - 180),
                        between(random, 180, picture_size.height - 180)};
  const double squeeze = between(random, 0.5, 1);
  const double phase = between(random, 0, 6);
  Ring ring;
  for (int i = 0; i < points; ++i) {
    const double angle = 2 * std::numbers::pi * i / points;
    const double r = radius * (0.85 + 0.12 * std::sin(3 * angle + phase) + between(random, -0.02, 0.02));
    ring.push_back({centre.x + r * std::cos(angle), centre.y + squeeze * r * std::sin(angle)});
  }
  return ring;
}

Annotation object(std::mt19937& random, std::int64_t id) {
  Annotation annotation;
  annotation.id = id;
  annotation.class_id = static_cast<int>(random() % class_count);
  annotation.polygon = {{outline(random), {}}};
  annotation.mask = polygon_to_mask(annotation.polygon, picture_size);
  // Points as a traced mask has them: on whole pixels and halves, two of three.
  for (Point& point : annotation.polygon[0].outer) {
    if (random() % 3 != 0) point = {std::round(point.x * 2) / 2, std::round(point.y * 2) / 2};
  }
  annotation.prompt.boxes = {mask_box(annotation.mask)};
  annotation.source = "sam2";
  annotation.score = between(random, 0.7, 1);
  annotation.created = "2026-01-02T03:04:05Z";
  return annotation;
}

std::string name_of(int picture) {
  char name[32];
  std::snprintf(name, sizeof name, "%06d.png", picture);
  return name;
}

void make(const fs::path& folder, int pictures, int objects_each) {
  PosixFileSystem files;
  const SystemClock clock;
  fs::create_directories(folder / "images");
  std::string classes = "class_name\n";
  for (int i = 0; i < class_count; ++i) classes += "class " + std::to_string(i) + "\n";
  files.write_atomic(folder / "classes.csv", classes);
  files.write_atomic(folder / "images" / name_of(0), encode_mask_png(polygon_to_mask({}, picture_size)));
  for (int i = 1; i < pictures; ++i) {
    fs::create_hard_link(folder / "images" / name_of(0), folder / "images" / name_of(i));
  }
  StoreOptions options;
  options.folder = folder;
  const auto project = open_project(options, files, clock);
  const auto edit = project->edit();
  std::mt19937 random(1);
  for (int i = 0; i < pictures; ++i) {
    PictureAnnotations content;
    content.image = name_of(i);
    content.size = picture_size;
    for (int k = 1; k <= objects_each; ++k) content.annotations.push_back(object(random, k));
    content.next_id = objects_each + 1;
    edit->put(content, {});
  }
  edit->commit();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: project_of FOLDER PICTURES OBJECTS_EACH\n");
    return 2;
  }
  try {
    sam::start_image_library(argv[0]);
    make(argv[1], std::stoi(argv[2]), std::stoi(argv[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
