// Many prompts of one picture, one after the other, such as those of everything mode: the picture's embedding is made once and held as long as the
// series lives. No answer is kept for later; a prompt of Pipeline::segment goes first and waits for one decode at most.
// Threading: belongs to one thread. Ownership: the pipeline must outlive it.
#pragma once

#include <stop_token>

#include "pipeline/results.h"
#include "segmentation/predictor.h"

namespace sam {

class PromptSeries {
 public:
  virtual ~PromptSeries() = default;

  virtual Size picture_size() const = 0;

  // stop is looked at before the decode begins, not within: that is short, and ending it early would cost the engine's worker. Edges are not refined.
  // Throws Stopped, PromptError, what Predictor::decode throws, MemoryExhausted in place of OutOfMemory, and std::runtime_error when the predictor was
  // exchanged for another meanwhile.
  virtual SegmentResult answer(const Prompt& prompt, const std::stop_token& stop) = 0;
};

}  // namespace sam
