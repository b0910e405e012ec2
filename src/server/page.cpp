#include "server/page.h"

#include <array>
#include <utility>

#include "platform/hash.h"
#include "server/problem.h"
#include "server/router.h"

namespace sam {
namespace {

// blob: and data: are pictures the page makes itself (masks, cursors). Everything else comes from this server.
constexpr char content_policy[] =
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr char not_built[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>SAM Annotator</title><body>"
    "<h1>The page is not part of this build</h1><p>The program runs, but web/dist was empty when it was compiled. "
    "Build it "
    "with <code>npm --prefix web ci &amp;&amp; npm --prefix web run build</code> and compile again, or use "
    "<code>./script/run</code>, which does both.</p></body></html>\n";

constexpr std::array<std::pair<std::string_view, const char*>, 14> types = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
}};

const char* type_of(std::string_view path) {
  for (const auto& [ending, type] : types) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// Vite names the files under assets/ by their content, so that a name never gets other bytes.
bool is_named_by_content(std::string_view path) {
  return path.starts_with("/assets/");
}

}  // namespace

Page::Page(std::span<const EmbeddedFile> files) {
  for (const EmbeddedFile& file : files) {
    files_["/" + std::string(file.path)] = {file.bytes, '"' + content_hash(file.bytes) + '"'};
  }
}

Response Page::answer(const Request& request) const {
  Response response;
  if (request.method != "GET" && request.method != "HEAD") {
    response = problem(405, "the page's files can only be read");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  std::string path = percent_decoded(request.path).value_or("");
  if (path == "/") path = "/index.html";
  const auto found = files_.find(path);
  if (found == files_.end()) {
    if (path != "/index.html") return problem(404, "there is no such page; open / instead");
    response.status = 503;
    response.content_type = type_of(path);
    response.body = not_built;
    return response;
  }
  response.headers = {{"Cache-Control", is_named_by_content(path) ? "public, max-age=31536000, immutable" : "no-cache"},
                      {"ETag", found->second.etag}};
  const std::string* known = request.header("if-none-match");
  if (known != nullptr && *known == found->second.etag) {
    response.status = 304;
    return response;
  }
  response.content_type = type_of(path);
  response.body = found->second.bytes;
  return response;
}

void add_security_headers(Response& response) {
  response.headers.emplace_back("Content-Security-Policy", content_policy);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("X-Frame-Options", "DENY");
}

}  // namespace sam
