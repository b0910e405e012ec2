// Encode and decode through the pipeline: every allocation and every reservation fails once, and three in a row.
#include <gtest/gtest.h>

#include "faults/failing_budget.h"
#include "faults/pipeline_scene.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

PipelineParts grabcut() {
  PipelineParts parts;
  parts.predictor = make_grabcut_predictor();
  parts.forms.push_back({RungKind::lower_precision, "GrabCut", make_grabcut_predictor});
  return parts;
}

class PipelineFaults : public testing::Test {
 protected:
  MakeScene encode(const char* name) {
    return
        [picture = write_picture(folder_.path() / name)] { return std::make_unique<EncodeScene>(picture, grabcut()); };
  }
  MakeScene decode() {
    return [picture = write_picture(folder_.path() / "a.bmp")] {
      return std::make_unique<DecodeScene>(picture, grabcut());
    };
  }

  WalkFolder folder_;
};

TEST_F(PipelineFaults, EncodeOfABitmap) {
  walk("encode a BMP, GrabCut", failing_heap(1), encode("a.bmp"));
  walk("encode a BMP, GrabCut, 3 in a row", failing_heap(3), encode("a.bmp"));
}

TEST_F(PipelineFaults, EncodeOfAJpeg) {
  walk("encode a JPEG, GrabCut", failing_heap(1), encode("a.jpg"));
  walk("encode a JPEG, GrabCut, 3 in a row", failing_heap(3), encode("a.jpg"));
}

TEST_F(PipelineFaults, Decode) {
  walk("decode, GrabCut", failing_heap(1), decode());
  walk("decode, GrabCut, 3 in a row", failing_heap(3), decode());
}

TEST_F(PipelineFaults, Reservations) {
  for (const std::uint64_t in_a_row : {1, 2, 100}) {
    const std::string many = in_a_row == 1 ? "" : ", " + std::to_string(in_a_row) + " in a row";
    walk("reservations of an encode, GrabCut" + many, failing_budget(in_a_row), encode("a.bmp"));
    walk("reservations of a decode, GrabCut" + many, failing_budget(in_a_row), decode());
  }
}

}  // namespace
}  // namespace sam
