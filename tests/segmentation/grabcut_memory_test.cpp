// What a decode of GrabCut takes, against what it says that it takes.
#include <gtest/gtest.h>

#include <mutex>

#include "platform/heap.h"
#include "segmentation/edge_refinement.h"
#include "segmentation/pictures.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

class GrabCutMemory : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    static std::once_flag once;
    std::call_once(once, count_heap);
  }

  static Embedding embedding_of(Predictor& predictor, Size size) {
    const Image picture = make_picture(size, [&](int x, int y, int c) {
      const bool inside =
          x > size.width / 5 && x < size.width * 4 / 5 && y > size.height / 5 && y < size.height * 4 / 5;
      return (inside ? 150 : 60) + (x * 7 + y * 13 + c * 29) % 40;
    });
    return predictor.encode(picture, size, {});
  }

  // Allocated at most at once in a decode; 0 where malloc is not counted (sanitizers).
  static std::uint64_t peak_bytes(Predictor& predictor, const Embedding& embedding, const Prompt& prompt) {
    if (!heap_is_counted()) return 0;
    const std::uint64_t before = heap_use().held_bytes;
    reset_heap_peak();
    EXPECT_FALSE(predictor.decode(embedding, prompt, {}).empty());
    return heap_use().peak_bytes - before;
  }

  static std::vector<Prompt> prompts(Size size) {
    const Box box{size.width * 0.1, size.height * 0.1, size.width * 0.9, size.height * 0.9};
    const PromptPoint point{{size.width * 0.5, size.height * 0.5}, true};
    return {{{box}, {}, nullptr, false, false, {}},
            {{}, {point}, nullptr, false, false, {}},
            {{}, {point}, nullptr, true, false, {}}};
  }
};

TEST_F(GrabCutMemory, ADecodeTakesNoMoreThanItReserves) {
  const std::unique_ptr<Predictor> predictor = make_grabcut_predictor();
  const Embedding first = embedding_of(*predictor, {64, 48});  // which makes tables, unless another test did
  EXPECT_LE(peak_bytes(*predictor, first, prompts({64, 48})[0]),
            make_grabcut_predictor()->decode_bytes(first, prompts({64, 48})[0]));
  for (const Size size : {Size{64, 48}, Size{240, 240}, Size{600, 400}, Size{1500, 1000}}) {
    const Embedding embedding = embedding_of(*predictor, size);
    for (const Prompt& prompt : prompts(size)) {
      const std::uint64_t reserved = predictor->decode_bytes(embedding, prompt);
      const std::uint64_t peak = peak_bytes(*predictor, embedding, prompt);
      EXPECT_LE(peak, reserved) << size.width << " x " << size.height << ", " << prompt.boxes.size() << " boxes";
      if (heap_is_counted()) {
        EXPECT_GE(peak * 5, reserved) << "nor is so much held back that what fits is refused";
      }
    }
  }
}

TEST_F(GrabCutMemory, ASmallBoxInALargePictureReservesForTheBox) {
  const std::unique_ptr<Predictor> predictor = make_grabcut_predictor();
  const Embedding embedding = embedding_of(*predictor, {3000, 2000});
  const Prompt prompt{{{1000, 800, 1400, 1100}}, {}, nullptr, false, false, {}};
  const std::uint64_t reserved = predictor->decode_bytes(embedding, prompt);
  EXPECT_LE(peak_bytes(*predictor, embedding, prompt), reserved);
  EXPECT_LT(reserved, 16u << 20);  // planes of the whole picture alone would be 24 MB
}

TEST_F(GrabCutMemory, RefiningAnEdgeTakesNoMoreThanItReserves) {
  if (!heap_is_counted()) return;
  for (const Size size : {Size{64, 48}, Size{600, 400}, Size{1500, 1000}, Size{3000, 2000}}) {
    const Image picture = make_picture({size.width / 2, size.height / 2},
                                       [](int x, int y, int c) { return (x * 7 + y * 13 + c * 29) % 200; });
    std::vector<std::uint8_t> bits;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) bits.push_back((x + y) % 40 < 30 && x > size.width / 4 ? 255 : 0);
    }
    const Mask mask = mask_from_bits(bits, size);
    const std::uint64_t before = heap_use().held_bytes;
    reset_heap_peak();
    refine_edge(mask, picture.view(), {});
    EXPECT_LE(heap_use().peak_bytes - before, refine_edge_bytes(mask, picture.size())) << size.width;
  }
}

TEST_F(GrabCutMemory, SmallerPicturesTakeLess) {
  const std::unique_ptr<Predictor> predictor = make_grabcut_predictor();
  const Embedding large = embedding_of(*predictor, {3600, 2400});
  const Embedding small = embedding_of(*predictor, {600, 400});
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t large_peak = peak_bytes(*predictor, large, prompts({3600, 2400})[i]);
    const std::uint64_t small_peak = peak_bytes(*predictor, small, prompts({600, 400})[i]);
    if (heap_is_counted()) {
      EXPECT_LT(small_peak * 3, large_peak * 2) << i;
    }
    EXPECT_LT(predictor->decode_bytes(small, prompts({600, 400})[i]) * 2,
              predictor->decode_bytes(large, prompts({3600, 2400})[i]));
  }
  EXPECT_EQ(small.picture.byte_size() * 36, large.picture.byte_size());
}

}  // namespace
}  // namespace sam
