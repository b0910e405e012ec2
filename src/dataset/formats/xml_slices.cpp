#include "dataset/formats/xml_slices.h"

#include <algorithm>

#include "dataset/formats/format.h"
#include "dataset/formats/shown_text.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

constexpr std::size_t first_chunk_bytes = 1 << 16;
constexpr std::size_t max_slice_bytes = 64 << 20;

}  // namespace

XmlSlices::XmlSlices(InputFile& file, std::string place)
    : XmlParser(std::move(place)), file_(file), chunk_bytes_(first_chunk_bytes) {}

void XmlSlices::see_event() {
  progressed_ = true;
  seen_to_ = event_end();
}

void XmlSlices::start(const char* name, const char**) {
  see_event();
  if (depth() == 1 && name != root_) {
    fail("its outermost element is " + shown_text(name) + ", not <" + std::string(root_) + ">");
  }
  if (depth() != 2) return;
  in_slice_ = true;
  slice_from_ = event_start();
  slice_.name = name;
  slice_.line = line();
}

void XmlSlices::end() {
  see_event();
  if (depth() != 2) return;
  in_slice_ = false;
  slice_.text = kept_.substr(slice_from_ - kept_from_, event_end() - slice_from_);
  // libexpat would have turned another encoding into this one; the slice is as the file has it.
  if (!is_utf8(slice_.text)) fail("<" + slice_.name + "> is not UTF-8; convert the file");
  made_ = true;
  pause();
}

// A name or attribute that does not end within a chunk is looked at from its start each time: chunks that bring nothing are doubled.
void XmlSlices::read_more() {
  const std::uint64_t needed_from = in_slice_ ? slice_from_ : seen_to_;
  kept_.erase(0, needed_from - kept_from_);
  kept_from_ = needed_from;
  if (kept_.size() > max_slice_bytes) {
    fail("an element is longer than " + std::to_string(max_slice_bytes >> 20) + " MB");
  }
  chunk_bytes_ = progressed_ ? first_chunk_bytes : std::min(chunk_bytes_ * 2, max_slice_bytes);
  progressed_ = false;
  const std::size_t before = kept_.size();
  kept_.resize(before + chunk_bytes_);
  const std::size_t got = file_.read(read_to_, std::span(kept_).subspan(before));
  kept_.resize(before + got);
  read_to_ += got;
  parse(kept_.data() + before, got, got < chunk_bytes_);
}

std::optional<XmlSlice> XmlSlices::next(std::string_view root) {
  root_ = root;
  made_ = false;
  while (!made_ && !finished()) {
    if (paused()) {
      resume();
    } else {
      read_more();
    }
  }
  return made_ ? std::optional(std::move(slice_)) : std::nullopt;
}

}  // namespace sam
