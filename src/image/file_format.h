// Which kind of picture a file holds, by its first bytes.
// Threading: free functions without state.
#pragma once

#include <filesystem>
#include <string_view>

namespace sam {

enum class FileFormat { jpeg, png, webp, bmp, tiff };

// "JPEG", "PNG", "WebP", "BMP", "TIFF".
std::string_view format_name(FileFormat format);

// Throws ImageError: no such file, not a plain file, empty, not a picture, a kind that is not read, or a kind other than the
// file's extension says (an unknown extension says nothing).
FileFormat find_file_format(const std::filesystem::path& path);

}  // namespace sam
