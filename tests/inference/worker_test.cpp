// What a worker adds to a Model: it may die.

#include "inference/worker.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "inference/worker_fixture.h"
#include "platform/process_memory.h"

namespace sam {
namespace {

using namespace std::chrono_literals;

int open_descriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

int threads() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

bool no_children() {
  return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

std::vector<Tensor> slow_input(Model& model) {
  return {model.make_tensor("x", ElementType::f32, {1, 8, 512, 512})};
}

// A worker whose end has been noticed.
void kill_and_wait(const Worker& worker) {
  const int pid = worker.pid();
  ::kill(pid, SIGKILL);
  for (int i = 0; i < 3000 && worker.pid() == pid; ++i) std::this_thread::sleep_for(1ms);
}

void wait_for_new_pid(const Worker& worker, int old_pid) {
  for (int i = 0; i < 3000 && (worker.pid() == old_pid || worker.pid() < 0); ++i) std::this_thread::sleep_for(10ms);
}

TEST(WorkerTest, StartsWhenFirstNeededAndEndsWithItsLastHolder) {
  const int descriptors = open_descriptors();
  {
    const auto worker = make_test_worker();
    EXPECT_EQ(worker->pid(), -1);
    std::unique_ptr<Model> model = load(*worker, "arithmetic.onnx");
    EXPECT_GT(worker->pid(), 0);
    EXPECT_EQ(worker->restarts(), 0);
    EXPECT_EQ(sum_of_one_and(*model, 2), 3.0f);
  }
  EXPECT_TRUE(no_children());
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST(WorkerTest, ModelsKeepTheirWorkerAlive) {
  auto worker = make_test_worker();
  const auto model = load(*worker, "arithmetic.onnx");
  worker.reset();
  EXPECT_EQ(sum_of_one_and(*model, 2), 3.0f);
}

TEST(WorkerTest, TheKernelTakesItFirstAndItsNameIsItsOwn) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "arithmetic.onnx");
  const std::string proc = "/proc/" + std::to_string(worker->pid());
  EXPECT_EQ(read_bytes(proc + "/oom_score_adj"), "1000\n");
  EXPECT_EQ(read_bytes(proc + "/comm"), "sam-worker\n");
}

TEST(WorkerTest, HoldsNoDescriptorOfOurs) {
  const ScratchFolder folder;
  std::FILE* leaky = std::fopen((folder / "leaky").c_str(), "w");  // not closed on exec
  const auto worker = make_test_worker();
  const auto model = load(*worker, "arithmetic.onnx");
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(worker->pid()) + "/fd")) {
    EXPECT_NE(std::filesystem::read_symlink(entry).filename(), "leaky");
  }
  std::fclose(leaky);
}

TEST(WorkerTest, ACrashInTheMiddleOfARunCostsOneRetry) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "slow.onnx");
  const auto inputs = slow_input(*model);
  inputs[0].values<float>()[77] = 5;
  const int pid = worker->pid();
  const std::jthread crash([&] {
    std::this_thread::sleep_for(50ms);
    ::kill(pid, SIGTERM);
  });
  const std::vector<Tensor> outputs = model->run(inputs, {}, {});
  EXPECT_EQ(outputs[0].values<float>()[77], 5.0f);
  EXPECT_EQ(worker->restarts(), 1);
  EXPECT_NE(worker->pid(), pid);
}

TEST(WorkerTest, AKillInTheMiddleOfARunIsLackOfMemoryAtOnce) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "slow.onnx");
  const auto inputs = slow_input(*model);
  const int pid = worker->pid();
  const std::jthread killer([&] {
    std::this_thread::sleep_for(30ms);
    ::kill(pid, SIGKILL);
  });
  try {
    model->run(inputs, {}, {});
    FAIL() << "a run without a worker";
  } catch (const OutOfMemory& error) {
    EXPECT_NE(std::string(error.what()).find("killed (signal 9), perhaps by the kernel for lack of memory"),
              std::string::npos)
        << error.what();
    EXPECT_EQ(error.requested_bytes(), 0u);
  }
  EXPECT_EQ(worker->restarts(), 1) << "that its memory has come back is known at once";
  EXPECT_EQ(model->bytes_held(), 0u);
  const std::vector<Tensor> small{floats(*model, "x", {1, 8, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8})};
  EXPECT_EQ(values(model->run(small, {}, {})[0])[7], 8.0f) << "usable afterwards";
  EXPECT_EQ(worker->restarts(), 1);
}

TEST(WorkerTest, ARestartInTheMiddleOfARunOnlyTakesTime) {
  const auto worker = make_test_worker();
  EXPECT_NO_THROW(worker->restart()) << "before it has started";
  const auto model = load(*worker, "slow.onnx");
  const auto inputs = slow_input(*model);
  inputs[0].values<float>()[77] = 5;
  const int pid = worker->pid();
  const std::jthread restarter([&] {
    for (int i = 0; i < 3; ++i) {
      std::this_thread::sleep_for(30ms);
      worker->restart();
    }
  });
  EXPECT_EQ(model->run(inputs, {}, {})[0].values<float>()[77], 5.0f);
  EXPECT_NE(worker->pid(), pid);
  EXPECT_GE(worker->restarts(), 1);
}

TEST(WorkerTest, ARestartEndsTheProcessAndModelsComeBackWhenNeeded) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "arithmetic.onnx");
  worker->restart();
  EXPECT_EQ(worker->pid(), -1);
  EXPECT_TRUE(no_children()) << "it has gone, not only been told to";
  EXPECT_EQ(model->bytes_held(), 0u);
  EXPECT_EQ(sum_of_one_and(*model, 2), 3.0f);
  EXPECT_GT(model->bytes_held(), 0u);
}

TEST(WorkerTest, AKillBetweenRunsIsNotNoticed) {
  const auto worker = make_test_worker();
  const auto arithmetic = load(*worker, "arithmetic.onnx");
  const auto encoder = load(*worker, "sam2.encoder.onnx");
  const Tensor image = encoder->make_tensor("image", ElementType::f32, {1, 3, 1024, 1024});
  std::fill(image.values<float>().begin(), image.values<float>().end(), 2.0f);
  const std::vector<Tensor> inputs{image};
  const std::vector<Tensor> before = encoder->run(inputs, {}, {});
  kill_and_wait(*worker);
  EXPECT_EQ(sum_of_one_and(*arithmetic, 2), 3.0f);
  const std::vector<Tensor> after = encoder->run(inputs, {}, {});
  EXPECT_EQ(worker->restarts(), 1);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(values(before[i]), values(after[i]));
}

TEST(WorkerTest, TensorsOutliveTheWorkerThatMadeThem) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "every_type.onnx");
  std::vector<Tensor> tensors;
  for (const TensorInfo& info : model->description().inputs) {
    tensors.push_back(model->make_tensor(info.name, info.type, info.shape));
    std::memset(tensors.back().buffer->data(), 1, tensors.back().size_bytes());
  }
  for (int round = 0; round < 3; ++round) {  // each round's outputs are the next one's inputs
    std::vector<Tensor> outputs = model->run(tensors, {}, {});
    kill_and_wait(*worker);
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].name = tensors[i].name;
    tensors = outputs;
  }
  EXPECT_EQ(static_cast<int>(tensors[2].buffer->data()[0]), 1);  // u8
  EXPECT_EQ(worker->restarts(), 3);
}

TEST(WorkerTest, TwoCrashesInOneRunAreTheModelsOwnDoing) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "slow.onnx");
  const auto inputs = slow_input(*model);
  const int first = worker->pid();
  const std::jthread killer([&] {
    std::this_thread::sleep_for(30ms);
    ::kill(first, SIGTERM);
    wait_for_new_pid(*worker, first);
    ::kill(worker->pid(), SIGTERM);
  });
  try {
    model->run(inputs, {}, {});
    FAIL() << "a run without a worker";
  } catch (const ModelError& error) {
    EXPECT_NE(std::string(error.what()).find("died twice (killed by signal 15)"), std::string::npos) << error.what();
  }
  const std::vector<Tensor> small{floats(*model, "x", {1, 8, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8})};
  EXPECT_EQ(values(model->run(small, {}, {})[0])[7], 8.0f) << "usable afterwards";
}

TEST(WorkerTest, TwentyKillsLeaveNothingBehind) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "arithmetic.onnx");
  sum_of_one_and(*model, 0);
  const int descriptors = open_descriptors();
  const int thread_count = threads();
  for (int i = 1; i <= 20; ++i) {
    kill_and_wait(*worker);
    EXPECT_EQ(sum_of_one_and(*model, static_cast<float>(i)), static_cast<float>(i + 1));
    EXPECT_EQ(worker->restarts(), i);
  }
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(threads(), thread_count);
}

TEST(WorkerTest, ManyLivingTensorsHoldNoDescriptors) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "arithmetic.onnx");
  const std::vector<Tensor> inputs{model->make_tensor("a", ElementType::f32, {1000, 3}),
                                   floats(*model, "b", {1, 3}, {1, 1, 1})};
  std::vector<std::vector<Tensor>> kept{model->run(inputs, {}, {})};
  const int descriptors = open_descriptors();
  for (int i = 0; i < 100; ++i) kept.push_back(model->run(inputs, {}, {}));
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST(WorkerTest, TensorsOfEverySizeArriveWhole) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "arithmetic.onnx");
  for (const std::int64_t rows : {0, 1, 42, 43, 1000}) {  // 42 rows travel in the message, 43 do not
    Tensor a = model->make_tensor("a", ElementType::f32, {rows, 3});
    for (std::size_t i = 0; i < a.values<float>().size(); ++i) a.values<float>()[i] = static_cast<float>(i);
    const std::vector<Tensor> outputs = model->run(std::vector{a, floats(*model, "b", {1, 3}, {1, 2, 3})}, {}, {});
    ASSERT_EQ(outputs[0].shape, (Shape{rows, 3}));
    for (std::size_t i = 0; i < a.values<float>().size(); ++i) {
      ASSERT_EQ(outputs[0].values<float>()[i], static_cast<float>(i + 1 + i % 3)) << rows;
    }
  }
}

TEST(WorkerTest, SmallTensorsTakeNoSharedMemory) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "arithmetic.onnx");
  const std::vector<Tensor> inputs{floats(*model, "a", {1, 3}, {1, 2, 3}), floats(*model, "b", {1, 3}, {1, 1, 1})};
  const std::vector<Tensor> outputs = model->run(inputs, {}, {});
  EXPECT_EQ(read_bytes("/proc/" + std::to_string(worker->pid()) + "/maps").find("memfd:tensor"), std::string::npos);
  kill_and_wait(*worker);
  EXPECT_EQ(values(outputs[0]), (std::vector<float>{2, 3, 4}));
  EXPECT_EQ(values(model->run(inputs, {}, {})[0]), (std::vector<float>{2, 3, 4}));
}

TEST(WorkerTest, AMessageSentByNobodyElseIsForgottenInTheWorkerToo) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "sam2.encoder.onnx");
  const auto mappings = [&] {
    const std::string maps = read_bytes("/proc/" + std::to_string(worker->pid()) + "/maps");
    int count = 0;
    for (std::size_t at = maps.find("memfd:tensor"); at != maps.npos; at = maps.find("memfd:tensor", at + 1)) ++count;
    return count;
  };
  const std::vector<Tensor> inputs{model->make_tensor("image", ElementType::f32, {1, 3, 1024, 1024})};
  {
    const std::vector<Tensor> outputs = model->run(inputs, {}, {});
    EXPECT_EQ(mappings(), 4);
    model->run(inputs, {}, {});
  }
  model->release_memory();  // goes through the same socket: afterwards what was posted before has been read
  EXPECT_EQ(mappings(), 1);
}

TEST(WorkerTest, AShortRunDoesNotWaitForALongOneOfAnotherModel) {
  const auto worker = make_test_worker();
  const auto slow = load(*worker, "slow.onnx");
  const auto quick = load(*worker, "arithmetic.onnx");
  const auto inputs = slow_input(*slow);
  std::atomic<bool> slow_done = false;
  std::stop_source stop;
  const std::jthread runner([&] {
    EXPECT_THROW(slow->run(inputs, {}, stop.get_token()), Stopped);
    slow_done = true;
  });
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(sum_of_one_and(*quick, 1), 2.0f);
  EXPECT_FALSE(slow_done);
  stop.request_stop();
}

TEST(WorkerTest, AFileThatChangedIsNotTakenForTheOldOneAfterARestart) {
  const ScratchFolder folder;
  std::filesystem::copy(test_model("arithmetic.onnx"), folder / "model.onnx");
  const auto worker = make_test_worker();
  ModelOptions options;
  options.file = folder / "model.onnx";
  const auto model = worker->load(options);
  std::filesystem::copy(test_model("hungry.onnx"), folder / "model.onnx",
                        std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(sum_of_one_and(*model, 1), 2.0f);
  kill_and_wait(*worker);
  EXPECT_THROW(sum_of_one_and(*model, 1), ModelError);
}

TEST(WorkerTest, AProgramThatCannotBeStartedIsNamed) {
  const auto worker = make_worker("/nonexistent/program");
  try {
    load(*worker, "arithmetic.onnx");
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent/program"), std::string::npos) << error.what();
  }
  const auto wrong = make_worker("/bin/false");
  EXPECT_THROW(load(*wrong, "arithmetic.onnx"), ModelError);
}

TEST(WorkerTest, EncodeDecodeAndKillAtTheSameTime) {
  const auto worker = make_test_worker();
  const auto encoder = load(*worker, "sam2.encoder.onnx");
  const auto quick = load(*worker, "arithmetic.onnx");
  std::atomic<bool> done = false;
  std::jthread encode([&] {
    const Tensor image = encoder->make_tensor("image", ElementType::f32, {1, 3, 1024, 1024});
    const std::vector<Tensor> inputs{image};
    const std::vector<std::string> wanted{"image_embed"};
    for (int i = 1; i <= 10; ++i) {
      std::fill(image.values<float>().begin(), image.values<float>().end(), static_cast<float>(i));
      try {
        EXPECT_EQ(encoder->run(inputs, wanted, {})[0].values<float>()[5], static_cast<float>(i));
      } catch (const OutOfMemory&) {  // hit by the kill
      }
    }
    done = true;
  });
  std::jthread decode([&] {
    for (int i = 0; !done; ++i) {
      try {
        EXPECT_EQ(sum_of_one_and(*quick, static_cast<float>(i)), static_cast<float>(i + 1));
      } catch (const OutOfMemory&) {
      }
    }
  });
  std::jthread kill([&] {
    while (!done) {
      std::this_thread::sleep_for(100ms);
      if (worker->pid() > 0) kill_and_wait(*worker);
    }
  });
  encode.join();
  kill.join();
  decode.join();
  EXPECT_EQ(sum_of_one_and(*quick, 1), 2.0f);
}

}  // namespace
}  // namespace sam
