#include "image/tile_pyramid.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "image/jpeg.h"
#include "image/tile_grid.h"

namespace sam {
namespace {

constexpr std::array<char, 8> file_name_and_version = {'S', 'A', 'M', 'T', 'I', 'L', 'E', '1'};
constexpr std::size_t entry_bytes = 16;

[[noreturn]] void refuse(const std::string& reason) {
  throw ImageError("cannot be unpacked for zooming: " + reason);
}

bool read_fully(int descriptor, void* bytes, std::size_t count, std::uint64_t offset) {
  return pread(descriptor, bytes, count, static_cast<off_t>(offset)) == static_cast<ssize_t>(count);
}

// The mean of each 2 x 2 pixels; the last column stands for itself where the width is odd.
std::vector<std::uint8_t> halve_rows(const std::uint8_t* upper, const std::uint8_t* lower, int width) {
  std::vector<std::uint8_t> row(static_cast<std::size_t>(width + 1) / 2 * 3);
  for (int x = 0; x < width; x += 2) {
    const std::size_t left = std::size_t{3} * x;
    const std::size_t right = x + 1 < width ? left + 3 : left;
    for (std::size_t c = 0; c < 3; ++c) {
      const int sum = upper[left + c] + upper[right + c] + lower[left + c] + lower[right + c];
      row[left / 6 * 3 + c] = static_cast<std::uint8_t>((sum + 2) / 4);
    }
  }
  return row;
}

}  // namespace

TilePyramidWriter::TilePyramidWriter(const std::filesystem::path& path, Size stored, Orientation orientation)
    : stored_(stored),
      orientation_(orientation),
      descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  if (!descriptor_) refuse(path.string() + ": " + std::strerror(errno));
  index_.resize(tile_count(turn_size(stored, orientation)) * 2);
  end_ = file_name_and_version.size() + index_.size() * sizeof(std::uint64_t);
  for (int i = 0; i < tile_levels(stored); ++i) levels_.push_back({level_size(stored, i), {}, {}, 0, 0});
}

void TilePyramidWriter::add_row(const std::uint8_t* rgb) {
  add_row(0, rgb);
}

void TilePyramidWriter::add_row(int level, const std::uint8_t* rgb) {
  Level& here = levels_[level];
  const std::size_t bytes = std::size_t{3} * here.size.width;
  here.strip.insert(here.strip.end(), rgb, rgb + bytes);
  const int row = here.next_row++;
  if (ends_tiles(level)) write_strip(level);
  if (level + 1 == static_cast<int>(levels_.size())) return;
  if (row % 2 == 1) {
    halve_into_next(level, here.waiting.data(), rgb);
  } else if (here.next_row == here.size.height) {
    halve_into_next(level, rgb, rgb);
  } else {
    here.waiting.assign(rgb, rgb + bytes);
  }
}

void TilePyramidWriter::halve_into_next(int level, const std::uint8_t* upper, const std::uint8_t* lower) {
  add_row(level + 1, halve_rows(upper, lower, levels_[level].size.width).data());
}

// Tiles are counted from the upright picture's corner, which may lie at the end of the rows that come.
bool TilePyramidWriter::ends_tiles(int level) const {
  const Level& here = levels_[level];
  const int left = here.size.height - here.next_row;
  if (left == 0) return true;
  const Rectangle corner = to_stored({0, 0, {1, 1}}, here.size, orientation_);
  return (corner.y == 0 ? here.next_row : left) % tile_side == 0;
}

void TilePyramidWriter::write_strip(int level) {
  Level& here = levels_[level];
  const Rectangle corner = to_stored({0, 0, {1, 1}}, here.size, orientation_);
  const int rows = here.next_row - here.strip_top;
  const int partial = here.size.width % tile_side;
  int x = 0;
  while (x < here.size.width) {
    const bool is_short_first = x == 0 && corner.x != 0 && partial != 0;
    const int width = is_short_first ? partial : std::min(tile_side, here.size.width - x);
    write_tile(level, {x, here.strip_top, {width, rows}});
    x += width;
  }
  here.strip.clear();
  here.strip_top = here.next_row;
}

void TilePyramidWriter::write_tile(int level, Rectangle stored_part) {
  const Level& here = levels_[level];
  const std::size_t stride = std::size_t{3} * here.size.width;
  const ImageView view{here.strip.data() + std::size_t{3} * stored_part.x, stored_part.size, stride};
  const std::string jpeg = encode_jpeg(make_upright(view, orientation_).view());
  const Rectangle upright = to_upright(stored_part, here.size, orientation_);
  const TileAddress tile{level, upright.x / tile_side, upright.y / tile_side};
  const std::uint64_t number = tile_number(turn_size(stored_, orientation_), tile);
  index_[number * 2] = end_;
  index_[number * 2 + 1] = jpeg.size();
  write_bytes(jpeg.data(), jpeg.size(), end_);
  end_ += jpeg.size();
}

void TilePyramidWriter::finish() {
  write_bytes(index_.data(), index_.size() * sizeof(std::uint64_t), file_name_and_version.size());
  write_bytes(file_name_and_version.data(), file_name_and_version.size(), 0);
}

void TilePyramidWriter::write_bytes(const void* bytes, std::size_t count, std::uint64_t offset) {
  const char* from = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = pwrite(descriptor_.get(), from, count, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse(std::strerror(errno));
    from += written;
    count -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
}

std::optional<std::string> read_tile(const std::filesystem::path& pyramid, Size picture, TileAddress tile) {
  const UniqueDescriptor file(open(pyramid.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return std::nullopt;
  std::array<char, 8> name{};
  std::array<std::uint64_t, 2> entry{};
  const std::uint64_t entry_offset = name.size() + tile_number(picture, tile) * entry_bytes;
  if (!read_fully(file.get(), name.data(), name.size(), 0) || name != file_name_and_version ||
      !read_fully(file.get(), entry.data(), entry_bytes, entry_offset)) {
    return std::nullopt;
  }
  const auto [offset, length] = entry;
  const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
  if (length < 4 || length > file_bytes || offset > file_bytes - length) return std::nullopt;
  std::string jpeg(length, '\0');
  if (!read_fully(file.get(), jpeg.data(), length, offset)) return std::nullopt;
  if (!jpeg.starts_with("\xff\xd8") || !jpeg.ends_with("\xff\xd9")) return std::nullopt;
  return jpeg;
}

}  // namespace sam
