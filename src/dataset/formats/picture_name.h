// Names of pictures as datasets give them, made safe. Free functions, no state.
#pragma once

#include <string>
#include <string_view>

namespace sam {

// The last component of a path with / or \ in it. Throws FormatError naming place for one that is empty, has control characters, is not UTF-8 or longer
// than 240 bytes, and, unless folders_ignored, for an absolute path or one with "..". folders_ignored: for formats whose tools
// write such paths (LabelMe: "..\\images\\a.jpg").
std::string picture_name(std::string_view path, const std::string& place, bool folders_ignored = false);

}  // namespace sam
