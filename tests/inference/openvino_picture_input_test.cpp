#include "inference/openvino_model.h"

#include <gtest/gtest.h>

namespace sam {
namespace {

Shape picture_shape(const char* file) {
  ModelOptions options;
  options.file = std::filesystem::path(SAM_TEST_DATA "/models") / file;
  return load_openvino_model(options)->description().inputs.at(0).shape;
}

TEST(OpenVinoPictureInput, AnEncoderThatPadsWithTheMeanColourHasItsSizeFixed) {
  EXPECT_EQ(picture_shape("sam1_hwc.encoder.onnx"), (Shape{1024, 1024, 3}));
}

TEST(OpenVinoPictureInput, OtherModelsStayAsTheyAre) {
  EXPECT_EQ(picture_shape("slow.onnx"), (Shape{1, 8, -1, -1}));
  EXPECT_EQ(picture_shape("sam1_nchw.encoder.onnx"), (Shape{1, 3, 1024, 1024}));
}

}  // namespace
}  // namespace sam
