#include "server/progress_feed.h"

#include "server/list_replies.h"

namespace sam {
namespace {

constexpr std::chrono::seconds tell_every{1};

}  // namespace

std::string ProgressFeed::json() const {
  return progress_json(store_.counts(), rate_.rates());
}

void ProgressFeed::edited(const EditMade& edit) {
  rate_.add(edit);
  is_due_ = true;
}

void ProgressFeed::look() {
  const auto now = clock_.now();
  if (told_ && now - *told_ < tell_every) return;
  if (!is_due_.exchange(false)) return;
  told_ = now;
  events_.publish({"progress", json()});
}

}  // namespace sam
