// The image list and the project's progress as JSON text of docs/openapi.yaml. Threading: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "dataset/store.h"
#include "pipeline/encoding.h"
#include "server/annotating_rate.h"

namespace sam {

struct ListedPicture {
  PictureEntry entry;
  EncodingState encoding = EncodingState::none;
  bool kept = false;  // its embedding is on disk
};

struct ListedPage {
  std::size_t total = 0;  // that pass the filter
  std::size_t all = 0;    // of the project
  std::size_t offset = 0;
  std::vector<ListedPicture> pictures;
};

std::string images_json(const ListedPage& page);
// picture: null if there is none.
std::string next_image_json(const ListedPicture* picture);
std::string progress_json(const PictureCounts& counts, const AnnotatingRates& rates);

}  // namespace sam
