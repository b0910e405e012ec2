#include "pipeline/predictor_forms.h"

#include <algorithm>
#include <thread>

namespace sam {
namespace {

constexpr std::chrono::seconds longest_patience{3600};
constexpr std::chrono::milliseconds poll{5};
constexpr int longest_wait_polls = 6000;  // 30 s: a decode under way ends before that

}  // namespace

PredictorForms::PredictorForms(std::vector<PredictorForm> forms, std::unique_ptr<Predictor> first, const Clock& clock)
    : forms_(std::move(forms)), clock_(clock), predictor_(std::move(first)) {
  if (predictor_) info_ = predictor_->info();
}

PredictorForms::Current PredictorForms::current() {
  std::size_t form = 0;
  {
    const MutexLock lock(mutex_);
    while (loading_) changed_.wait(mutex_);
    if (predictor_) return {predictor_, form_};
    form = form_;
    loading_ = true;
  }
  std::shared_ptr<Predictor> predictor;
  try {
    predictor = forms_[form].load();
  } catch (...) {
    const MutexLock lock(mutex_);
    loading_ = false;
    changed_.notify_all();
    throw;
  }
  const MutexLock lock(mutex_);
  loading_ = false;
  changed_.notify_all();
  info_ = predictor->info();
  if (form == form_) predictor_ = predictor;
  return {std::move(predictor), form};
}

PredictorInfo PredictorForms::info() const {
  const MutexLock lock(mutex_);
  return info_;
}

bool PredictorForms::step_down(RungKind kind, std::size_t failed) {
  std::weak_ptr<Predictor> old;
  {
    const MutexLock lock(mutex_);
    if (form_ > failed) return true;
    const auto next = std::find_if(forms_.begin() + static_cast<std::ptrdiff_t>(form_) + 1, forms_.end(),
                                   [kind](const PredictorForm& form) { return form.reached_by == kind; });
    if (next == forms_.end()) return false;
    form_ = static_cast<std::size_t>(next - forms_.begin());
    stepped_ = clock_.now();
    old = predictor_;
    predictor_.reset();
  }
  for (int i = 0; i < longest_wait_polls && !old.expired(); ++i) std::this_thread::sleep_for(poll);
  return true;
}

bool PredictorForms::step_up(bool calm) {
  const MutexLock lock(mutex_);
  if (form_ == 0 || !calm || clock_.now() - stepped_ < patience_) return false;
  patience_ = std::min(2 * patience_, longest_patience);
  form_ = 0;
  predictor_.reset();
  return true;
}

std::size_t PredictorForms::form() const {
  const MutexLock lock(mutex_);
  return form_;
}

}  // namespace sam
