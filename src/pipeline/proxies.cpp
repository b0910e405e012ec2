#include "pipeline/proxies.h"

#include <utility>

#include "image/tiles.h"
#include "pipeline/prediction_key.h"

namespace sam {
namespace {

std::string proxy_key(const PicturePath& picture) {
  return picture_key(picture) + "\nproxy";
}

}  // namespace

Proxies::Pointer Proxies::find(const std::string& key) {
  const auto kept = parts_.images.find(key);
  return kept ? Pointer(kept, &kept->proxy) : nullptr;
}

Proxies::Pointer Proxies::find(const PicturePath& picture) {
  return find(proxy_key(picture));
}

Proxies::Pointer Proxies::get(const PicturePath& picture) {
  const std::string key = proxy_key(picture);
  const NameLocks::Held turn(making_, key);
  if (auto kept = find(key)) return kept;
  return parts_.ladder.run("showing " + picture.path.filename().string(), [&] {
    const InFlight::Operation under_way(parts_.in_flight);
    return make_once(picture, key);
  });
}

Proxies::Pointer Proxies::make_once(const PicturePath& picture, const std::string& key) {
  const DecodeLimits reduced{.max_pixels = parts_.limits.max_pixels, .max_side = proxy_side};
  Reservation reservation = parts_.host.reserve(Owner::images, read_image_info(picture.path, reduced).decode_bytes);
  DecodedPicture fresh;
  fresh.proxy = make_proxy(picture.path, parts_.limits);
  const std::uint64_t bytes = fresh.proxy.size();
  reservation.correct_to(bytes);
  auto kept = with_reservation(std::move(fresh), std::move(reservation));
  if (parts_.governor.should_cache()) parts_.images.insert(key, kept, bytes);
  return {kept, &kept->proxy};
}

// Outside the ladder, as all that nobody has asked for.
void Proxies::prepare(const PicturePath& picture) {
  if (!parts_.governor.should_cache()) return;
  const std::string key = proxy_key(picture);
  const NameLocks::Held turn(making_, key);
  if (!parts_.images.contains(key)) make_once(picture, key);
}

}  // namespace sam
