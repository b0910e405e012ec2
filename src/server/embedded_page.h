// The page's built files (web/dist), inside the program.
// Threading: const data. Ownership: views of the program's own image.
#pragma once

#include <span>
#include <string_view>

namespace sam {

struct EmbeddedFile {
  std::string_view path;  // "index.html", "assets/index-3f2a.js"
  std::string_view bytes;
};

// Empty if the page was not built when the program was.
std::span<const EmbeddedFile> embedded_page();

}  // namespace sam
