// The forms in which a predictor can work, best first: as asked for, at lower precision, on the CPU. The ladder steps down; when memory was
// not tight for a while, the best form is tried again. A form that cannot be loaded for another reason than memory is not tried again until
// somebody asks for it.
// Threading: safe to call from any thread; loading is serialised. Ownership: owns the predictor in use; a decode that still runs keeps an older
// one alive until it ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "memory/rung.h"
#include "pipeline/load_status.h"
#include "platform/clock.h"
#include "platform/mutex.h"
#include "segmentation/predictor.h"

namespace sam {

struct PredictorForm {
  RungKind reached_by = RungKind::lower_precision;   // not looked at for the first
  std::string name;                                  // "bf16", "the CPU"
  std::function<std::unique_ptr<Predictor>()> load;  // throws what loading throws
};

class PredictorForms {
 public:
  struct Current {
    std::shared_ptr<Predictor> predictor;
    std::size_t form = 0;
  };

  // Called without a lock when a load begins and when it has ended, from any thread.
  using Listener = std::function<void()>;

  // forms: at least one. first: the predictor of forms[0], loaded already; null: loaded when it is first used.
  PredictorForms(std::vector<PredictorForm> forms, std::unique_ptr<Predictor> first, const Clock& clock,
                 Listener listener = {});

  // Loads it if need be, and waits for a load that runs. Throws what loading throws, or threw.
  Current current() SAM_EXCLUDES(mutex_);

  // For who loads in a thread of its own: begin_load() makes the state `loading` and forgets a failure; false if there is nothing to load. After
  // that load() must be called; what it comes to is in status().
  bool begin_load() SAM_EXCLUDES(mutex_);
  void load() noexcept SAM_EXCLUDES(mutex_);

  LoadStatus status() const SAM_EXCLUDES(mutex_);
  bool is_loading() const SAM_EXCLUDES(mutex_);

  // Of the predictor in use, or of the last one.
  PredictorInfo info() const SAM_EXCLUDES(mutex_);

  // Lets the predictor go, waiting until nobody uses it, for the next form that `kind` reaches. False if there is none: nothing changes then.
  // failed: the form that ran out of memory; if somebody has stepped down from it meanwhile, that is all that is to be done (true).
  bool step_down(RungKind kind, std::size_t failed) SAM_EXCLUDES(mutex_);

  // The best form again, if the last step down was long enough ago: a minute, after each further one twice as long. calm: whether memory is.
  // True if that changed the form.
  bool step_up(bool calm) SAM_EXCLUDES(mutex_);

  std::size_t form() const SAM_EXCLUDES(mutex_);

 private:
  Current load_begun();  // Requires: loading_, by this thread.
  void end_load(std::size_t form, std::shared_ptr<Predictor> predictor, PredictorInfo info,
                std::exception_ptr error) noexcept SAM_EXCLUDES(mutex_);
  void forget_failure() SAM_REQUIRES(mutex_);
  void tell() noexcept;

  const std::vector<PredictorForm> forms_;
  const Clock& clock_;
  const Listener listener_;
  mutable Mutex mutex_;
  Condition changed_;
  bool loading_ SAM_GUARDED_BY(mutex_) = false;  // others wait for it
  std::size_t form_ SAM_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<Predictor> predictor_ SAM_GUARDED_BY(mutex_);
  PredictorInfo info_ SAM_GUARDED_BY(mutex_);
  std::exception_ptr error_ SAM_GUARDED_BY(mutex_);  // what loading form_ threw last
  bool failed_ SAM_GUARDED_BY(mutex_) = false;       // and it would again
  std::chrono::steady_clock::time_point stepped_ SAM_GUARDED_BY(mutex_);
  std::chrono::seconds patience_ SAM_GUARDED_BY(mutex_){60};
};

}  // namespace sam
