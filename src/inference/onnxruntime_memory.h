// The allocators that all ONNX Runtime models of the process share.
// On the host: ours, without an arena, so that weights and activations are counted, refused cleanly, and given back when a run ends. On a
// card: one arena for all models, limited for all of them together, so that what one gave back another can use.
// Threading: safe from any thread. Ownership: models hold it; it goes with the last one.
#pragma once

#include <cstdint>
#include <memory>

namespace sam {

class OnnxRuntimeMemory {
 public:
  virtual ~OnnxRuntimeMemory() = default;

  // From now on models that use a card share one arena of at most that much (0: no limit); only the first call for a card counts. Throws ONNX
  // Runtime's exception.
  virtual void limit_card(int device, std::uint64_t bytes) = 0;

  // Held by ONNX Runtime through our allocator, for all models.
  virtual std::uint64_t host_bytes() const = 0;
};

// The one that the models of this process share: the one that lives, or a new one. ONNX Runtime must be loaded. host_arena_bytes: of a new
// one, instead of our allocator an arena of that size, as on a card, which makes its rules testable without one; 0: none. Throws ONNX Runtime's
// exception.
std::shared_ptr<OnnxRuntimeMemory> shared_onnxruntime_memory(std::uint64_t host_arena_bytes = 0);

}  // namespace sam
