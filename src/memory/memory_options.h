// The memory system's settings with the specification's defaults. settings/ fills it from a TOML file, the environment and flags.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sam {

// A number of bytes, or a fraction of what there is.
struct MemoryLimit {
  std::uint64_t bytes = 0;  // 0: the fraction counts
  double fraction = 0.9;

  std::uint64_t of(std::uint64_t total_bytes) const {
    const auto part = static_cast<std::uint64_t>(fraction * static_cast<double>(total_bytes));
    return bytes == 0 ? part : bytes < total_bytes ? bytes : total_bytes;
  }
};

// The limit where none is known: more than any machine has, and the most that can be set.
inline constexpr std::uint64_t no_limit_bytes = std::uint64_t{1} << 50;

enum class OperatingSystem { linux_kernel, windows };
#ifdef _WIN32
inline constexpr OperatingSystem this_system = OperatingSystem::windows;
#else
inline constexpr OperatingSystem this_system = OperatingSystem::linux_kernel;
#endif

// Pictures kept ready in the background: Linux handles background work better, as the specification says.
constexpr int default_pictures_ahead(OperatingSystem system) {
  return system == OperatingSystem::windows ? 1 : 3;
}

struct MemoryOptions {
  double gpu_memory_fraction = 0.9;  // SAM_GPU_MEMORY_FRACTION; of every device used
  double warning_threshold = 0.8;    // SAM_MEMORY_WARNING_THRESHOLD
  double critical_threshold = 0.95;  // SAM_MEMORY_CRITICAL_THRESHOLD
  // SAM_ENABLE_MEMORY_GROWTH. On: a device's arena grows on demand up to the limit. Off: the limit is enforced strictly from the
  // start: the arena is taken once.
  bool enable_memory_growth = true;
  MemoryLimit host_memory_limit;  // SAM_HOST_MEMORY_LIMIT
  bool tf32 = true;               // matrix products on NVIDIA cards with 10 bits of mantissa

  std::uint64_t image_cache_bytes = 1'000'000'000;  // the specification's 1e9
  std::size_t image_cache_entries = 10;
  std::size_t prediction_cache_entries = 50;
  std::uint64_t embedding_cache_bytes = std::uint64_t{1} << 30;
  std::uint64_t embedding_disk_bytes = std::uint64_t{4} << 30;  // embeddings kept on disk; 0: none
  double gpu_optimize_threshold = 0.8;  // a device's utilization above which the governor optimizes by itself
  int pictures_ahead = default_pictures_ahead(this_system);

  // A level is entered when its threshold has been passed for hold_ms, and left when the value is hysteresis below it.
  std::chrono::milliseconds hold{300};
  double hysteresis = 0.03;
  std::chrono::milliseconds host_period{100};
  std::chrono::milliseconds device_period{1000};
  std::chrono::milliseconds device_timeout{3000};  // a device that has not answered by then cannot be read
};

}  // namespace sam
