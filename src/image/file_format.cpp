#include "image/file_format.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#include "image/decode.h"
#include "platform/unique_descriptor.h"

namespace sam {
namespace {

using std::string_view_literals::operator""sv;

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  FileFormat format;
};
constexpr Signature signatures[] = {
    {0, "\xff\xd8\xff"sv, FileFormat::jpeg}, {0, "\x89PNG\r\n\x1a\n"sv, FileFormat::png},
    {8, "WEBP"sv, FileFormat::webp},         {0, "BM"sv, FileFormat::bmp},
    {0, "II*\0"sv, FileFormat::tiff},        {0, "MM\0*"sv, FileFormat::tiff},
    {0, "II+\0"sv, FileFormat::tiff},        {0, "MM\0+"sv, FileFormat::tiff},
};

// Kinds that people try, so that the refusal can name them.
struct ForeignSignature {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};
constexpr ForeignSignature foreign_signatures[] = {
    {0, "GIF8"sv, "GIF"},
    {0, "%PDF"sv, "PDF"},
    {4, "ftypavif"sv, "AVIF"},
    {4, "ftyp"sv, "HEIF or video"},
    {0, "\xff\x0a"sv, "JPEG XL"},
    {0, "\0\0\0\x0cJXL "sv, "JPEG XL"},
    {0, "\0\0\0\x0cjP  "sv, "JPEG 2000"},
    {0, "8BPS"sv, "Photoshop"},
    {0, "<svg"sv, "SVG"},
    {0, "PK\x03\x04"sv, "ZIP"},
};

struct Extension {
  std::string_view text;
  FileFormat format;
};
constexpr Extension extensions[] = {
    {".jpg", FileFormat::jpeg}, {".jpeg", FileFormat::jpeg}, {".jpe", FileFormat::jpeg}, {".jfif", FileFormat::jpeg},
    {".png", FileFormat::png},  {".webp", FileFormat::webp}, {".bmp", FileFormat::bmp},  {".dib", FileFormat::bmp},
    {".tif", FileFormat::tiff}, {".tiff", FileFormat::tiff},
};

std::string read_head(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error || !std::filesystem::exists(status)) throw ImageError("cannot be read: no such file or no access");
  if (!std::filesystem::is_regular_file(status)) throw ImageError("is not a plain file");
  std::string head(32, '\0');  // before the file is open; a stream would keep silent about memory
  const UniqueDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw ImageError(std::string("cannot be read: ") + std::strerror(errno));
  ssize_t count = 0;
  do {
    count = ::pread(file.get(), head.data(), head.size(), 0);
  } while (count < 0 && errno == EINTR);
  if (count < 0) throw ImageError(std::string("cannot be read: ") + std::strerror(errno));
  head.resize(static_cast<std::size_t>(count));
  if (head.empty()) throw ImageError("is empty");
  return head;
}

bool has_bytes(std::string_view head, std::size_t offset, std::string_view bytes) {
  return head.size() >= offset && head.substr(offset).starts_with(bytes);
}

FileFormat recognise(std::string_view head) {
  for (const Signature& signature : signatures) {
    if (has_bytes(head, signature.offset, signature.bytes)) return signature.format;
  }
  for (const ForeignSignature& signature : foreign_signatures) {
    if (has_bytes(head, signature.offset, signature.bytes)) {
      throw ImageError("is a " + std::string(signature.name) +
                       " file; JPEG, PNG, WebP, BMP and TIFF are read: convert it");
    }
  }
  throw ImageError("is not a picture; JPEG, PNG, WebP, BMP and TIFF are read");
}

std::string lower_case_extension(const std::filesystem::path& path) {
  std::string text = path.extension().string();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace

std::string_view format_name(FileFormat format) {
  constexpr std::array<std::string_view, 5> names = {"JPEG", "PNG", "WebP", "BMP", "TIFF"};
  return names[static_cast<std::size_t>(format)];
}

FileFormat find_file_format(const std::filesystem::path& path) {
  const FileFormat format = recognise(read_head(path));
  const std::string extension = lower_case_extension(path);
  for (const Extension& known : extensions) {
    if (known.text == extension && known.format != format) {
      throw ImageError("is a " + std::string(format_name(format)) + " file named " + extension + ": rename it");
    }
  }
  return format;
}

}  // namespace sam
