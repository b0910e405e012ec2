// Predictor: from a picture to an Embedding (slow, kept), from an Embedding and a Prompt to masks (fast, many times).
// Families are rows of one table (registry.h); all pass tests/segmentation/predictor_contract_test.cpp.
// Threading: encode and decode may run at the same time from different threads. Ownership: a Predictor owns its models.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "image/image.h"
#include "image/mask.h"
#include "inference/tensor.h"
#include "segmentation/prompt.h"

namespace sam {

// Everything decode() needs of one picture. A value; copies share tensors and pixels.
struct Embedding {
  std::string predictor_key;  // of the predictor that made it: family, model hashes, precision, preprocessing version
  std::string model_key;      // of the same weights in any precision and on any device; who has this key can decode it
  Size picture_size;          // the upright picture; masks come out at this size and prompts are in its pixels
  Size working_size;  // what was encoded (smaller with --max-image-size), before the predictor's own reduction of it
  std::vector<Tensor> tensors;
  Image picture;  // only predictors that look at pixels when decoding (GrabCut)

  std::uint64_t byte_size() const;
};

// One candidate answer.
struct Instance {
  Mask mask;                             // picture_size
  float score = 0;                       // the family's own estimate of its IoU, 0 to 1
  std::shared_ptr<const Logits> logits;  // null where the family has none
};

// A prompt that makes no sense for this predictor: nothing in it, outside the picture, two boxes. For the user.
class PromptError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct PredictorInfo {
  std::string family;     // "grabcut", "sam1", "sam2"
  std::string key;        // see Embedding::predictor_key
  std::string model_key;  // see Embedding::model_key
  std::string describe;   // one line for people: "SAM 2 (sam2.1_tiny.encoder.onnx), OpenVINO 2026.4.1, f32"
  bool takes_mask_input = false;
  int max_candidates = 1;     // with multimask
  bool keeps_pixels = false;  // its embeddings are pictures: nothing to keep in a file
  // It fits larger pictures into this by AntialiasedReducer before it looks at them; who decodes them may do so (decode_image). 0 x 0: it looks at
  // every pixel.
  Size looks_at;
};

class Predictor {
 public:
  virtual ~Predictor() = default;

  virtual const PredictorInfo& info() const = 0;

  // picture: at its working size, or fitted into info().looks_at; who fits it sets the embedding's working_size to what it was before.
  // picture_size: the upright picture's. Throws Stopped, OutOfMemory, ModelError.
  virtual Embedding encode(const Image& picture, Size picture_size, std::stop_token stop) = 0;

  // Candidates, best score first; exactly one unless prompt.multimask. A mask may be empty. Throws PromptError, Stopped,
  // OutOfMemory, ModelError. Requires: embedding.model_key == info().model_key.
  virtual std::vector<Instance> decode(const Embedding& embedding, const Prompt& prompt, std::stop_token stop) = 0;

  // What decode() needs of this process for a while, besides the engine's own memory; an upper bound, 0 for a few MB.
  virtual std::uint64_t decode_bytes(const Embedding& embedding, const Prompt& prompt) const = 0;

  // A tensor for an embedding that was kept elsewhere, in memory that decode() reads without a copy. Throws OutOfMemory, std::bad_alloc.
  virtual Tensor make_tensor(std::string name, ElementType type, Shape shape) {
    return make_heap_tensor(std::move(name), type, std::move(shape));
  }

  virtual std::uint64_t bytes_held() const = 0;
  virtual void release_memory() = 0;
};

// Throws PromptError for what no predictor accepts: no box, point, mask or text; NaN; a box without area; more than one box; anything wholly
// outside the picture. Returns the prompt with boxes clipped to the picture and points moved inside.
Prompt checked_prompt(Prompt prompt, Size picture_size);

}  // namespace sam
