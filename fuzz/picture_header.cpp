// Picture files: a header that says what it is, or an ImageError; small ones are decoded as well.
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz_target.h"
#include "image/decode.h"

namespace sam {

void fuzz_one(std::string_view input) {
  static const bool started = (start_image_library("fuzz"), true);
  static const int fd = ::memfd_create("picture", 0);
  require(started && fd >= 0);
  require(::ftruncate(fd, 0) == 0);
  require(::pwrite(fd, input.data(), input.size(), 0) == static_cast<ssize_t>(input.size()));
  static const std::string path = "/proc/self/fd/" + std::to_string(fd);
  passes_or_throws<ImageError>([&] {
    DecodeLimits limits;
    limits.max_pixels = 1'000'000;
    const ImageInfo info = read_image_info(path, limits);
    require(info.file_size.width > 0 && info.file_size.height > 0 && pixel_count(info.file_size) <= limits.max_pixels);
    if (pixel_count(info.file_size) <= 10'000) require(decode_image(path, limits).size() == info.file_size);
  });
}

}  // namespace sam
