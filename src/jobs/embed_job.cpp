#include "jobs/embed_job.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

#include "image/decode.h"
#include "inference/model.h"
#include "platform/stopped.h"

namespace sam {
namespace {

// Of the folder's limit, since it is emptied by a sixteenth at a time.
std::uint64_t usable(std::uint64_t limit_bytes) {
  return limit_bytes - limit_bytes / 16;
}

}  // namespace

EmbedJob::EmbedJob(std::vector<PicturePath> pictures, Pipeline& pipeline, const Clock& clock, EmbedOptions options)
    : pictures_(std::move(pictures)), pipeline_(pipeline), clock_(clock), options_(std::move(options)) {
  const MutexLock lock(mutex_);
  end_ = pictures_.size();
  progress_.total = pictures_.size();
}

EmbedProgress EmbedJob::progress() const {
  const MutexLock lock(mutex_);
  EmbedProgress now = progress_;
  if (encoding_since_) now.encoding_s = std::chrono::duration<double>(clock_.now() - *encoding_since_).count();
  return now;
}

bool EmbedJob::take_next(PicturePath& picture) {
  const MutexLock lock(mutex_);
  if (next_ >= end_) return false;
  picture = pictures_[next_++];
  return true;
}

// The first alone: what it takes on disk says how many fit.
void EmbedJob::run(const std::stop_token& stop) {
  PicturePath picture;
  while (progress().entry_bytes == 0 && !stop.stop_requested() && take_next(picture)) one(picture, stop);
  leave_out_what_does_not_fit();

  std::stop_source ended;
  const std::stop_callback pass_on(stop, [&] { ended.request_stop(); });
  Mutex mutex;
  std::exception_ptr error;  // the first that ends the whole
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < std::max(1, options_.pictures_at_once); ++i) {
      threads.emplace_back([&] {
        try {
          work(ended.get_token());
        } catch (...) {
          const MutexLock lock(mutex);
          if (!error) error = std::current_exception();
          ended.request_stop();
        }
      });
    }
  }
  if (error) std::rethrow_exception(error);
}

void EmbedJob::work(const std::stop_token& stop) {
  for (PicturePath picture; !stop.stop_requested() && take_next(picture);) one(picture, stop);
}

void EmbedJob::one(const PicturePath& picture, const std::stop_token& stop) {
  try {
    const DiskEmbedding result = embed(picture, stop);
    if (result.state == DiskEmbedding::State::refused)
      throw std::runtime_error(
          "the folder for embeddings takes no more; what is written there is kept: see `sam-annotator cache`");
    if (result.state == DiskEmbedding::State::changed) {
      fail(picture, "was changed while it was encoded; start again");
    } else {
      count(result);
    }
  } catch (const Stopped&) {
  } catch (const ImageError& error) {
    fail(picture, error.what());
  } catch (const MemoryExhausted& error) {
    fail(picture, error.what());
  }
}

// Where memory does not suffice for this one beside the others, it may do for this one alone.
DiskEmbedding EmbedJob::embed(const PicturePath& picture, const std::stop_token& stop) {
  try {
    const ExclusiveGate::Pass beside_others = gate_.enter(false, stop);
    return pipeline_.embed(picture, WithoutMemory::fail, stop);
  } catch (const OutOfMemory&) {
  } catch (const std::bad_alloc&) {
  }
  const ExclusiveGate::Pass alone = gate_.enter(true, stop);
  return pipeline_.embed(picture, WithoutMemory::climb, stop);
}

void EmbedJob::count(const DiskEmbedding& result) {
  const MutexLock lock(mutex_);
  progress_.entry_bytes = result.file_bytes;
  if (result.state == DiskEmbedding::State::kept_before) {
    ++progress_.kept_before;
    return;
  }
  if (!encoding_since_) {
    const std::chrono::duration<double, std::milli> took(result.read_ms + result.encode_ms);
    encoding_since_ = clock_.now() - std::chrono::duration_cast<std::chrono::steady_clock::duration>(took);
  }
  ++progress_.written;
  progress_.written_bytes += result.file_bytes;
}

void EmbedJob::fail(const PicturePath& picture, const std::string& reason) {
  const MutexLock lock(mutex_);
  ++progress_.failed;
  if (options_.on_failure) options_.on_failure(picture, reason);
}

// What is made beyond the limit would push out what was made before, and the next run would begin anew.
void EmbedJob::leave_out_what_does_not_fit() {
  EmbedProgress told;
  {
    const MutexLock lock(mutex_);
    if (progress_.entry_bytes == 0) return;
    const std::uint64_t most = usable(options_.limit_bytes) / progress_.entry_bytes;
    if (most >= pictures_.size()) return;
    end_ = std::max(next_, static_cast<std::size_t>(most));
    progress_.left_out = pictures_.size() - end_;
    told = progress_;
  }
  if (told.left_out > 0 && options_.on_too_many) options_.on_too_many(told);
}

void EmbedJob::look(const std::stop_token& stop) {
  for (PicturePath picture; !stop.stop_requested() && take_next(picture);) {
    const DiskEmbedding found = pipeline_.find_embedding(picture);
    const MutexLock lock(mutex_);
    if (found.state == DiskEmbedding::State::kept_before) {
      ++progress_.kept_before;
      progress_.entry_bytes = found.file_bytes;
    } else {
      ++progress_.written;
    }
  }
}

}  // namespace sam
