#include "pipeline/predictor_forms.h"

#include <algorithm>
#include <new>
#include <thread>

#include "memory/out_of_memory.h"

namespace sam {
namespace {

constexpr std::chrono::seconds longest_patience{3600};
constexpr std::chrono::milliseconds poll{5};
constexpr int longest_wait_polls = 6000;  // 30 s: a decode under way ends before that

// Whether what failed may succeed when it is tried again.
bool may_pass(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const OutOfMemory&) {
    return true;
  } catch (const std::bad_alloc&) {
    return true;
  } catch (...) {
    return false;
  }
}

std::string sentence_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an unknown error";
  }
}

}  // namespace

PredictorForms::PredictorForms(std::vector<PredictorForm> forms, std::unique_ptr<Predictor> first, const Clock& clock,
                               Listener listener)
    : forms_(std::move(forms)), clock_(clock), listener_(std::move(listener)), predictor_(std::move(first)) {
  if (predictor_) info_ = predictor_->info();
}

PredictorForms::Current PredictorForms::current() {
  {
    const MutexLock lock(mutex_);
    while (loading_) changed_.wait(mutex_);
    if (predictor_) return {predictor_, form_};
    if (failed_) std::rethrow_exception(error_);
    loading_ = true;
  }
  tell();
  return load_begun();
}

bool PredictorForms::begin_load() {
  {
    const MutexLock lock(mutex_);
    if (loading_ || predictor_) return false;
    loading_ = true;
    forget_failure();
  }
  tell();
  return true;
}

void PredictorForms::load() noexcept {
  try {
    load_begun();
  } catch (...) {  // status() tells
  }
}

PredictorForms::Current PredictorForms::load_begun() {
  const std::size_t form = this->form();
  std::shared_ptr<Predictor> predictor;
  PredictorInfo info;
  try {
    predictor = forms_[form].load();
    info = predictor->info();
  } catch (...) {
    end_load(form, nullptr, {}, std::current_exception());
    throw;
  }
  end_load(form, predictor, std::move(info), nullptr);
  return {std::move(predictor), form};
}

void PredictorForms::end_load(std::size_t form, std::shared_ptr<Predictor> predictor, PredictorInfo info,
                              std::exception_ptr error) noexcept {
  {
    const MutexLock lock(mutex_);
    loading_ = false;
    changed_.notify_all();
    if (predictor) info_ = std::move(info);
    if (form == form_) {
      predictor_ = std::move(predictor);
      failed_ = error != nullptr && !may_pass(error);
      error_ = std::move(error);
    }
  }
  tell();
}

void PredictorForms::tell() noexcept {
  try {
    if (listener_) listener_();
  } catch (...) {  // it is told at the next change
  }
}

LoadStatus PredictorForms::status() const {
  LoadStatus status;
  std::exception_ptr error;
  {
    const MutexLock lock(mutex_);
    if (loading_) return {LoadState::loading, ""};
    if (predictor_) return {LoadState::loaded, ""};
    if (failed_) status.state = LoadState::failed;
    error = error_;
  }
  if (error) status.reason = sentence_of(error);
  return status;
}

bool PredictorForms::is_loading() const {
  const MutexLock lock(mutex_);
  return loading_;
}

void PredictorForms::forget_failure() {
  failed_ = false;
  error_ = nullptr;
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
    forget_failure();
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
  forget_failure();
  return true;
}

std::size_t PredictorForms::form() const {
  const MutexLock lock(mutex_);
  return form_;
}

const char* load_state_name(LoadState state) {
  switch (state) {
    case LoadState::unloaded:
      return "unloaded";
    case LoadState::loading:
      return "loading";
    case LoadState::loaded:
      return "loaded";
    case LoadState::failed:
      return "failed";
  }
  return "unloaded";
}

}  // namespace sam
