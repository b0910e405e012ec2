// What every Model promises, held against each kind.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "inference/model.h"
#include "inference/onnxruntime_model.h"
#include "inference/test_models.h"
#include "inference/worker.h"

namespace sam {
namespace {

using namespace std::chrono_literals;

struct Kind {
  std::string name;
  std::function<std::function<std::unique_ptr<Model>(const ModelOptions&)>()> make_loader;
  std::string engine = "OpenVINO 20";  // how its name starts
  bool keeps_compiled = true;          // in ModelOptions::compiled_folder
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

class ModelContract : public testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<Model> load(const std::filesystem::path& file) {
    ModelOptions options;
    options.file = file;
    options.threads = 2;
    return load_(options);
  }
  std::unique_ptr<Model> load_test_model(const std::string& name) { return load(test_model(name)); }

  std::function<std::unique_ptr<Model>(const ModelOptions&)> load_ = GetParam().make_loader();
};

std::string model_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const ModelError& error) {
    return error.what();
  }
  return "";
}

TEST_P(ModelContract, DescribesTheGraphByItsOwnNamesInItsOwnOrder) {
  const auto model = load_test_model("sam1_four.decoder.onnx");
  const ModelDescription& description = model->description();
  ASSERT_EQ(description.inputs.size(), 6u);
  EXPECT_EQ(description.inputs[0].name, "image_embeddings");
  EXPECT_EQ(description.inputs[0].shape, (Shape{1, 256, 64, 64}));
  EXPECT_EQ(description.inputs[1].name, "point_coords");
  EXPECT_EQ(description.inputs[1].shape, (Shape{1, -1, 2}));
  EXPECT_EQ(description.inputs[5].name, "orig_im_size");
  ASSERT_EQ(description.outputs.size(), 3u);
  EXPECT_EQ(description.outputs[0].name, "masks");
  EXPECT_EQ(description.outputs[0].shape.size(), 4u);
  EXPECT_EQ(description.outputs[0].shape.back(), -1);
  EXPECT_EQ(description.outputs[1].name, "iou_predictions");
  EXPECT_EQ(description.outputs[2].name, "low_res_masks");
  EXPECT_EQ(description.outputs[2].shape, (Shape{1, 4, 256, 256}));
  EXPECT_EQ(description.hash.size(), 32u);
  EXPECT_EQ(description.engine.rfind(GetParam().engine, 0), 0u) << description.engine;
}

// A click into an embedding that counts up.
std::vector<Tensor> decoder_inputs(Model& decoder) {
  std::vector<float> counted(256 * 64 * 64);
  for (std::size_t i = 0; i < counted.size(); ++i) counted[i] = static_cast<float>(i % 97) / 97;
  return {floats(decoder, "image_embeddings", {1, 256, 64, 64}, counted),
          floats(decoder, "point_coords", {1, 2, 2}, {300, 400, 0, 0}),
          floats(decoder, "point_labels", {1, 2}, {1, -1}),
          floats(decoder, "mask_input", {1, 1, 256, 256}, std::vector<float>(256 * 256)),
          floats(decoder, "has_mask_input", {1}, {0}),
          floats(decoder, "orig_im_size", {2}, {64, 64})};
}

TEST_P(ModelContract, OutputsThatNobodyAsksForAreLeftOutAndTheOthersStayTheSame) {
  ModelOptions options;
  options.file = test_model("sam1_four.decoder.onnx");
  options.threads = 2;
  const auto whole = load_(options);
  options.without_outputs = {"masks", "no such output"};
  const auto lean = load_(options);
  ASSERT_EQ(lean->description().inputs.size(), 6u) << "also those that only masks depended on";
  ASSERT_EQ(lean->description().outputs.size(), 2u);
  EXPECT_EQ(lean->description().outputs[0].name, "iou_predictions");
  EXPECT_EQ(lean->description().outputs[1].name, "low_res_masks");
  const std::vector<std::string> wanted{"low_res_masks", "iou_predictions"};
  const std::vector<Tensor> expected = whole->run(decoder_inputs(*whole), wanted, {});
  const std::vector<Tensor> answer = lean->run(decoder_inputs(*lean), wanted, {});
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(answer[i].values<float>(), expected[i].values<float>())) << wanted[i];
  }
  const std::vector<std::string> left_out{"masks"};
  EXPECT_THROW(lean->run(decoder_inputs(*lean), left_out, {}), ModelError);
}

TEST_P(ModelContract, BindsByNameWhateverTheOrder) {
  const auto model = load_test_model("arithmetic.onnx");
  const std::vector<Tensor> inputs{floats(*model, "b", {1, 3}, {10, 20, 30}), floats(*model, "a", {1, 3}, {1, 2, 3})};
  const std::vector<Tensor> outputs = model->run(inputs, {}, {});
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[0].name, "sum");
  EXPECT_EQ(values(outputs[0]), (std::vector<float>{11, 22, 33}));
  EXPECT_EQ(values(outputs[1]), (std::vector<float>{10, 40, 90}));
}

TEST_P(ModelContract, ReturnsTheOutputsAskedForInThatOrder) {
  const auto model = load_test_model("sam2.encoder.onnx");
  const Tensor image = model->make_tensor("image", ElementType::f32, {1, 3, 1024, 1024});
  std::fill(image.values<float>().begin(), image.values<float>().end(), 2.0f);
  const std::vector<Tensor> inputs{image};
  // Twice with the outputs swapped: what one run lent to the engine must not be written by the next.
  const std::vector<std::string> two{"image_embed", "high_res_feats_1"};
  const std::vector<Tensor> first = model->run(inputs, two, {});
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].name, "image_embed");
  EXPECT_EQ(first[0].shape, (Shape{1, 256, 64, 64}));
  EXPECT_EQ(first[1].name, "high_res_feats_1");
  EXPECT_FLOAT_EQ(first[1].values<float>()[0], 2.0f);
  std::fill(image.values<float>().begin(), image.values<float>().end(), 3.0f);
  const std::vector<std::string> one{"high_res_feats_1"};
  const std::vector<Tensor> second = model->run(inputs, one, {});
  ASSERT_EQ(second.size(), 1u);
  EXPECT_FLOAT_EQ(second[0].values<float>()[0], 3.0f);
  EXPECT_FLOAT_EQ(first[0].values<float>()[0], 2.0f);
  EXPECT_FLOAT_EQ(first[1].values<float>()[0], 2.0f);
}

TEST_P(ModelContract, CarriesEveryElementType) {
  const auto model = load_test_model("every_type.onnx");
  std::vector<Tensor> inputs;
  for (const TensorInfo& info : model->description().inputs) {
    Tensor tensor = model->make_tensor(info.name, info.type, info.shape);
    for (std::size_t i = 0; i < tensor.size_bytes(); i += element_size(info.type))
      tensor.buffer->data()[i] = std::byte{1};
    inputs.push_back(tensor);
  }
  ASSERT_EQ(inputs.size(), 6u);
  const std::vector<Tensor> outputs = model->run(inputs, {}, {});
  ASSERT_EQ(outputs.size(), 6u);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    EXPECT_EQ(outputs[i].type, inputs[i].type);
    const auto bytes = [](const Tensor& t) { return std::vector(t.buffer->data(), t.buffer->data() + t.size_bytes()); };
    if (inputs[i].type == ElementType::f32) continue;  // 1e-45: flushed to zero
    EXPECT_EQ(bytes(outputs[i]), bytes(inputs[i])) << outputs[i].name;
  }
}

TEST_P(ModelContract, TakesOpenDimensionsAtAnySize) {
  const auto model = load_test_model("arithmetic.onnx");
  for (const std::int64_t rows : {1, 7, 2, 500}) {
    const std::vector<Tensor> inputs{
        floats(*model, "a", {rows, 3}, std::vector<float>(static_cast<std::size_t>(rows) * 3, 2.0f)),
        floats(*model, "b", {1, 3}, {1, 2, 3})};
    const std::vector<Tensor> outputs = model->run(inputs, {}, {});
    EXPECT_EQ(outputs[1].shape, (Shape{rows, 3}));
    EXPECT_EQ(values(outputs[1]).back(), 6.0f);
  }
}

TEST_P(ModelContract, AcceptsTensorsOnTheHeap) {
  const auto model = load_test_model("arithmetic.onnx");
  const std::vector<Tensor> inputs{make_heap_tensor("a", ElementType::f32, {1, 3}),
                                   make_heap_tensor("b", ElementType::f32, {1, 3})};
  inputs[0].values<float>()[2] = 5;
  EXPECT_EQ(values(model->run(inputs, {}, {})[0]), (std::vector<float>{0, 0, 5}));
}

TEST_P(ModelContract, NamesWhatDoesNotFit) {
  const auto model = load_test_model("arithmetic.onnx");
  const Tensor a = floats(*model, "a", {1, 3}, {1, 2, 3});
  const Tensor b = floats(*model, "b", {1, 3}, {1, 2, 3});
  const auto run = [&](std::vector<Tensor> inputs, std::vector<std::string> outputs = {}) {
    return model_error([&] { model->run(inputs, outputs, {}); });
  };
  Tensor c = b;
  c.name = "c";
  EXPECT_EQ(run({a, b, c}), "the model has no input \"c\"; it has a f32[?,3], b f32[1,3]");
  EXPECT_EQ(run({a}), "model input b f32[1,3] was not given");
  EXPECT_EQ(run({a, b, b}), "model input b f32[1,3] was given more than once");
  EXPECT_EQ(run({a, model->make_tensor("b", ElementType::i32, {1, 3})}),
            "model input b f32[1,3] was given as i32[1,3]");
  EXPECT_EQ(run({a, floats(*model, "b", {1, 4}, {1, 2, 3, 4})}), "model input b f32[1,3] was given as f32[1,4]");
  EXPECT_EQ(run({floats(*model, "a", {3}, {1, 2, 3}), b}), "model input a f32[?,3] was given as f32[3]");
  Tensor small = floats(*model, "a", {1, 3}, {1, 2, 3});
  small.shape = {1 << 20, 3};
  EXPECT_NE(run({small, b}).find("too few for its shape"), std::string::npos);
  EXPECT_EQ(run({a, b}, {"mean"}), "the model has no output \"mean\"; it has sum f32[?,3], product f32[?,3]");
  EXPECT_EQ(run({a, b}), "") << "a refused run leaves the model usable";
}

TEST_P(ModelContract, SaysWhyAFileCannotBeUsed) {
  const ScratchFolder folder;
  EXPECT_NE(model_error([&] { load(folder / "none.onnx"); }).find("No such file"), std::string::npos);
  EXPECT_NE(model_error([&] { load(folder.path()); }).find("Is a directory"), std::string::npos);
  for (const char* garbage : {"", "hello, this is no model at all", "\x08\x07\x3a\xff\xff\xff\xff\x0f"}) {
    std::ofstream(folder / "garbage.onnx") << garbage;
    EXPECT_NE(model_error([&] { load(folder / "garbage.onnx"); }).find("is no ONNX file or is damaged"),
              std::string::npos);
  }
  const std::string whole = read_bytes(test_model("sam2.decoder.onnx"));
  std::ofstream(folder / "cut.onnx") << whole.substr(0, whole.size() / 2);
  EXPECT_NE(model_error([&] { load(folder / "cut.onnx"); }).find("cut.onnx"), std::string::npos);
}

TEST_P(ModelContract, ReadsWeightsInAFileBesideIt) {
  const ScratchFolder folder;
  for (const char* name : {"external.onnx", "external.data"}) std::filesystem::copy(test_model(name), folder / name);
  const auto model = load(folder / "external.onnx");
  const std::vector<Tensor> inputs{floats(*model, "x", {1, 1024}, std::vector<float>(1024, 2.0f))};
  EXPECT_EQ(values(model->run(inputs, {}, {})[0])[1023], 2048.0f);

  std::string data = read_bytes(folder / "external.data");
  data[0] = static_cast<char>(data[0] + 1);
  std::filesystem::remove(folder / "external.data");
  std::ofstream(folder / "external.data") << data;
  EXPECT_NE(load(folder / "external.onnx")->description().hash, model->description().hash);

  std::filesystem::remove(folder / "external.data");
  EXPECT_NE(model_error([&] { load(folder / "external.onnx"); }).find("external.data, which does not exist"),
            std::string::npos);
}

TEST_P(ModelContract, ResizesConstantsAsTheGraphSays) {
  const auto model = load_test_model("constant_resize.onnx");
  const std::vector<Tensor> inputs{floats(*model, "x", {1, 2, 28, 28}, std::vector<float>(2 * 28 * 28, 100.0f))};
  const std::vector<float> y = values(model->run(inputs, {}, {})[0]);
  // Cubic, a = -0.75, half-pixel centres, factor 4; by hand for the first row's cells 0 and 14 (grid 0 1 2 3 4 0 1, rows + 2 mod 5).
  EXPECT_NEAR(*std::max_element(y.begin(), y.end()), 104.6f, 0.6f);
  EXPECT_NEAR(*std::min_element(y.begin(), y.end()), 99.4f, 0.6f);
}

TEST_P(ModelContract, StopsBeforeAndDuringARun) {
  const auto model = load_test_model("slow.onnx");
  const std::vector<Tensor> inputs{model->make_tensor("x", ElementType::f32, {1, 8, 512, 512})};
  std::stop_source early;
  early.request_stop();
  EXPECT_THROW(model->run(inputs, {}, early.get_token()), Stopped);

  const auto begin = std::chrono::steady_clock::now();
  model->run(inputs, {}, {});
  const auto whole = std::chrono::steady_clock::now() - begin;
  std::stop_source during;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(whole / 10);
    during.request_stop();
  });
  EXPECT_THROW(model->run(inputs, {}, during.get_token()), Stopped);

  const std::vector<Tensor> small{floats(*model, "x", {1, 8, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8})};
  EXPECT_EQ(values(model->run(small, {}, {})[0]), (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8})) << "usable afterwards";
}

// OpenVINO leaves a cancelled network of open shapes between two shapes: what comes after must not notice.
TEST_P(ModelContract, AStoppedRunOfOneSizeLeavesTheNextOfAnotherUnharmed) {
  const auto model = load_test_model("sam1_hwc.encoder.onnx");
  const auto picture = [&](std::int64_t height, std::int64_t width) {
    const Shape& open = model->description().inputs[0].shape;
    const Tensor tensor = model->make_tensor("input_image", ElementType::f32,
                                             {open[0] > 0 ? open[0] : height, open[1] > 0 ? open[1] : width, 3});
    std::ranges::fill(tensor.values<float>(), static_cast<float>(height % 251));
    return tensor;
  };
  const Tensor wide = picture(500, 1024), high = picture(1024, 500);
  const std::vector<float> of_wide = values(model->run({&wide, 1}, {}, {})[0]);
  for (int i = 0; i < 20; ++i) {
    std::stop_source stop;
    const std::jthread stopper([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(500 * i));
      stop.request_stop();
    });
    try {
      model->run({&high, 1}, {}, stop.get_token());
    } catch (const Stopped&) {
    }
    ASSERT_EQ(values(model->run({&wide, 1}, {}, {})[0]), of_wide) << "after stop " << i;
  }
}

TEST_P(ModelContract, AWaitingRunCanBeStopped) {
  const auto model = load_test_model("slow.onnx");
  const std::vector<Tensor> inputs{model->make_tensor("x", ElementType::f32, {1, 8, 512, 512})};
  std::stop_source first, second;
  std::jthread runner([&] { EXPECT_THROW(model->run(inputs, {}, first.get_token()), Stopped); });
  std::this_thread::sleep_for(20ms);
  std::jthread waiter([&] { EXPECT_THROW(model->run(inputs, {}, second.get_token()), Stopped); });
  std::this_thread::sleep_for(20ms);
  second.request_stop();
  waiter.join();
  first.request_stop();
}

TEST_P(ModelContract, RunsFromManyThreads) {
  const auto model = load_test_model("arithmetic.onnx");
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) {
          const auto a = static_cast<float>(t * 100 + i);
          const std::vector<Tensor> inputs{floats(*model, "a", {1, 3}, {a, a, a}),
                                           floats(*model, "b", {1, 3}, {1, 1, 1})};
          if (values(model->run(inputs, {}, {})[0]) != std::vector<float>(3, a + 1)) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST_P(ModelContract, StaysUsableWhenMemoryIsGivenBack) {
  const auto model = load_test_model("slow.onnx");
  const std::vector<Tensor> inputs{floats(*model, "x", {1, 8, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8})};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(values(model->run(inputs, {}, {})[0])[7], 8.0f);
    model->release_memory();
  }
  EXPECT_GT(model->bytes_held(), 0u);
}

TEST_P(ModelContract, RunningOutOfMemoryIsSaidAndSurvived) {
  if (!kNewThrows && GetParam().name == "OnnxRuntime") GTEST_SKIP() << "operator new never throws here";
  const auto model = load_test_model("hungry.onnx");
  const auto run = [&](std::int64_t columns) {
    return values(model->run(hungry_inputs(*model, columns), {}, {})[0])[0];
  };
  EXPECT_EQ(run(1), 1048576.0f);
  EXPECT_THROW(run(1 << 18), OutOfMemory);  // 1 TiB
  EXPECT_EQ(run(1), 1048576.0f);
}

TEST_P(ModelContract, ATensorThatCannotBeMadeIsOutOfMemory) {
  const auto model = load_test_model("arithmetic.onnx");
  EXPECT_THROW(model->make_tensor("a", ElementType::f32, {std::int64_t{1} << 50, 3}), OutOfMemory);
  EXPECT_THROW(model->make_tensor("a", ElementType::f32, {std::int64_t{1} << 62, 3}), OutOfMemory);
}

TEST_P(ModelContract, AKeptCompiledModelDescribesAndComputesTheSame) {
  const ScratchFolder folder;
  ModelOptions options;
  options.file = test_model("sam1_four.decoder.onnx");
  options.compiled_folder = folder / "compiled";
  const auto first = load_(options);
  if (GetParam().keeps_compiled) {
    EXPECT_FALSE(std::filesystem::is_empty(options.compiled_folder));
  }
  const auto second = load_(options);
  const auto text = [](const std::vector<TensorInfo>& infos) {
    std::string all;
    for (const TensorInfo& info : infos) all += info.name + element_name(info.type) + shape_text(info.shape) + " ";
    return all;
  };
  EXPECT_EQ(text(first->description().inputs), text(second->description().inputs));
  EXPECT_EQ(text(first->description().outputs), text(second->description().outputs));
  const auto answer = [](Model& model) {
    std::vector<Tensor> inputs;
    for (const TensorInfo& info : model.description().inputs) {
      Shape shape = info.shape;
      for (std::int64_t& dimension : shape) dimension = std::max<std::int64_t>(dimension, 1);
      inputs.push_back(model.make_tensor(info.name, info.type, shape));
      for (float& value : inputs.back().values<float>()) value = 1;
    }
    inputs.back().values<float>()[0] = 32;  // orig_im_size
    inputs.back().values<float>()[1] = 64;
    return model.run(inputs, {}, {});
  };
  const std::vector<Tensor> a = answer(*first), b = answer(*second);
  EXPECT_EQ(a[0].shape, (Shape{1, 4, 32, 64}));
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(values(a[i]), values(b[i])) << a[i].name;
}

TEST_P(ModelContract, AnUnknownDeviceIsRefused) {
  ModelOptions options;
  options.file = test_model("arithmetic.onnx");
  options.device = "abacus";
  EXPECT_NE(model_error([&] { load_(options); }).find("abacus"), std::string::npos);
}

const Kind kInProcess{"InProcess",
                      [] { return [](const ModelOptions& options) { return load_openvino_model(options); }; }};

const Kind kInWorker{"InWorker", [] {
                       return [worker = make_worker(SAM_WORKER_PROGRAM)](const ModelOptions& options) {
                         return worker->load(options);
                       };
                     }};

const Kind kOnnxRuntime{
    "OnnxRuntime",
    [] { return [](const ModelOptions& options) { return load_onnxruntime_model(options, {}, make_heap_tensor); }; },
    "ONNX Runtime 1.", false};

INSTANTIATE_TEST_SUITE_P(Kinds, ModelContract, testing::Values(kInProcess, kInWorker, kOnnxRuntime),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace sam
