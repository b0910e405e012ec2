// The models of tests/models/make_models.py, and tensors to feed them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "inference/model.h"

namespace sam {

// The thread sanitizer's operator new ends the process when memory cannot be had, and cannot be replaced (the address sanitizer's is:
// sanitizers.cpp). What needs it to throw is tested in every other build.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SAM_NEW_NEVER_THROWS
#endif
#endif
#ifdef SAM_NEW_NEVER_THROWS
inline constexpr bool kNewThrows = false;
#else
inline constexpr bool kNewThrows = true;
#endif

inline std::filesystem::path test_model(const std::string& name) {
  return std::filesystem::path(SAM_TEST_DATA) / "models" / name;
}

inline Tensor floats(Model& model, std::string name, Shape shape, const std::vector<float>& content) {
  Tensor tensor = model.make_tensor(std::move(name), ElementType::f32, std::move(shape));
  std::copy(content.begin(), content.end(), tensor.values<float>().begin());
  return tensor;
}

// For hungry.onnx, which fills 2^20 rows of so many columns: a TiB.
inline std::vector<Tensor> hungry_inputs(Model& model, std::int64_t columns = 1 << 18) {
  const Tensor size = model.make_tensor("size", ElementType::i64, {2});
  size.values<std::int64_t>()[0] = std::int64_t{1} << 20;
  size.values<std::int64_t>()[1] = columns;
  return {size, floats(model, "value", {1, 1}, {1})};
}

inline std::vector<float> values(const Tensor& tensor) {
  const auto span = tensor.values<float>();
  return {span.begin(), span.end()};
}

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

// A new folder, removed with everything in it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = testing::TempDir() + "inference-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + testing::TempDir());
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace sam
