#define ORT_API_MANUAL_INIT
#include "inference/onnxruntime_memory.h"

#include <malloc.h>
#include <onnxruntime_cxx_api.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <unordered_map>

#include "platform/mutex.h"

namespace sam {
namespace {

// Errors come as exceptions too: the log has only what helps to find their cause.
void log_message(void*, OrtLoggingLevel, const char*, const char*, const char*, const char* message) {
  spdlog::debug("ONNX Runtime: {}", message);
}

// In the arena's own words, which onnxruntime_error.cpp reads.
class NoMemory : public std::bad_alloc {
 public:
  explicit NoMemory(std::size_t size)
      : text_("Failed to allocate memory for requested buffer of size " + std::to_string(size)) {}
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

// Refuses by throwing, as ONNX Runtime's own do: a null pointer it would write to.
class HostAllocator final : public OrtAllocator {
 public:
  HostAllocator() : OrtAllocator{} {
    version = ORT_API_VERSION;
    Alloc = [](OrtAllocator* self, std::size_t size) { return static_cast<HostAllocator*>(self)->allocate(size); };
    Reserve = Alloc;
    Free = [](OrtAllocator* self, void* block) { static_cast<HostAllocator*>(self)->release(block); };
    Info = [](const OrtAllocator* self) -> const OrtMemoryInfo* {
      return static_cast<const HostAllocator*>(self)->memory_;
    };
  }

  const OrtMemoryInfo* memory() const { return memory_; }
  std::uint64_t held_bytes() const { return held_bytes_.load(std::memory_order_relaxed); }

 private:
  void* allocate(std::size_t size) {
    if (size == 0) return nullptr;
    void* block = nullptr;
    if (::posix_memalign(&block, 64, size) != 0) throw NoMemory(size);
    held_bytes_.fetch_add(::malloc_usable_size(block), std::memory_order_relaxed);
    return block;
  }

  void release(void* block) {
    if (block == nullptr) return;
    held_bytes_.fetch_sub(::malloc_usable_size(block), std::memory_order_relaxed);
    std::free(block);
  }

  const Ort::MemoryInfo memory_ = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  std::atomic<std::uint64_t> held_bytes_{0};
};

class SharedMemoryOfModels final : public OnnxRuntimeMemory {
 public:
  explicit SharedMemoryOfModels(std::uint64_t host_arena_bytes)
      : environment_(ORT_LOGGING_LEVEL_ERROR, "sam", log_message, nullptr) {
    if (host_arena_bytes == 0) {
      environment_.RegisterAllocator(&host_);
      registered_ = host_.memory();
    } else {
      registered_ = host_arena_;
      limit_arena("CPUExecutionProvider", host_arena_, host_arena_bytes, {});
    }
  }

  ~SharedMemoryOfModels() override {
    try {
      environment_.UnregisterAllocator(registered_);  // others may hold the environment: it must not call what is gone
    } catch (const Ort::Exception& error) {
      spdlog::debug("ONNX Runtime: {}", error.what());
    }
  }

  std::uint64_t host_bytes() const override { return host_.held_bytes(); }

  void limit_card(int device, std::uint64_t bytes) override {
    const MutexLock lock(mutex_);
    const auto [card, fresh] = cards_.emplace(device, bytes);
    if (!fresh) return;
    try {
      limit_arena("CUDAExecutionProvider", {"Cuda", OrtArenaAllocator, device, OrtMemTypeDefault}, bytes,
                  {{"device_id", std::to_string(device)}});
    } catch (...) {
      cards_.erase(card);
      throw;
    }
  }

 private:
  void limit_arena(const char* provider, const Ort::MemoryInfo& memory, std::uint64_t bytes,
                   const std::unordered_map<std::string, std::string>& options) {
    constexpr int as_requested = 1;
    constexpr int dead_bytes =
        1 << 20;  // of a free piece, beside what is asked for, that are not split off; ORT's 128 MiB waste half of it
    const Ort::ArenaCfg arena(bytes, as_requested, -1, dead_bytes);
    environment_.CreateAndRegisterAllocatorV2(provider, memory, options, arena);
  }

  Ort::Env environment_;  // ONNX Runtime has one and counts its owners
  const Ort::MemoryInfo host_arena_ = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  HostAllocator host_;
  const OrtMemoryInfo* registered_ = nullptr;
  Mutex mutex_;
  std::unordered_map<int, std::uint64_t> cards_ SAM_GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<OnnxRuntimeMemory> shared_onnxruntime_memory(std::uint64_t host_arena_bytes) {
  static Mutex mutex;
  static std::weak_ptr<OnnxRuntimeMemory> shared;
  const MutexLock lock(mutex);
  std::shared_ptr<OnnxRuntimeMemory> memory = shared.lock();
  if (!memory) shared = memory = std::make_shared<SharedMemoryOfModels>(host_arena_bytes);
  return memory;
}

}  // namespace sam
