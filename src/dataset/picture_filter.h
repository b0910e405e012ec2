// Which pictures of the list somebody wants to see. A row's check takes some tens of nanoseconds: a list of 100,000 is filtered whenever it is asked for.
// Values; a matcher belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dataset/annotation_facts.h"

namespace sam {

struct PictureFilter {
  enum State : std::uint16_t {
    fresh = 1,          // nobody has looked at it; it may have proposals
    labelled = 2,       // with objects
    empty = 4,          // somebody looked and found nothing
    proposed = 8,       // with proposals
    reviewed = 16,      //
    unreviewed = 32,    // labelled or empty, and not reviewed
    has_rejected = 64,  // with rejected objects
    faulty = 128,       // so marked
    broken = 256,       // and then nothing else
  };
  std::uint16_t states = 0;     // any of them; 0: all pictures
  std::optional<int> class_id;  // with an object of it
  std::uint32_t at_least = 0;   // objects
  std::optional<std::uint32_t> at_most;
  std::string text;  // part of the name, whatever its case

  bool takes_all() const { return states == 0 && !class_id && at_least == 0 && !at_most && text.empty(); }
};

// What is known of a picture.
struct PictureTraits {
  std::string_view name;
  bool broken = false;
  bool annotated = false;
  const AnnotationFacts& facts;
};

// Somebody labelled it, or looked and found nothing. What a model or an import proposed is nobody's work yet.
bool is_looked_at(const PictureTraits& picture);

// All that it is, as bits of PictureFilter::State. One whose annotations were not counted yet counts as labelled.
std::uint16_t states_of(const PictureTraits& picture);

class PictureMatcher {
 public:
  explicit PictureMatcher(const PictureFilter& filter);
  bool passes(const PictureTraits& picture);

 private:
  const PictureFilter filter_;
  const std::string text_;  // folded
  std::string name_;        // folded; kept for its memory
};

}  // namespace sam
