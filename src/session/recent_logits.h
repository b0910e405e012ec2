// The last answers' logits, so that a prompt can be refined from an earlier mask: a bounded list, the oldest goes first.
// 16 of 256 x 256 floats are 4 MiB. Threading: safe to call from any thread.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "platform/mutex.h"
#include "segmentation/prompt.h"

namespace sam {

class RecentLogits {
 public:
  explicit RecentLogits(std::size_t capacity = 16) : capacity_(capacity) {}

  void keep(const std::string& picture, std::shared_ptr<const Logits> logits);
  void clear();
  // Null if they are not kept any more, or were of another picture.
  std::shared_ptr<const Logits> find(const std::string& picture, const std::string& key) const;

 private:
  struct Entry {
    std::string picture;
    std::shared_ptr<const Logits> logits;
  };
  const std::size_t capacity_;
  mutable Mutex mutex_;
  std::deque<Entry> entries_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
