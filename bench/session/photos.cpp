// Makes large photos of small ones: session_photos OUTDIR MEGAPIXELS COUNT PHOTO… Each is enlarged, given fine grain, so that no part of it is
// empty to a JPEG decoder, and written as OUTDIR/NAME_MEGAPIXELS.jpg. Files that are there already are left alone.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "image/decode.h"
#include "image/jpeg.h"

namespace {

using namespace sam;

Image with_grain(const Image& picture) {
  const auto pixels = std::make_shared<std::uint8_t[]>(picture.byte_size());
  const std::uint8_t* from = picture.view().pixels;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < picture.byte_size(); ++i) {
    state = state * 1664525U + 1013904223U;
    const int grain = static_cast<int>(state >> 28) - 8;
    pixels[i] = static_cast<std::uint8_t>(std::clamp(from[i] + grain, 0, 255));
  }
  return {picture.size(), pixels};
}

void make(const std::filesystem::path& from, const std::filesystem::path& to, double megapixels) {
  if (std::filesystem::exists(to)) return;
  const Image photo = decode_image(from, {});
  const double scale = std::sqrt(megapixels * 1e6 / (static_cast<double>(photo.size().width) * photo.size().height));
  const Size size = {static_cast<int>(photo.size().width * scale), static_cast<int>(photo.size().height * scale)};
  const Image large = with_grain(resize_area(photo.view(), size));
  const std::filesystem::path part = to.string() + ".part";
  std::ofstream(part, std::ios::binary) << encode_jpeg(large.view());
  std::filesystem::rename(part, to);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) {
    std::fprintf(stderr, "usage: session_photos OUTDIR MEGAPIXELS COUNT PHOTO...\n");
    return 2;
  }
  try {
    start_image_library(arguments[0]);
    const std::filesystem::path folder = arguments[1];
    const double megapixels = std::atof(arguments[2]);
    std::filesystem::create_directories(folder);
    for (int i = 4; i < std::min(count, 4 + std::atoi(arguments[3])); ++i) {
      const std::filesystem::path from = arguments[i];
      make(from, folder / (from.stem().string() + "_" + arguments[2] + ".jpg"), megapixels);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "session_photos: %s\n", error.what());
    return 1;
  }
  return 0;
}
