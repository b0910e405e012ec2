// Photos that are the same by content. Free function, no state.
#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "dataset/project_survey.h"
#include "jobs/work_progress.h"

namespace sam {

// Places in pictures of those with the same bytes, two or more each, in order. Only files of which several have one size are read, and of those a photo that
// cannot be read is left out. Throws Stopped.
std::vector<std::vector<std::size_t>> find_same_photos(const CategoryFolder& folder,
                                                       const std::vector<SurveyedPicture>& pictures, unsigned threads,
                                                       const std::stop_token& stop,
                                                       const ProgressListener& on_progress);

}  // namespace sam
