#include "dataset/picture_filter.h"

#include "dataset/folded_text.h"

namespace sam {
namespace {

std::string folded(std::string_view text) {
  std::string result;
  fold_case(text, result);
  return result;
}

}  // namespace

bool is_looked_at(const PictureTraits& picture) {
  const AnnotationFacts& facts = picture.facts;
  const bool proposals_only = facts.count > 0 && facts.count == facts.proposals && !facts.reviewed;
  return picture.annotated && !proposals_only;
}

std::uint16_t states_of(const PictureTraits& picture) {
  using State = PictureFilter::State;
  if (picture.broken) return State::broken;
  const AnnotationFacts& facts = picture.facts;
  unsigned states = 0;
  if (!is_looked_at(picture)) {
    states |= State::fresh;
  } else {
    states |= facts.count == 0 ? State::empty : State::labelled;
    states |= facts.reviewed ? State::reviewed : State::unreviewed;
  }
  if (facts.proposals > 0) states |= State::proposed;
  if (facts.rejected > 0) states |= State::has_rejected;
  if (facts.faulty) states |= State::faulty;
  return static_cast<std::uint16_t>(states);
}

PictureMatcher::PictureMatcher(const PictureFilter& filter) : filter_(filter), text_(folded(filter.text)) {}

// The name last: it costs most.
bool PictureMatcher::passes(const PictureTraits& picture) {
  if (filter_.states != 0 && (filter_.states & states_of(picture)) == 0) return false;
  const auto count = static_cast<std::uint32_t>(picture.facts.count < 0 ? 0 : picture.facts.count);
  if (count < filter_.at_least || count > filter_.at_most.value_or(count)) return false;
  if (filter_.class_id && !picture.facts.classes.may_have(*filter_.class_id)) return false;
  if (text_.empty()) return true;
  fold_case(picture.name, name_);
  return name_.find(text_) != std::string::npos;
}

}  // namespace sam
