// The encode lane: one thread, the newest request first, at most one encode at a time. What is on screen comes first; what is not on screen
// and nobody waits for any more is dropped, or stopped if it runs, and its failure is forgotten. When nothing else is to be done, pictures that
// will likely be shown next are prepared.
// While pictures go by quickly none of them is encoded: one is begun once it has stood still for `settle`, or at once if a prompt waits for it.
// Threading: safe to call from any thread. Ownership: the functions it is given must outlive it; the listener is called without a lock.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/encoding.h"
#include "platform/mutex.h"
#include "segmentation/predictor.h"

namespace sam {

// An embedding and the predictor's form that made it: 0 is the best.
struct KeptEmbedding {
  Embedding embedding;
  std::size_t form = 0;
  double read_ms = 0;    // the picture's file decoded, 0 if that was kept; or the embedding's file read
  double encode_ms = 0;  // the predictor's encode; 0 if it was read from a file
  // A file holds it as well (embeddings_on_disk.h).
  std::shared_ptr<std::atomic<bool>> on_disk = std::make_shared<std::atomic<bool>>(false);
};
using EmbeddingPointer = std::shared_ptr<const KeptEmbedding>;

class EncodeLane {
 public:
  // The embedding that is kept of a picture, as good as the predictor of now would make it; null if there is none. look: somebody wants to
  // use it, which keeps it longer.
  using Find = std::function<EmbeddingPointer(const std::string& key, bool look)>;
  // On whose behalf an encode is done, and until when.
  struct Turn {
    bool ahead = false;  // nobody waits for it, so that it must not take memory from anybody
    std::stop_token stop;
    std::function<void()>
        begin;  // to be called before what takes long (not for what is kept somewhere). Throws Stopped.
  };
  // Null only for what is made ahead and would take memory from somebody.
  using Encode = std::function<EmbeddingPointer(const PicturePath& picture, const std::string& key, const Turn& turn)>;

  struct Ahead {
    PicturePath picture;
    std::string key;
  };

  // Whether there is what encodes; nothing is begun before. Called with the lane's lock.
  using IsReady = std::function<bool()>;

  // settle: how long a picture must have been on screen, where the one before it was there for less than twice that.
  EncodeLane(Find find, Encode encode, IsReady is_ready, std::chrono::milliseconds settle);
  ~EncodeLane();  // stops a running encode and waits for its end

  // Puts the picture at the head (it is on screen) and returns at once.
  void show(const PicturePath& picture, const std::string& key);

  // What to prepare when nothing else is to be done, in this order; replaces what was to be prepared.
  void prepare(std::vector<Ahead> ahead);

  // is_ready() may say another thing now.
  void look_again();

  EncodingStatus status(const std::string& key) const;

  // Encodes first if need be. Throws Stopped, and what Encode throws.
  EmbeddingPointer wait_for(const PicturePath& picture, const std::string& key, const std::stop_token& stop);

  void set_listener(EncodingListener listener);

 private:
  // One encoding that somebody wants: on screen, or waited for by a prompt.
  struct Work {
    PicturePath picture;
    std::string key;
    EncodingState state = EncodingState::queued;
    std::string reason;
    bool memory_exhausted = false;
    EmbeddingPointer embedding;  // once ready; the cache may have dropped it since
    std::exception_ptr error;
    int waiting = 0;     // prompts that need it
    bool ahead = false;  // begun before anybody asked for it
    std::stop_source stop;
  };
  // What an encode came to.
  struct Outcome {
    EncodingStatus status;
    EmbeddingPointer embedding;
    std::exception_ptr error;
  };
  // What was dropped under the lock; listeners hear of it and stop callbacks, which may block, run after the lock.
  struct Unwanted {
    std::vector<PicturePath> dropped;
    std::vector<std::stop_source> stops;
  };

  std::shared_ptr<Work> request(const PicturePath& picture, const std::string& key) SAM_REQUIRES(mutex_);
  bool is_needed(const Work& work) const SAM_REQUIRES(mutex_) { return work.key == shown_ || work.waiting > 0; }
  bool is_wanted(const Work& work) const SAM_REQUIRES(mutex_);
  bool is_given_up(const Work& work) const SAM_REQUIRES(mutex_);
  std::chrono::milliseconds still_to_settle(const Work& work) const SAM_REQUIRES(mutex_);
  void note_shown(const std::string& key) SAM_REQUIRES(mutex_);
  void begin(Work& work) SAM_EXCLUDES(mutex_);
  std::shared_ptr<Work> next_ahead() SAM_REQUIRES(mutex_);
  Unwanted take_unwanted() SAM_REQUIRES(mutex_);
  void give_up(const Unwanted& unwanted);
  EmbeddingPointer encode_ahead(Work& work);
  bool drop_unless_needed(const Work& work) SAM_EXCLUDES(mutex_);
  std::shared_ptr<Work> next_work(const std::stop_token& stop);
  void run(const std::stop_token& stop);
  static Outcome failed(const Work& work, const char* reason, bool memory_exhausted) noexcept;
  Outcome attempt(Work& work) noexcept;
  void finish(const std::shared_ptr<Work>& work, Outcome outcome) noexcept;
  void announce(const Work& work, EncodingState state) noexcept;
  void announce(const PicturePath& picture, const EncodingStatus& status);

  const Find find_;
  const Encode encode_;
  const IsReady is_ready_;
  const std::chrono::milliseconds settle_;

  mutable Mutex mutex_;
  Condition changed_;
  std::map<std::string, std::shared_ptr<Work>> works_ SAM_GUARDED_BY(mutex_);  // queued, running or failed, by key
  std::vector<std::string> queue_ SAM_GUARDED_BY(mutex_);                      // the last is next
  std::vector<Ahead> ahead_ SAM_GUARDED_BY(mutex_);                            // to be prepared
  std::vector<std::string> ahead_keys_ SAM_GUARDED_BY(mutex_);                 // those and what was prepared of them
  std::string shown_ SAM_GUARDED_BY(mutex_);                                   // key of the picture on screen
  std::chrono::steady_clock::time_point shown_since_ SAM_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point settled_
      SAM_GUARDED_BY(mutex_);                             // before it, nothing is begun that nobody waits for
  std::shared_ptr<Work> running_ SAM_GUARDED_BY(mutex_);  // in the lane's hands, begun or settling
  std::shared_ptr<const EncodingListener> listener_ SAM_GUARDED_BY(mutex_);
  bool closing_ SAM_GUARDED_BY(mutex_) = false;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace sam
