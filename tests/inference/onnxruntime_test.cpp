// What is particular to ONNX Runtime; what every model keeps is in model_contract_test.cpp.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "inference/engines.h"
#include "inference/onnxruntime_error.h"
#include "inference/onnxruntime_library.h"
#include "inference/onnxruntime_memory.h"
#include "inference/onnxruntime_model.h"
#include "inference/onnxruntime_settings.h"
#include "inference/test_models.h"

namespace sam {
namespace {

ModelOptions on(const std::string& device, const std::string& model) {
  ModelOptions options;
  options.file = test_model(model);
  options.device = device;
  return options;
}

std::string model_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const ModelError& error) {
    return error.what();
  }
  return "";
}

OutOfMemory out_of_memory(const std::string& message) {
  try {
    rethrow_onnxruntime_error("running /a.onnx", std::runtime_error(message), "cuda:0", 0);
  } catch (const OutOfMemory& error) {
    return error;
  } catch (const ModelError& error) {
    ADD_FAILURE() << error.what();
  }
  return OutOfMemory("none");
}

// The messages are ONNX Runtime 1.29's own, from the arena, from a limited arena and from the CUDA runtime.
TEST(OnnxRuntimeError, AFailedAllocationBecomesOutOfMemoryWithItsSize) {
  const OutOfMemory arena = out_of_memory(
      "Non-zero status code returned while running Conv node. Name:'/conv' Status Message: "
      "/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* "
      "onnxruntime::BFCArena::AllocateRawInternal(size_t) Failed to allocate memory for requested buffer of size "
      "1099511627776\n");
  EXPECT_EQ(arena.requested_bytes(), std::uint64_t{1} << 40);
  EXPECT_STREQ(arena.what(),
               "out of memory while running /a.onnx: Failed to allocate memory for requested buffer of size "
               "1099511627776");
  const OutOfMemory limit = out_of_memory(
      "Non-zero status code returned while running MatMul node. Name:'m' Status Message: "
      "bfc_arena.cc:359 Available memory of 1048576 is smaller than requested bytes of 4194304");
  EXPECT_EQ(limit.requested_bytes(), 4194304u);
  const OutOfMemory cuda = out_of_memory(
      "CUDA failure 2: out of memory ; GPU=0 ; hostname=box ; file=/onnxruntime_src/cuda_allocator.cc ; line=66 ; "
      "expr=cudaMalloc((void**)&p, size); ");
  EXPECT_EQ(cuda.requested_bytes(), 0u);
  EXPECT_STREQ(cuda.what(), "out of memory while running /a.onnx: CUDA failure 2: out of memory");
  for (const char* sign : {"CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0", "std::bad_alloc",
                           "CUDNN failure 4003: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"}) {
    EXPECT_NE(std::string(out_of_memory(sign).what()), "none") << sign;
  }
}

TEST(OnnxRuntimeError, EverythingElseIsAModelErrorInOneLine) {
  const auto text = [](const std::string& message) {
    return model_error([&] { rethrow_onnxruntime_error("loading /a.onnx", std::runtime_error(message), "cuda:0", 0); });
  };
  EXPECT_EQ(text("CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=box"),
            "error while loading /a.onnx: CUDA failure 700: an illegal memory access was encountered");
  EXPECT_EQ(text("CUDA failure 28: something else").find("out of memory"), std::string::npos);
  EXPECT_EQ(text("one\ntwo\n"), "error while loading /a.onnx: one two");
}

TEST(OnnxRuntimeLibrary, WhatIsNamedIsUsedAndNothingElse) {
  const ScratchFolder folder;
  OnnxRuntimeSearch search = default_onnxruntime_search();
  search.named = folder.path();
  EXPECT_NE(open_onnxruntime(search).problem.find((folder / "libonnxruntime.so.1").string()), std::string::npos);
  std::ofstream(folder / "libonnxruntime.so.1.29.0") << "no library";
  const OnnxRuntimeLibrary damaged = open_onnxruntime(search);
  EXPECT_EQ(damaged.api, nullptr);
  EXPECT_NE(damaged.problem.find("libonnxruntime.so.1.29.0"), std::string::npos) << damaged.problem;
  EXPECT_NE(damaged.problem.find("SAM_ONNXRUNTIME"), std::string::npos) << "says how to get one";
  search.named = "libc.so.6";
  EXPECT_NE(open_onnxruntime(search).problem.find("is not ONNX Runtime"), std::string::npos);
}

TEST(OnnxRuntimeLibrary, WithoutOneItSaysHowToGetIt) {
  const ScratchFolder folder;
  const OnnxRuntimeLibrary none = open_onnxruntime({{}, "libonnxruntime.so.none", {folder.path()}});
  EXPECT_EQ(none.api, nullptr);
  EXPECT_EQ(none.problem.rfind("ONNX Runtime is not there; run script/setup cuda", 0), 0u) << none.problem;
}

TEST(OnnxRuntimeLibrary, TheOneOfSetUpLoads) {
  OnnxRuntimeSearch search = default_onnxruntime_search();
  search.named.reset();
  search.system = "libonnxruntime.so.none";
  const OnnxRuntimeLibrary library = open_onnxruntime(search);
  EXPECT_NE(library.api, nullptr) << library.problem;
  EXPECT_EQ(library.version.rfind("1.", 0), 0u) << library.version;
  EXPECT_TRUE(std::filesystem::exists(library.file)) << library.file;
}

// Laid out as Python wheels are: <site-packages>/nvidia/<part>/lib beside <site-packages>/onnxruntime/capi.
TEST(OnnxRuntimeLibrary, CudaLibrariesAreFoundBesideIt) {
  const ScratchFolder site;
  for (const char* part : {"cudnn", "cu13"}) std::filesystem::create_directories(site / "nvidia" / part / "lib");
  const auto folders = cuda_library_folders(site / "onnxruntime" / "capi" / "libonnxruntime.so.1.29.0");
  const std::vector<std::filesystem::path> tail(folders.end() - 3, folders.end());
  EXPECT_EQ(tail, (std::vector<std::filesystem::path>{site / "nvidia", site / "nvidia" / "cu13" / "lib",
                                                      site / "nvidia" / "cudnn" / "lib"}));
  // Files that are no libraries are passed over; real ones come in the order of their dependencies.
  std::ofstream(site / "nvidia" / "cu13" / "lib" / "libcudart.so.13") << "no library";
  EXPECT_TRUE(preload_cuda_libraries(folders).empty());
  const std::filesystem::path any = process_onnxruntime().file;
  for (const char* name : {"libcublas.so.13", "libcublasLt.so.13"}) {
    std::filesystem::create_symlink(any, site / "nvidia" / "cu13" / "lib" / name);
  }
  std::filesystem::create_symlink(any, site / "nvidia" / "cudnn" / "lib" / "libcudnn.so.9");
  const auto loaded = preload_cuda_libraries(folders);
  ASSERT_EQ(loaded.size(), 3u);
  EXPECT_EQ(loaded[0].filename(), "libcublasLt.so.13");
  EXPECT_EQ(loaded[1].filename(), "libcublas.so.13");
  EXPECT_EQ(loaded[2].filename(), "libcudnn.so.9");
}

TEST(OnnxRuntimeModel, LowerPrecisionIsAnotherFile) {
  const ScratchFolder folder;
  std::filesystem::copy(test_model("arithmetic.onnx"), folder / "m.onnx");
  ModelOptions options;
  options.file = folder / "m.onnx";
  options.precision = Precision::f16;
  const auto load = [&] { return load_onnxruntime_model(options, {}, make_heap_tensor); };
  EXPECT_NE(model_error(load).find((folder / "m.fp16.onnx").string()), std::string::npos);
  std::filesystem::copy(test_model("slow.onnx"), folder / "m.fp16.onnx");
  EXPECT_EQ(load()->description().inputs.at(0).name, "x");
}

TEST(OnnxRuntimeModel, DevicesAreNamedExactly) {
  for (const char* device : {"cuda", "cuda:", "cuda:-1", "cuda:1x", "cuda:99999999999", "CUDA:0", "gpu"}) {
    const std::string error =
        model_error([&] { load_onnxruntime_model(on(device, "arithmetic.onnx"), {}, make_heap_tensor); });
    EXPECT_NE(error.find("\"" + std::string(device) + "\""), std::string::npos) << error;
  }
}

// Weights and activations go through our allocator: nothing stays between runs but the weights.
TEST(OnnxRuntimeModel, KeepsNothingOfARun) {
  const auto model = load_onnxruntime_model(on("cpu", "external.onnx"), {}, make_heap_tensor);
  const std::uint64_t loaded = model->bytes_held();
  EXPECT_GT(loaded, 0u);
  const std::vector<Tensor> inputs{floats(*model, "x", {1, 1024}, std::vector<float>(1024, 2.0f))};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(values(model->run(inputs, {}, {})[0])[1023], 2048.0f);
    EXPECT_EQ(model->bytes_held(), loaded);
    model->release_memory();
  }
}

// Counted are blocks as the heap gave them, some with a few bytes more than were asked for: two loads of a file need not count the same.
TEST(OnnxRuntimeModel, TheAllocatorCountsAllModelsAndGoesWithTheLast) {
  process_onnxruntime();
  const auto memory = shared_onnxruntime_memory();
  EXPECT_EQ(memory->host_bytes(), 0u);
  {
    const auto load = [] { return load_onnxruntime_model(on("cpu", "sam2.decoder.onnx"), {}, make_heap_tensor); };
    auto first = load();
    const std::uint64_t one = memory->host_bytes();
    EXPECT_GT(one, 0u);
    auto second = load();
    EXPECT_GT(memory->host_bytes(), one);
    second.reset();
    EXPECT_EQ(memory->host_bytes(), one) << "what a model had goes with it, to the byte";
    second = load();
    const std::uint64_t both = memory->host_bytes();
    first.reset();
    EXPECT_EQ(memory->host_bytes(), both - one) << "whichever goes first";
  }
  EXPECT_EQ(memory->host_bytes(), 0u);
}

// The arena of a card, on the host, where it can be tried without one.
class OnnxRuntimeArena : public testing::Test {
 protected:
  static constexpr std::uint64_t mb = 1 << 20;

  static std::unique_ptr<Model> load(bool grow) {
    OnnxRuntimeOptions tuning;
    tuning.device_limit_bytes = 64 * mb;  // of which the arena has 48
    tuning.grow_on_demand = grow;
    return load_onnxruntime_model(on("cpu", "slow.onnx"), tuning, make_heap_tensor);
  }
  // Layers of 32 × side² bytes.
  static float run(Model& model, std::int64_t side) {
    const std::vector<Tensor> inputs{model.make_tensor("x", ElementType::f32, {1, 8, side, side})};
    inputs[0].values<float>()[5] = 3;
    return model.run(inputs, {}, {})[0].values<float>()[5];
  }
};

TEST_F(OnnxRuntimeArena, WithoutGrowthItIsTakenAtOnceByAllModelsAndNeverExceeded) {
  const auto first = load(false);
  const std::uint64_t held = first->bytes_held();
  EXPECT_EQ(run(*first, 64), 3.0f);
  const auto second = load(false);  // there is no second arena that could be taken
  EXPECT_EQ(run(*second, 64), 3.0f);
  for (Model* model : {first.get(), second.get()}) {
    try {
      run(*model, 1024);  // 32 MiB a layer
      FAIL() << "more than the arena has";
    } catch (const OutOfMemory& error) {
      EXPECT_GE(error.requested_bytes(), 32 * mb) << error.what();
    }
    EXPECT_EQ(run(*model, 64), 3.0f) << "the next smaller one works";
    model->release_memory();
    EXPECT_EQ(run(*model, 512), 3.0f) << "what the other one gave back serves as well";
  }
  EXPECT_EQ(first->bytes_held(), held) << "all was taken when it was loaded";
  EXPECT_EQ(first->last_use().device.peak_bytes, 0u) << "on the CPU";
}

TEST_F(OnnxRuntimeArena, WithGrowthTheLimitHoldsForAllModelsTogether) {
  const auto first = load(true);
  const auto second = load(true);
  const std::uint64_t loaded = first->bytes_held();
  EXPECT_EQ(run(*first, 512), 3.0f);  // 8 MiB a layer
  const std::uint64_t grown = first->bytes_held();
  EXPECT_GE(grown, loaded + 8 * mb);
  EXPECT_EQ(run(*second, 512), 3.0f);
  EXPECT_EQ(run(*first, 64), 3.0f);
  EXPECT_LE(first->bytes_held(), std::max(grown, loaded + 48 * mb)) << "the second used what the first gave back";
  EXPECT_THROW(run(*second, 1024), OutOfMemory);
}

TEST_F(OnnxRuntimeArena, WithGrowthWhatRunsNeededIsGivenBack) {
  const auto model = load(true);
  const std::uint64_t loaded = model->bytes_held();
  EXPECT_EQ(run(*model, 512), 3.0f);
  EXPECT_GE(model->bytes_held(), loaded + 8 * mb);
  model->release_memory();
  EXPECT_EQ(model->bytes_held(), loaded);
  EXPECT_EQ(run(*model, 512), 3.0f);
}

TEST(OnnxRuntimeSettings, WhatIsPassedForACard) {
  OnnxRuntimeOptions tuning;
  tuning.device_limit_bytes = 7'730'941'132;  // 0.9 of 8 GiB
  for (const bool grow : {false, true}) {
    tuning.grow_on_demand = grow;
    for (const bool tf32 : {false, true}) {
      tuning.tf32 = tf32;
      EXPECT_EQ(cuda_settings(1, tuning), (OnnxRuntimeSettings{{"device_id", "1"},
                                                               {"use_tf32", tf32 ? "1" : "0"},
                                                               {"gpu_mem_limit", "7194070220"},  // 512 MiB less
                                                               {"arena_extend_strategy", "kSameAsRequested"},
                                                               {"cudnn_conv_algo_search", "HEURISTIC"},
                                                               {"cudnn_conv_use_max_workspace", "0"}}));
    }
  }
  tuning.device_limit_bytes = 0;
  EXPECT_FALSE(cuda_settings(0, tuning).contains("gpu_mem_limit"));
}

TEST(OnnxRuntimeSettings, TheArenaLeavesRoomForWhatCudaTakesBesides) {
  EXPECT_EQ(card_arena_bytes(0), 0u);
  EXPECT_EQ(card_arena_bytes(1000), 750u);
  for (std::uint64_t limit = std::uint64_t{1} << 20; limit <= std::uint64_t{1} << 40; limit *= 3) {
    EXPECT_LT(card_arena_bytes(limit), limit);
    EXPECT_GE(card_arena_bytes(limit), limit / 4 * 3);
    EXPECT_LE(limit - card_arena_bytes(limit), std::uint64_t{512} << 20);
  }
}

TEST(OnnxRuntimeSettings, SessionsUseTheAllocatorsOfAllModels) {
  for (const bool shares_arena : {false, true}) {
    const OnnxRuntimeSettings settings = session_settings(shares_arena);
    EXPECT_EQ(settings.at("session.use_env_allocators"), "1");
    EXPECT_EQ(settings.at("session.use_device_allocator_for_initializers"), shares_arena ? "0" : "1")
        << "weights count against the arena's limit";
  }
}

TEST(Engines, HalfPrecisionIsAFileBesideTheOther) {
  const ScratchFolder folder;
  EXPECT_FALSE(has_half_precision(folder / "m.onnx"));
  std::ofstream(folder / "m.fp16.onnx") << "x";
  EXPECT_TRUE(has_half_precision(folder / "m.onnx"));
}

TEST(OnnxRuntimeModel, TheSizeThatCouldNotBeHadIsSaid) {
  if (!kNewThrows) GTEST_SKIP() << "operator new never throws here";
  const auto model = load_onnxruntime_model(on("cpu", "hungry.onnx"), {}, make_heap_tensor);
  try {
    model->run(hungry_inputs(*model), {}, {});
    FAIL() << "1 TiB was had";
  } catch (const OutOfMemory& error) {
    EXPECT_GE(error.requested_bytes(), std::uint64_t{1} << 40) << error.what();
  }
}

// Both engines compute the same: f32 against f32.
TEST(OnnxRuntimeModel, AgreesWithTheOtherEngine) {
  for (const char* file : {"sam1_512.encoder.onnx", "external.onnx"}) {
    const auto ours = load_onnxruntime_model(on("cpu", file), {}, make_heap_tensor);
    const auto other = load_model(on("cpu", file));
    const TensorInfo info = ours->description().inputs.at(0);
    Tensor image = make_heap_tensor(info.name, info.type, info.shape);
    std::uint32_t state = 1;
    for (float& value : image.values<float>()) {
      state = state * 1664525u + 1013904223u;
      value = static_cast<float>(state >> 8) / static_cast<float>(1 << 24);
    }
    const std::vector<Tensor> a = ours->run(std::vector<Tensor>{image}, {}, {});
    const std::vector<Tensor> b = other->run(std::vector<Tensor>{image}, {}, {});
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      ASSERT_EQ(a[i].shape, b[i].shape) << a[i].name;
      float largest = 0;
      for (std::size_t k = 0; k < a[i].values<float>().size(); ++k) {
        largest = std::max(largest, std::abs(a[i].values<float>()[k] - b[i].values<float>()[k]));
      }
      EXPECT_LT(largest, 1e-4f) << file << " " << a[i].name;
    }
  }
}

TEST(Engines, ReportNamesBothAndWhatIsMissing) {
  const std::vector<EngineReport> reports = report_engines();
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].name, "OpenVINO");
  EXPECT_EQ(reports[0].problem, "");
  EXPECT_FALSE(reports[0].devices.empty());
  EXPECT_EQ(reports[1].name, "ONNX Runtime");
  EXPECT_EQ(reports[1].problem, missing_cuda_engine());
  EXPECT_EQ(reports[1].devices.empty(), !reports[1].problem.empty());
}

TEST(Engines, ADeviceThatCannotBeUsedIsRefusedWithTheReason) {
  const std::string missing = missing_cuda_engine();
  if (missing.empty()) {  // an NVIDIA card is there: it works, on the card
    const auto model = load_model(on("cuda:0", "arithmetic.onnx"));
    EXPECT_NE(model->description().engine.find("CUDA"), std::string::npos);
    const std::vector<Tensor> inputs{floats(*model, "a", {1, 3}, {1, 2, 3}), floats(*model, "b", {1, 3}, {10, 20, 30})};
    EXPECT_EQ(values(model->run(inputs, {}, {})[0]), (std::vector<float>{11, 22, 33}));
    return;
  }
  EXPECT_EQ(model_error([] { load_model(on("cuda:0", "arithmetic.onnx")); }),
            "cannot load a model on cuda:0: " + missing);
}

}  // namespace
}  // namespace sam
