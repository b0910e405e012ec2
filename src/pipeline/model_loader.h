// Loads the predictor in a thread of its own, so that nobody waits for it who does not need it.
// Threading: safe to call from any thread. Ownership: the forms must outlive it.
#pragma once

#include <string>
#include <thread>

#include "pipeline/predictor_forms.h"
#include "platform/mutex.h"

namespace sam {

class ModelLoader {
 public:
  // name: of the model, for the log.
  ModelLoader(PredictorForms& forms, std::string name);
  // Waits for a load that runs: nothing can interrupt it.
  ~ModelLoader();

  // Returns at once; the forms are `loading` from now on. Nothing happens if they are, or are loaded.
  void load() SAM_EXCLUDES(mutex_);

 private:
  void run() SAM_EXCLUDES(mutex_);
  void log_outcome(double seconds) const noexcept;

  PredictorForms& forms_;
  const std::string name_;
  Mutex mutex_;
  Condition changed_;
  bool begun_ SAM_GUARDED_BY(mutex_) = false;  // the forms wait for load()
  bool ends_ SAM_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sam
