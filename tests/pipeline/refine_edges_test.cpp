// Edges of masks, cut anew on request. coffee.jpg has 600 x 400 pixels.
#include "pipeline/pipeline_fixture.h"
#include "segmentation/edge_refinement.h"

namespace sam {
namespace {

class RefineEdges : public PipelineFixture {
 protected:
  RefineEdges() {
    make();
    predictor_->keeps_picture = false;
    std::vector<std::uint8_t> bits;
    for (int y = 0; y < 400; ++y) {
      for (int x = 0; x < 600; ++x) bits.push_back(x > 150 && x < 420 && y > 90 && y < 300 ? 255 : 0);
    }
    predictor_->answer = mask_from_bits(bits, {600, 400});
    expected_ = refine_edge(predictor_->answer, decode_image(b_.path, {}).view(), {});
    refined_ = click(5);
    refined_.refine_edges = true;
  }

  Mask answer(const Prompt& prompt) { return pipeline_->segment(b_, prompt, {}).instances.front().mask; }

  Mask expected_;
  Prompt refined_;
};

TEST_F(RefineEdges, OfAnyPredictorsMasks) {
  ASSERT_NE(expected_, predictor_->answer);
  EXPECT_EQ(answer(click(5)), predictor_->answer);
  EXPECT_EQ(answer(refined_), expected_);
}

TEST_F(RefineEdges, AnswersWithAndWithoutAreKeptApart) {
  answer(click(5));
  EXPECT_EQ(answer(refined_), expected_);
  EXPECT_EQ(answer(click(5)), predictor_->answer);
  const int decodes = predictor_->decodes;
  EXPECT_EQ(answer(refined_), expected_);
  EXPECT_EQ(predictor_->decodes, decodes) << "from the cache";
}

TEST_F(RefineEdges, NotOfAPreviewWhichDecodesNothing) {
  pipeline_->show(b_);
  answer(click(5));
  pipeline_->clear_cache(true);
  const SegmentResult preview = pipeline_->preview(b_, refined_, {});
  ASSERT_EQ(preview.instances.size(), 1u);
  EXPECT_EQ(preview.instances.front().mask, predictor_->answer);
  EXPECT_EQ(cache("images").entries, 0u);
}

TEST_F(RefineEdges, AlsoWhenThePictureWasForgottenOrReducedMeanwhile) {
  answer(click(5));
  pipeline_->clear_cache(true);
  EXPECT_EQ(answer(refined_), expected_);
  looks_at_ = {160, 160};
  const Mask mask = predictor_->answer;
  make();
  predictor_->keeps_picture = false;
  predictor_->answer = mask;
  EXPECT_EQ(answer(refined_), expected_);
}

}  // namespace
}  // namespace sam
