// PNG files of numbers. libvips turns palettes into colours and cannot write a given one, but the rows of a palette file are those of a grey
// file: only the header and the PLTE chunk differ. So the chunks are changed here and libvips sees grey.
#include <vips/vips.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <unordered_map>

#include "image/index_picture.h"
#include "image/picture_file.h"

namespace sam {
namespace {

constexpr std::string_view signature("\x89PNG\r\n\x1a\n", 8);
constexpr std::size_t header_length = 13;
constexpr std::size_t frame_length = 12;  // of a chunk without its data: length, name, checksum
constexpr std::size_t first_chunk_length = frame_length + header_length;
constexpr std::size_t max_colours = 65536;
enum ColourType : std::uint8_t { grey = 0, colour = 2, palette = 3, grey_alpha = 4, colour_alpha = 6 };

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

void append_u32(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
}

// The checksum of PNG (ISO 3309), bit by bit: chunks that are written here are short.
std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0xffffffff;
  for (unsigned char byte : bytes) {
    sum ^= byte;
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ (0xedb88320 & (0 - (sum & 1)));
  }
  return ~sum;
}

std::string make_chunk(std::string_view name, std::string_view data) {
  std::string chunk;
  append_u32(chunk, static_cast<std::uint32_t>(data.size()));
  chunk += name;
  chunk += data;
  append_u32(chunk, checksum(std::string_view(chunk).substr(4)));
  return chunk;
}

struct PngHeader {
  Size size;
  int bits = 8;
  ColourType type = grey;
};

[[noreturn]] void damaged(const std::string& what) {
  throw ImageError("is a damaged PNG file: " + what);
}

PngHeader read_header(std::string_view png) {
  if (!png.starts_with(signature)) throw ImageError("is not a PNG file");
  if (png.size() < signature.size() + first_chunk_length || png.substr(12, 4) != "IHDR") damaged("it has no header");
  const std::uint32_t width = read_u32(png.substr(16));
  const std::uint32_t height = read_u32(png.substr(20));
  if (width == 0 || height == 0 || width > 0x7fffffff || height > 0x7fffffff) damaged("its size is impossible");
  return {{static_cast<int>(width), static_cast<int>(height)}, png[24], static_cast<ColourType>(png[25])};
}

std::vector<Colour> colours_of(std::string_view palette_chunk) {
  std::vector<Colour> colours(palette_chunk.size() / 3);
  for (std::size_t i = 0; i < colours.size(); ++i) std::memcpy(colours[i].data(), palette_chunk.data() + 3 * i, 3);
  return colours;
}

// What is needed for the pixels, a palette file told as grey.
struct Chunks {
  std::string png;
  std::vector<Colour> palette;
};

Chunks keep_pixels(std::string_view png, const PngHeader& header) {
  Chunks kept{std::string(signature), {}};
  kept.png.reserve(png.size());
  bool ended = false;
  for (std::size_t at = signature.size(); !ended;) {
    if (png.size() - at < frame_length) damaged("it ends too early");
    const std::size_t length = read_u32(png.substr(at));
    if (length > png.size() - at - frame_length) damaged("it ends too early");
    const std::string_view name = png.substr(at + 4, 4);
    const std::string_view data = png.substr(at + 8, length);
    if (name == "IHDR" && header.type == palette && length == header_length) {
      std::string told(data);
      told[9] = grey;
      kept.png += make_chunk(name, told);
    } else if (name == "IHDR" || name == "IDAT" || name == "IEND") {
      kept.png += png.substr(at, length + frame_length);
    } else if (name == "PLTE") {
      kept.palette = colours_of(data);
    }
    ended = name == "IEND";
    at += length + frame_length;
  }
  return kept;
}

void read_rows(VipsImage* image, Size size, const std::function<void(const VipsPel* row)>& use) {
  if (!sam::read_rows(image, {0, 0, size}, use)) damaged(take_vips_error());
}

// The numbers of colours, given as they are met; black is 0.
class ColourNumbers {
 public:
  std::uint16_t find(const VipsPel* rgb) {
    const std::uint32_t key = std::uint32_t{rgb[0]} << 16 | std::uint32_t{rgb[1]} << 8 | rgb[2];
    if (key == last_key_) return last_;
    const auto [found, added] = numbers_.try_emplace(key, static_cast<std::uint16_t>(colours_.size()));
    if (added) {
      if (colours_.size() == max_colours) throw ImageError("has more than 65536 colours: it is a photo, not a mask");
      colours_.push_back({rgb[0], rgb[1], rgb[2]});
    }
    last_key_ = key;
    return last_ = found->second;
  }
  std::vector<Colour> take() && { return std::move(colours_); }

 private:
  std::unordered_map<std::uint32_t, std::uint16_t> numbers_{{0, 0}};
  std::vector<Colour> colours_{{0, 0, 0}};
  std::uint32_t last_key_ = 0xffffffff;
  std::uint16_t last_ = 0;
};

VipsHandle load(const std::string& png) {
  VipsImage* image = nullptr;
  if (vips_pngload_buffer(const_cast<char*>(png.data()), png.size(), &image, "access", VIPS_ACCESS_SEQUENTIAL,
                          "fail_on", VIPS_FAIL_ON_TRUNCATED, nullptr) != 0) {
    damaged(take_vips_error());
  }
  return VipsHandle(image);
}

// step: how far apart the samples of a file with fewer than 8 bits are laid, 255 / (2^bits - 1).
void read_numbers(VipsImage* image, int bands, unsigned step, IndexPicture& into) {
  const bool wide = vips_image_get_format(image) == VIPS_FORMAT_USHORT;
  const auto width = static_cast<std::size_t>(into.size.width);
  const auto apart = static_cast<std::size_t>(bands);
  std::uint16_t* to = into.indices.data();
  read_rows(image, into.size, [&](const VipsPel* row) {
    const auto* wide_row = reinterpret_cast<const std::uint16_t*>(row);
    for (std::size_t x = 0; x < width; ++x) {
      *to++ = wide ? wide_row[x * apart] : static_cast<std::uint16_t>(row[x * apart] / step);
    }
  });
}

std::vector<Colour> read_colours(VipsImage* image, int bands, IndexPicture& into) {
  ColourNumbers numbers;
  std::uint16_t* to = into.indices.data();
  read_rows(image, into.size, [&](const VipsPel* row) {
    for (int x = 0; x < into.size.width; ++x) *to++ = numbers.find(row + static_cast<std::ptrdiff_t>(x) * bands);
  });
  return std::move(numbers).take();
}

template <typename Sample>
std::string encode(const std::vector<Sample>& samples, Size size, int bands) {
  const VipsBandFormat format = sizeof(Sample) == 2 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR;
  VipsHandle image(vips_image_new_from_memory(samples.data(), samples.size() * sizeof(Sample), size.width, size.height,
                                              bands, format));
  // Otherwise samples of 16 bit would be taken for linear light and written in 8.
  if (image && bands == 1 && sizeof(Sample) == 2) image->Type = VIPS_INTERPRETATION_GREY16;
  if (image && bands == 3) image->Type = VIPS_INTERPRETATION_sRGB;
  return save_png(image.get());
}

}  // namespace

std::string encode_grey_png(const IndexPicture& picture, int bits) {
  if (bits == 16) return encode(picture.indices, picture.size, 1);
  return encode(std::vector<std::uint8_t>(picture.indices.begin(), picture.indices.end()), picture.size, 1);
}

std::string encode_palette_png(const IndexPicture& picture, std::span<const Colour> palette_colours) {
  const std::string png = encode_grey_png(picture, 8);
  std::string header = png.substr(signature.size() + 8, header_length);
  header[9] = palette;
  std::string colours;
  for (const Colour& each : palette_colours) colours.append(each.begin(), each.end());
  return std::string(signature) + make_chunk("IHDR", header) + make_chunk("PLTE", colours) +
         png.substr(signature.size() + first_chunk_length);
}

std::string encode_colour_png(const IndexPicture& picture, std::span<const Colour> colours) {
  std::vector<std::uint8_t> samples;
  samples.reserve(3 * picture.indices.size());
  for (std::uint16_t index : picture.indices) {
    samples.insert(samples.end(), colours[index].begin(), colours[index].end());
  }
  return encode(samples, picture.size, 3);
}

Size read_png_size(std::string_view png) {
  return read_header(png).size;
}

DecodedIndices decode_index_png(std::string_view png, std::uint64_t max_pixels) {
  const PngHeader header = read_header(png);
  const std::uint64_t pixels = pixel_count(header.size);
  if (pixels > max_pixels) {
    throw ImageError("has " + std::to_string(header.size.width) + " x " + std::to_string(header.size.height) +
                     " pixels; the limit is " + std::to_string(max_pixels));
  }
  const Chunks chunks = keep_pixels(png, header);
  const VipsHandle image = load(chunks.png);
  const int bands = vips_image_get_bands(image.get());
  DecodedIndices decoded{make_index_picture(header.size), chunks.palette};
  if (header.type == colour || header.type == colour_alpha) {
    if (header.bits != 8) throw ImageError("has 16 bit a channel; masks in colour have 8");
    decoded.colours = read_colours(image.get(), bands, decoded.picture);
  } else {
    if (header.type != palette) decoded.colours.clear();
    const unsigned step = header.bits < 8 ? 255U / ((1U << header.bits) - 1) : 1;
    read_numbers(image.get(), bands, step, decoded.picture);
  }
  return decoded;
}

}  // namespace sam
