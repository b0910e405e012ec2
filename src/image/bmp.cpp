#include "image/bmp.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "image/decode.h"

namespace sam {
namespace {

constexpr std::size_t file_header_bytes = 14;
constexpr std::uint32_t uncompressed = 0;
constexpr std::uint32_t bit_fields = 3;

// Little-endian numbers; the end of the head is an error.
class Fields {
 public:
  explicit Fields(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint32_t u16(std::size_t offset) const { return byte(offset) | byte(offset + 1) << 8; }
  std::uint32_t u32(std::size_t offset) const { return u16(offset) | u16(offset + 2) << 16; }
  std::int32_t i32(std::size_t offset) const { return static_cast<std::int32_t>(u32(offset)); }

  std::uint32_t byte(std::size_t offset) const {
    if (offset >= bytes_.size()) throw ImageError("is a BMP file that ends in its header");
    return bytes_[offset];
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

void parse_size(const Fields& fields, BmpHeader& header) {
  const std::int64_t width = fields.i32(18);
  const std::int64_t height = fields.i32(22);
  constexpr std::int64_t longest = 1'000'000;
  if (width < 1 || width > longest || height == 0 || height < -longest || height > longest) {
    throw ImageError("is a BMP file with the impossible size " + std::to_string(width) + " x " +
                     std::to_string(height));
  }
  header.top_down = height < 0;
  header.size = {static_cast<int>(width), static_cast<int>(std::abs(height))};
}

// Requires 32 bits a pixel: only the usual order blue, green, red, alpha is read.
void parse_masks(const Fields& fields, std::uint32_t info_bytes, BmpHeader& header) {
  if (fields.u32(54) != 0xff0000 || fields.u32(58) != 0xff00 || fields.u32(62) != 0xff) {
    throw ImageError("is a BMP file with an unusual order of colours: save it again as PNG");
  }
  header.has_alpha = info_bytes >= 56 && fields.u32(66) == 0xff000000;
}

void parse_palette(const Fields& fields, std::uint32_t info_bytes, BmpHeader& header) {
  const std::uint32_t most = 1U << header.bits_per_pixel;
  const std::uint32_t used = fields.u32(46);
  const std::uint32_t count = used == 0 ? most : used;
  if (count > most) throw ImageError("is a BMP file with a palette of " + std::to_string(count) + " colours");
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = file_header_bytes + info_bytes + 4 * i;
    for (std::size_t c = 0; c < 3; ++c)
      header.palette[3 * i + c] = static_cast<std::uint8_t>(fields.byte(entry + 2 - c));
  }
}

void parse_pixel_format(const Fields& fields, std::uint32_t info_bytes, BmpHeader& header) {
  header.bits_per_pixel = static_cast<int>(fields.u16(28));
  const std::uint32_t compression = fields.u32(30);
  const int bits = header.bits_per_pixel;
  const bool has_palette = bits == 1 || bits == 4 || bits == 8;
  if (bits == 32 && compression == bit_fields) {
    parse_masks(fields, info_bytes, header);
  } else if (compression != uncompressed || (!has_palette && bits != 24 && bits != 32)) {
    throw ImageError("is a BMP file of " + std::to_string(bits) + " bits a pixel with compression " +
                     std::to_string(compression) + ", which is not read: save it again as PNG");
  }
  if (has_palette) parse_palette(fields, info_bytes, header);
}

bool read_fully(int descriptor, std::uint8_t* bytes, std::size_t count, std::uint64_t offset) {
  while (count > 0) {
    const ssize_t got = pread(descriptor, bytes, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    count -= static_cast<std::size_t>(got);
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

std::uint8_t over_white(std::uint8_t value, std::uint8_t alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

BmpHeader read_header(int descriptor) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) throw ImageError(std::string("cannot be read: ") + std::strerror(errno));
  const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
  std::vector<std::uint8_t> head(static_cast<std::size_t>(std::min<std::uint64_t>(file_bytes, 65536)));
  if (!read_fully(descriptor, head.data(), head.size(), 0)) throw ImageError("cannot be read");
  return parse_bmp_header(head, file_bytes);
}

}  // namespace

BmpHeader parse_bmp_header(std::span<const std::uint8_t> head, std::uint64_t file_bytes) {
  const Fields fields(head);
  if (fields.byte(0) != 'B' || fields.byte(1) != 'M') throw ImageError("is not a BMP file");
  BmpHeader header;
  header.pixels_offset = fields.u32(10);
  const std::uint32_t info_bytes = fields.u32(14);
  if (info_bytes < 40 || info_bytes > 1024) {
    throw ImageError("is a BMP file of an unknown kind (header of " + std::to_string(info_bytes) + " bytes)");
  }
  parse_size(fields, header);
  parse_pixel_format(fields, info_bytes, header);
  const std::uint64_t row_bits = static_cast<std::uint64_t>(header.size.width) * header.bits_per_pixel;
  header.stride_bytes = (row_bits + 31) / 32 * 4;
  // Some writers leave out the padding of the last row.
  const std::uint64_t end = header.pixels_offset + header.stride_bytes * (header.size.height - 1) + (row_bits + 7) / 8;
  if (header.pixels_offset < file_header_bytes + info_bytes || end > file_bytes) {
    throw ImageError("is a truncated BMP file: " + std::to_string(end) + " bytes are needed, it has " +
                     std::to_string(file_bytes));
  }
  return header;
}

BmpFile::BmpFile(const std::filesystem::path& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw ImageError(std::string("cannot be read: ") + std::strerror(errno));
  try {
    header_ = read_header(descriptor_);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

BmpFile::~BmpFile() {
  close(descriptor_);
}

bool BmpFile::read_row(int y, int x, int count, std::uint8_t* rgb) const {
  const int bits = header_.bits_per_pixel;
  const int row = header_.top_down ? y : header_.size.height - 1 - y;
  const std::uint64_t first = static_cast<std::uint64_t>(x) * bits / 8;
  const std::uint64_t last = (static_cast<std::uint64_t>(x + count) * bits + 7) / 8;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(last - first));
  const std::uint64_t offset = header_.pixels_offset + static_cast<std::uint64_t>(row) * header_.stride_bytes + first;
  if (!read_fully(descriptor_, bytes.data(), bytes.size(), offset)) return false;
  for (int i = 0; i < count; ++i, rgb += 3) {
    if (bits <= 8) {
      const std::uint64_t bit = static_cast<std::uint64_t>(x + i) * bits - first * 8;
      const int shift = 8 - bits - static_cast<int>(bit % 8);
      const auto entry = static_cast<std::size_t>((bytes[bit / 8] >> shift) & ((1 << bits) - 1));
      std::memcpy(rgb, &header_.palette[entry * 3], 3);
      continue;
    }
    const std::uint8_t* bgra = &bytes[static_cast<std::size_t>(i) * bits / 8];
    for (int c = 0; c < 3; ++c) rgb[c] = header_.has_alpha ? over_white(bgra[2 - c], bgra[3]) : bgra[2 - c];
  }
  return true;
}

}  // namespace sam
