// What a class may be called. Free function, no state.
#pragma once

#include <string>
#include <string_view>

namespace sam {

// A name that is to come into a class list, without the blanks around it. Throws DatasetError naming place: it holds a line end or another control character,
// is not UTF-8, or longer than 200 bytes. (Lists that are there are read with whatever names they have.)
std::string require_class_name(std::string_view text, const std::string& place);

}  // namespace sam
