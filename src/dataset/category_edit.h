// The edit of a category folder. See project.h.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "dataset/category_folder.h"
#include "dataset/picture_list.h"
#include "dataset/project.h"

namespace sam {

// classes: as they are before the edit. before_placing: as ProjectChange::commit's. All but that must outlive it.
std::unique_ptr<ProjectEdit> make_category_edit(const CategoryFolder& folder, const std::filesystem::path& classes_csv,
                                                const ClassList& classes, const PictureList& pictures,
                                                FileSystem& files, const Clock& clock,
                                                std::function<void()> before_placing = nullptr);

}  // namespace sam
