#include <charconv>
#include <cstdio>
#include <stdexcept>

#include "image/tiles.h"
#include "platform/file_system.h"
#include "server/api.h"
#include "server/problem.h"

namespace sam {
namespace {

// Nothing unless the whole text is a number of at most 9 digits.
std::optional<int> whole_number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || text.size() > 9) return std::nullopt;
  return value;
}

// What a tile needs at most while it is made: rows of the file and 2048 x 2048 pixels of a level.
constexpr std::uint64_t tile_bytes = 32 << 20;

struct PictureOnDisk {
  std::filesystem::path path;
  std::string etag;  // of the file as it is now, and of what is made from it
};

PictureOnDisk find_file(const Store& store, const std::string& name, const std::string& form) {
  require_picture(store, name);
  PictureOnDisk picture{store.picture_path(name), {}};
  const std::optional<FileStatus> status = PosixFileSystem().status(picture.path);
  if (!status) throw RequestError(name + " is not in the folder any more; the list is read again within seconds", 404);
  char text[64];
  std::snprintf(text, sizeof text, "%llx-%llx", static_cast<unsigned long long>(status->size_bytes),
                static_cast<unsigned long long>(status->modified_ns));
  picture.etag = '"' + std::string(text) + '-' + form + '"';
  return picture;
}

bool is_known(const Request& request, const std::string& etag) {
  const std::string* known = request.header("if-none-match");
  return known != nullptr && *known == etag;
}

Response jpeg(const std::string& etag, std::string bytes) {
  Response response;
  response.content_type = "image/jpeg";
  response.headers = {{"ETag", etag}, {"Cache-Control", "private, no-cache"}};
  response.body = std::move(bytes);
  return response;
}

Response not_modified(const std::string& etag) {
  Response response;
  response.status = 304;
  response.headers = {{"ETag", etag}, {"Cache-Control", "private, no-cache"}};
  return response;
}

int proxy_side_of(const Request& request) {
  const auto found = request.query.find("side");
  if (found == request.query.end()) return proxy_side;
  const std::optional<int> side = whole_number(found->second);
  if (!side || *side < 16 || *side > proxy_side) {
    throw RequestError("'side' must be an integer from 16 to " + std::to_string(proxy_side), 422);
  }
  return *side;
}

Response proxy(ApiParts& parts, const Request& request) {
  const std::string& name = request.params.at("name");
  const int side = proxy_side_of(request);
  const PictureOnDisk picture = find_file(parts.store, name, std::to_string(side));
  if (is_known(request, picture.etag)) return not_modified(picture.etag);
  const bool is_whole = side == proxy_side;  // others are thumbnails, which are small and asked for once
  if (is_whole) {
    if (const auto kept = parts.pipeline.find_proxy({picture.path})) return jpeg(picture.etag, *kept);
  }
  const Gate::Place place(parts.decoding, request.stop);
  try {
    if (is_whole) return jpeg(picture.etag, *parts.pipeline.proxy({picture.path}));
    const std::uint64_t bytes =
        read_image_info(picture.path, {.max_pixels = parts.options.limits.max_pixels, .max_side = side}).decode_bytes;
    std::string made;
    parts.pipeline.with_memory(bytes, "showing " + name,
                               [&] { made = make_proxy(picture.path, parts.options.limits, side); });
    return jpeg(picture.etag, std::move(made));
  } catch (const ImageError& error) {
    parts.store.mark_broken(name, error.what());
    parts.events->publish({"images", "{}"});
    throw named(name, error);
  }
}

Response tile(ApiParts& parts, const Request& request) {
  const std::optional<int> level = whole_number(request.params.at("level"));
  const std::optional<int> x = whole_number(request.params.at("x"));
  const std::optional<int> y = whole_number(request.params.at("y"));
  if (!level || !x || !y) throw RequestError("level, x and y of a tile are integers from 0", 404);
  const std::string form = std::to_string(*level) + "-" + std::to_string(*x) + "-" + std::to_string(*y);
  const std::string& name = request.params.at("name");
  const PictureOnDisk picture = find_file(parts.store, name, form);
  if (is_known(request, picture.etag)) return not_modified(picture.etag);
  const Gate::Place place(parts.decoding, request.stop);
  try {
    std::string made;
    // The first tile of a picture unpacks all of its file.
    const std::uint64_t bytes = tile_bytes + read_image_info(picture.path, parts.options.limits).decode_bytes;
    parts.pipeline.with_memory(bytes, "showing " + name, [&] {
      made = make_tile(picture.path, parts.options.limits, {*level, *x, *y}, parts.options.tile_cache_folder);
    });
    return jpeg(picture.etag, std::move(made));
  } catch (const std::out_of_range&) {
    throw RequestError(name + " has no tile " + form, 404);
  } catch (const ImageError& error) {
    throw named(name, error);
  }
}

}  // namespace

std::vector<Route> picture_routes(ApiParts& parts) {
  const std::string picture = "/api/v1/images/{name}";
  return {
      {"GET", picture + "/proxy", 0, [&parts](const Request& request) { return proxy(parts, request); }},
      {"GET", picture + "/tiles/{level}/{x}/{y}", 0, [&parts](const Request& request) { return tile(parts, request); }},
  };
}

}  // namespace sam
