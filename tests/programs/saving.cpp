// Saves in a loop and says each save on standard output once it is acknowledged: for dataset/killed_test.cpp, which kills it.
// saving PROJECT: pictures a.bmp and b.bmp. Every save carries the next number, as attribute "n"; every ninth is a change of the whole project, as
// attribute "whole" of both pictures.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <string>

#include "dataset/project.h"
#include "image/decode.h"

namespace sam {
namespace {

void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(3);
}

Annotation numbered(std::int64_t id, const char* attribute, int n, Size size) {
  Annotation annotation;
  annotation.id = id;
  annotation.mask = {size, {}};
  const auto height = static_cast<std::uint32_t>(size.height);
  const auto before = static_cast<std::uint32_t>(n % 20 * size.height + 3);
  annotation.mask.runs = {before, 5, static_cast<std::uint32_t>(size.width) * height - before - 5};
  annotation.source = "test";
  annotation.attributes[attribute] = std::to_string(n);
  return annotation;
}

int last_number(Store& store) {
  int last = 0;
  for (const char* name : {"a.bmp", "b.bmp"}) {
    for (const Annotation& each : store.load(name).content.annotations) {
      if (each.attributes.contains("n")) last = std::max(last, std::stoi(each.attributes.at("n")));
    }
  }
  return last;
}

void save(Store& store, const std::string& name, int n) {
  LoadedPicture loaded = store.load(name);
  auto& annotations = loaded.content.annotations;
  std::erase_if(annotations, [&](const Annotation& each) {
    return each.attributes.contains("n") && std::stoi(each.attributes.at("n")) < n - 20;
  });
  annotations.push_back(numbered(loaded.content.next_id++, "n", n, loaded.content.size));
  store.save(loaded.content, loaded.revision);
  say(name + " " + std::to_string(n));
  store.save_history(name, std::string(200, 'h') + std::to_string(n) + "\n");
  store.remember("current", name + std::to_string(n));
}

void change_all(Project& project, int n) {
  const std::unique_ptr<ProjectEdit> edit = project.edit();
  for (const char* name : {"a.bmp", "b.bmp"}) {
    PictureAnnotations content = project.load(name).content;
    std::erase_if(content.annotations, [](const Annotation& each) { return each.attributes.contains("whole"); });
    content.annotations.push_back(numbered(content.next_id++, "whole", n, content.size));
    edit->put(content, {});
  }
  edit->commit();
  say("whole " + std::to_string(n));
}

int run(const char* folder) {
  PosixFileSystem files;
  const SystemClock clock;
  StoreOptions options;
  options.folder = folder;
  std::unique_ptr<Project> project = open_project(options, files, clock);
  say("ready");
  for (int n = last_number(*project) + 1;; ++n) {
    save(*project, n % 3 == 0 ? "b.bmp" : "a.bmp", n);
    if (n % 9 != 0) continue;
    change_all(*project, n);
    project.reset();
    project = open_project(options, files, clock);
  }
}

}  // namespace
}  // namespace sam

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  spdlog::set_level(spdlog::level::off);
  sam::start_image_library(argv[0]);
  try {
    return sam::run(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
