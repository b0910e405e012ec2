// The windows that are open, what each has on screen, and which of them may change a picture: the first that turned to it, until it turns to another
// one, its event stream has been gone for three seconds, or another window takes the picture over. Then it goes to the one that has looked at
// it longest.
// Threading: safe to call from any thread. Ownership: the clock must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/mutex.h"

namespace sam {

struct OpenWindow {
  std::string window;  // its id, chosen by the page
  std::string person;  // empty if it did not say
  std::optional<std::string> image;
  bool holds = false;  // it may change that image
  bool operator==(const OpenWindow&) const = default;
};

// Somebody else has the picture. For the user.
class HeldElsewhere : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Windows {
 public:
  explicit Windows(const Clock& clock) : clock_(clock), began_(clock.now()) {}

  static constexpr std::size_t most = 64;  // further ones are as if they had no id
  static constexpr std::chrono::seconds grace{3};
  static constexpr std::chrono::seconds claims_count{60};  // since the start

  // An empty id is nobody's: such calls change nothing.
  void stream_opened(const std::string& window, const std::string& person) SAM_EXCLUDES(mutex_);
  void stream_ended(const std::string& window) SAM_EXCLUDES(mutex_);
  // held: it had the image when the program that was here before ended. Soon after the start it gets it back from one that came first and has not
  // changed anything yet.
  void show(const std::string& window, const std::string& image, bool held = false) SAM_EXCLUDES(mutex_);
  void take_over(const std::string& window, const std::string& image) SAM_EXCLUDES(mutex_);

  // Throws HeldElsewhere if another window has the picture. held: as of show(), for edits that come before it.
  void require_may_edit(const std::string& window, const std::string& image, bool held = false) SAM_EXCLUDES(mutex_);
  std::optional<OpenWindow> holder(const std::string& image) SAM_EXCLUDES(mutex_);
  std::vector<OpenWindow> list() SAM_EXCLUDES(mutex_);  // in the order in which they came

  // To be called now and then. True if a window is gone since the last time.
  bool look_for_gone() SAM_EXCLUDES(mutex_);

 private:
  struct Entry {
    OpenWindow shown;
    bool entitled = false;  // it edited the image, took it over or held it before: it cannot be claimed from it
    int streams = 0;
    std::chrono::steady_clock::time_point alone_since;  // with no stream
    std::uint64_t turned = 0;                           // when it turned to its picture: counts up
  };

  Entry* known_or_new(const std::string& window) SAM_REQUIRES(mutex_);
  Entry* find(const std::string& window) SAM_REQUIRES(mutex_);
  Entry* holder_of(const std::string& image) SAM_REQUIRES(mutex_);
  void give_to(Entry& entry) SAM_REQUIRES(mutex_);
  bool may_be_claimed(const Entry& entry) const SAM_REQUIRES(mutex_);
  void turn(Entry& entry, const std::string& image) SAM_REQUIRES(mutex_);
  void give_on(const std::string& image) SAM_REQUIRES(mutex_);
  void drop_gone() SAM_REQUIRES(mutex_);

  const Clock& clock_;
  const std::chrono::steady_clock::time_point began_;
  Mutex mutex_;
  std::list<Entry> entries_ SAM_GUARDED_BY(mutex_);
  std::uint64_t turns_ SAM_GUARDED_BY(mutex_) = 0;
  bool some_gone_ SAM_GUARDED_BY(mutex_) = false;
};

}  // namespace sam
