// Proxies for the page: made when they are asked for or ahead of that, kept with the decoded pictures.
// Threading: safe to call from any thread. Ownership: what it is given must outlive it.
#pragma once

#include <memory>
#include <string>

#include "image/decode.h"
#include "memory/budget.h"
#include "memory/governor.h"
#include "memory/recovery.h"
#include "pipeline/encoding.h"
#include "pipeline/in_flight.h"
#include "pipeline/kept_pictures.h"
#include "platform/name_locks.h"

namespace sam {

struct ProxyParts {
  KeptPictures::Images& images;
  Governor& governor;
  Budget& host;
  RecoveryLadder& ladder;
  InFlight& in_flight;
  const DecodeLimits& limits;
};

class Proxies {
 public:
  using Pointer = std::shared_ptr<const std::string>;

  explicit Proxies(const ProxyParts& parts) : parts_(parts) {}

  // Null if it is not kept.
  Pointer find(const PicturePath& picture);

  // Two that want the same make it once. Climbs the ladder. Throws ImageError, MemoryExhausted.
  Pointer get(const PicturePath& picture);

  // Makes it if there is room for what nobody has asked for. Throws ImageError, OutOfMemory.
  void prepare(const PicturePath& picture);

 private:
  Pointer find(const std::string& key);
  Pointer make_once(const PicturePath& picture, const std::string& key);

  const ProxyParts parts_;
  NameLocks making_;
};

}  // namespace sam
