// The page's files as answers: types, caching, and the headers that keep foreign code out of the page.
// Threading: const after it is built.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "server/embedded_page.h"
#include "server/http.h"

namespace sam {

class Page {
 public:
  explicit Page(std::span<const EmbeddedFile> files);

  // For GET and HEAD of a path outside /api/. Without embedded files, / says how to build them.
  Response answer(const Request& request) const;

 private:
  struct File {
    std::string_view bytes;
    std::string etag;
  };
  std::map<std::string, File, std::less<>> files_;  // key: path as in the URL, "/assets/x.js"
};

// Adds the headers that every answer carries, API or page.
void add_security_headers(Response& response);

}  // namespace sam
