// The forms in which a predictor can work, best first: as asked for, at lower precision, on the CPU. The ladder steps down; when memory was
// not tight for a while, the best form is tried again.
// Threading: safe to call from any thread; loading is serialised. Ownership: owns the predictor in use; a decode that still runs keeps an older
// one alive until it ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "memory/rung.h"
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

  // forms: at least one. first: the predictor of forms[0], loaded already; null: loaded when it is first used.
  PredictorForms(std::vector<PredictorForm> forms, std::unique_ptr<Predictor> first, const Clock& clock);

  // Loads it if need be. Throws what loading throws.
  Current current() SAM_EXCLUDES(mutex_);

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
  const std::vector<PredictorForm> forms_;
  const Clock& clock_;
  mutable Mutex mutex_;
  Condition changed_;
  bool loading_ SAM_GUARDED_BY(mutex_) = false;  // others wait for it
  std::size_t form_ SAM_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<Predictor> predictor_ SAM_GUARDED_BY(mutex_);
  PredictorInfo info_ SAM_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point stepped_ SAM_GUARDED_BY(mutex_);
  std::chrono::seconds patience_ SAM_GUARDED_BY(mutex_){60};
};

}  // namespace sam
