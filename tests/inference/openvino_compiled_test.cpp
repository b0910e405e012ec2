#include <gtest/gtest.h>

#include "inference/openvino_model.h"
#include "test_models.h"

namespace sam {
namespace {

TEST(OpenVinoCompiled, WeightsAreThoseOfTheCompiledFileFromTheFirstLoadOn) {
  const ScratchFolder folder;
  ModelOptions options;
  options.file = test_model("sam1_four.decoder.onnx");
  options.compiled_folder = folder / "compiled";
  const auto model = load_openvino_model(options);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(options.compiled_folder), {}), 1);
  EXPECT_NE(read_bytes("/proc/self/maps").find(options.compiled_folder.string()), std::string::npos);
}

}  // namespace
}  // namespace sam
