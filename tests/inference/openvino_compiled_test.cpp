#include "inference/openvino_compiled.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <fstream>

#include "inference/openvino_model.h"
#include "inference/test_models.h"

namespace sam {
namespace {

using Path = std::filesystem::path;

class OpenVinoCompiled : public testing::Test {
 protected:
  std::vector<float> answer(Precision precision = Precision::f32) {
    ModelOptions options;
    options.file = file_;
    options.precision = precision;
    options.threads = 2;
    options.compiled_folder = folder_ / "compiled";
    const auto model = load_openvino_model(options, make_heap_tensor);
    std::vector<Tensor> inputs;
    for (const TensorInfo& info : model->description().inputs) {
      Shape shape = info.shape;
      for (std::int64_t& side : shape) side = std::max<std::int64_t>(side, 1);
      inputs.push_back(model->make_tensor(info.name, info.type, shape));
      for (float& value : inputs.back().values<float>()) value = 1;
    }
    const auto outputs = model->run(inputs, {}, {});
    return values(outputs.front());
  }

  std::vector<Path> kept() const {
    std::vector<Path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "compiled")) found.push_back(entry.path());
    return found;
  }

  const ScratchFolder folder_;
  Path file_ = test_model("sam1_four.decoder.onnx");
};

TEST_F(OpenVinoCompiled, IsOneFileThatTheNextLoadLeavesAlone) {
  const auto first = answer();
  ASSERT_EQ(kept().size(), 1U);
  std::filesystem::create_hard_link(kept()[0], folder_ / "the same");
  EXPECT_EQ(answer(), first);
  ASSERT_EQ(kept().size(), 1U);
  EXPECT_TRUE(std::filesystem::equivalent(kept()[0], folder_ / "the same")) << "not written anew";
}

TEST_F(OpenVinoCompiled, WeightsAreThoseOfTheFileFromTheFirstLoadOn) {
  ModelOptions options;
  options.file = file_;
  options.compiled_folder = folder_ / "compiled";
  const auto model = load_openvino_model(options, make_heap_tensor);
  EXPECT_EQ(kept().size(), 1U);
  EXPECT_NE(read_bytes("/proc/self/maps").find(options.compiled_folder.string()), std::string::npos);
}

TEST_F(OpenVinoCompiled, OneOfAnotherPrecisionIsKeptBesideIt) {
  answer();
  answer(Precision::bf16);
  EXPECT_EQ(kept().size(), 2U);
}

TEST_F(OpenVinoCompiled, ADamagedOrShortenedFileIsMadeAgain) {
  const auto first = answer();
  const Path file = kept().at(0);
  const std::string whole = read_bytes(file);
  for (const std::size_t place : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 1);
    std::filesystem::remove(kept().at(0));
    std::ofstream(file, std::ios::binary) << damaged;
    EXPECT_EQ(answer(), first);
    ASSERT_EQ(kept().size(), 1U);
    EXPECT_NE(read_bytes(kept()[0]), damaged);
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{5}, whole.size() - 1}) {
    std::filesystem::remove(kept().at(0));
    std::ofstream(file, std::ios::binary) << whole.substr(0, length);
    EXPECT_EQ(answer(), first);
    ASSERT_EQ(kept().size(), 1U);
  }
}

TEST_F(OpenVinoCompiled, AChangedModelIsNotAnsweredByTheOldOne) {
  answer();
  std::filesystem::copy(file_, folder_ / "other.onnx");
  file_ = folder_ / "other.onnx";
  answer();
  EXPECT_EQ(kept().size(), 1U) << "the same content under another name";
  file_ = test_model("sam1_512.decoder.onnx");
  answer();
  EXPECT_EQ(kept().size(), 2U);
}

TEST_F(OpenVinoCompiled, OneOfAnotherVersionIsReplaced) {
  answer();
  const Path file = kept().at(0);
  std::string older = file.filename().string();
  older[older.find('-') + 1] ^= 1;
  std::filesystem::rename(file, file.parent_path() / older);
  std::ofstream(file.parent_path() / "of another model-1-2.blob") << "stays";
  answer();
  EXPECT_EQ(kept().size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(file.parent_path() / older));
}

TEST_F(OpenVinoCompiled, WhatKilledProcessesLeftIsRemovedOnceItIsOld) {
  const Path folder = folder_ / "compiled";
  std::filesystem::create_directories(folder);
  for (const char* name : {".sam-left-1.tmp", ".sam-being-written-2.tmp"}) std::ofstream(folder / name) << "half";
  const auto two_hours_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(2);
  std::filesystem::last_write_time(folder / ".sam-left-1.tmp", two_hours_ago);
  answer();
  EXPECT_FALSE(std::filesystem::exists(folder / ".sam-left-1.tmp"));
  EXPECT_TRUE(std::filesystem::exists(folder / ".sam-being-written-2.tmp"));
}

TEST(OpenVinoPrecision, OnASingleProcessorItIsF32) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  ModelOptions options;
  options.file = test_model("sam1_four.decoder.onnx");
  options.precision = Precision::bf16;
  const std::string engine = load_openvino_model(options)->description().engine;
  ::sched_setaffinity(0, sizeof before, &before);
  EXPECT_TRUE(engine.ends_with("f32")) << engine;
}

TEST_F(OpenVinoCompiled, OneThatCannotBeReadIsDoneWithout) {
  const auto first = answer();
  const Path file = kept().at(0);
  std::filesystem::remove(file);
  std::filesystem::create_directories(file / "in the way");
  EXPECT_EQ(answer(), first);
}

TEST_F(OpenVinoCompiled, TheLeastRecentlyUsedGoWhereAllTakeTooMuch) {
  const Path folder = folder_ / "compiled";
  std::filesystem::create_directories(folder);
  const auto now = std::filesystem::file_time_type::clock::now();
  const auto add = [&](const char* name, std::uint64_t bytes, std::chrono::hours ago) {
    std::ofstream(folder / name) << "";
    std::filesystem::resize_file(folder / name, bytes);  // sparse
    std::filesystem::last_write_time(folder / name, now - ago);
  };
  add("a-1-1.blob", most_compiled_bytes, std::chrono::hours(3));
  add("b-1-1.blob", most_compiled_bytes / 2, std::chrono::hours(2));
  add("c-1-1.blob", most_compiled_bytes / 4, std::chrono::hours(1));
  answer();
  EXPECT_FALSE(std::filesystem::exists(folder / "a-1-1.blob"));
  EXPECT_TRUE(std::filesystem::exists(folder / "b-1-1.blob"));
  EXPECT_EQ(count_compiled(folder).entries, 3U);
  EXPECT_EQ(clear_compiled(folder).entries, 3U);
  EXPECT_EQ(count_compiled(folder).bytes, 0U);
}

TEST_F(OpenVinoCompiled, AFolderThatCannotBeWrittenIsDoneWithout) {
  std::ofstream(folder_ / "compiled") << "a file";
  EXPECT_FALSE(answer().empty());
}

}  // namespace
}  // namespace sam
