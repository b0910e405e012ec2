#include "pipeline/model_loader.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>

namespace sam {

ModelLoader::ModelLoader(PredictorForms& forms, std::string name)
    : forms_(forms), name_(std::move(name)), thread_([this] { run(); }) {}

ModelLoader::~ModelLoader() {
  {
    const MutexLock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ModelLoader::load() {
  if (!forms_.begin_load()) return;
  {
    const MutexLock lock(mutex_);
    begun_ = true;
  }
  changed_.notify_all();
}

void ModelLoader::run() {
  while (true) {
    {
      const MutexLock lock(mutex_);
      while (!begun_ && !ends_) changed_.wait(mutex_);
      if (!begun_) return;
      begun_ = false;
    }
    const auto begin = std::chrono::steady_clock::now();
    forms_.load();
    log_outcome(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
}

void ModelLoader::log_outcome(double seconds) const noexcept {
  try {
    const LoadStatus status = forms_.status();
    if (status.state == LoadState::loaded) {
      spdlog::info("Loaded {} in {:.1f} s: {}", name_, seconds, forms_.info().describe);
    } else if (status.state == LoadState::failed) {
      spdlog::error("Cannot load {}: {}", name_, status.reason);
    } else if (status.state == LoadState::unloaded) {
      spdlog::warn("{}; it is tried again with the first picture", status.reason);
    }
  } catch (const std::exception&) {  // no memory for a line
  }
}

}  // namespace sam
