// A project of one picture, a.bmp, and three classes; saved to and looked at through its store.
#pragma once

#include "dataset/project_folder.h"

namespace sam {

inline constexpr Size size{40, 20};
inline constexpr const char* triangle_line = "1 0.000000 0.000000 1.000000 0.000000 0.000000 1.000000\n";
inline constexpr const char* box_line = "0 0.250000 0.250000 0.750000 0.250000 0.750000 0.750000 0.250000 0.750000\n";

class StoreTest : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    put("images/a.bmp", bmp(size.width, size.height));
  }

  static std::vector<std::string> names(const Store& store) {
    std::vector<std::string> names;
    for (const PictureEntry& entry : store.pictures(0, 1000)) names.push_back(entry.name);
    return names;
  }

  // Loads a.bmp, adds a rectangle of class 0, saves.
  LoadedPicture save_box(Store& store) {
    LoadedPicture loaded = store.load("a.bmp");
    loaded.content.annotations.push_back(rectangle(loaded.content.next_id++, 0, {10, 5, 30, 15}, size));
    loaded.revision = store.save(loaded.content, loaded.revision);
    return loaded;
  }

  std::string open_error() {
    try {
      open();
    } catch (const DatasetError& error) {
      return error.what();
    }
    return "no error";
  }
};

}  // namespace sam
