// What a worker says its models take, and the limit of its heap.

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "inference/worker_fixture.h"
#include "platform/process_memory.h"

namespace sam {
namespace {

using namespace std::chrono_literals;

// The tests' own worker counts its heap in every build without a sanitizer.
constexpr bool kHeapIsLimited =
#ifdef SAM_SANITIZED
    false;
#else
    true;
#endif

std::vector<Tensor> picture(Model& model, std::int64_t side) {
  std::vector<Tensor> inputs{model.make_tensor("x", ElementType::f32, {1, 8, side, side})};
  float value = 0;
  for (float& each : inputs[0].values<float>()) each = value += 0.25f;
  return inputs;
}

TEST(WorkerTest, TellsWhatALoadAndARunNeeded) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "slow.onnx");
  const ModelUse loading = model->last_use();
  EXPECT_TRUE(loading.alone);
  EXPECT_GT(loading.host.after_bytes, loading.host.before_bytes);
  EXPECT_GE(loading.host.peak_bytes, loading.host.after_bytes);
  EXPECT_EQ(loading.device.peak_bytes, 0u);
  const std::uint64_t loaded = model->bytes_held();
  EXPECT_GE(loaded, loading.host.after_bytes - loading.host.before_bytes);

  model->run(picture(*model, 512), {}, {});
  const ModelUse running = model->last_use();
  EXPECT_TRUE(running.alone);
  EXPECT_GE(running.host.peak_bytes, running.host.before_bytes);
  constexpr std::uint64_t input_bytes = 8 * 512 * 512 * 4;
  if (kHeapIsLimited) {
    EXPECT_GE(running.host.peak_bytes - running.host.before_bytes, input_bytes);
    EXPECT_EQ(model->bytes_held() - loaded, running.host.after_bytes - running.host.before_bytes);
  }
  EXPECT_THROW(model->run(std::vector<Tensor>{}, {}, {}), ModelError);
  const std::uint64_t held = model->bytes_held();
  model->release_memory();
  if (kHeapIsLimited) {  // a sanitizer keeps what is freed for a while
    EXPECT_LE(model->bytes_held(), held + (1 << 20));
  }
}

TEST(WorkerTest, AFailedLoadTellsWhatItNeededToo) {
  const auto worker = make_test_worker();
  const auto model = load(*worker, "hungry.onnx");
  try {
    model->run(hungry_inputs(*model), {}, {});
    FAIL() << "1 TiB was had";
  } catch (const OutOfMemory& error) {
    if (kHeapIsLimited) {
      EXPECT_GE(error.requested_bytes(), std::uint64_t{1} << 40) << error.what();
    }
    EXPECT_EQ(error.domain(), "host");
  }
  EXPECT_GT(model->last_use().host.after_bytes, 0u);
}

// What the worker says it holds is what the kernel says its anonymous memory gained. (The test models are small: what the engine's libraries
// write into their own pages, some 10 MB, is most of what malloc does not see. bench/inference/held_bytes.cpp has real models.)
TEST(WorkerTest, WhatItHoldsIsWhatItsMemoryGained) {
  const auto worker = make_test_worker();
  const auto first = load(*worker, "arithmetic.onnx");
  const auto anonymous = [&] { return anonymous_bytes(worker->pid()).value(); };
  const std::uint64_t before = anonymous();
  const std::uint64_t first_held = first->bytes_held();
  const auto model = load(*worker, "slow.onnx");
  model->run(picture(*model, 1024), {}, {});
  model->run(picture(*model, 1024), {}, {});
  const auto gained = static_cast<double>(anonymous() - before);
  EXPECT_EQ(first->bytes_held(), first_held);
  EXPECT_NEAR(static_cast<double>(model->bytes_held()) / gained, 1.0, 0.15) << model->bytes_held() << " of " << gained;
  const std::uint64_t held = model->bytes_held();
  model->release_memory();
  if (kHeapIsLimited) {
    EXPECT_LT(model->bytes_held(), held);
  }
}

TEST(WorkerTest, OverTheLimitARunIsOutOfMemoryAndUnderAHigherOneItWorks) {
  if (!kHeapIsLimited) return;
  const auto worker = make_test_worker();
  const auto model = load(*worker, "slow.onnx");
  const std::vector<float> expected = values(model->run(picture(*model, 512), {}, {})[0]);
  model->release_memory();
  const int pid = worker->pid();
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t held = model->last_use().host.after_bytes;
    worker->set_limit(held + (4 << 20));  // a run needs 8 MiB a layer
    try {
      model->run(picture(*model, 512), {}, {});
      ADD_FAILURE() << "a run within 4 MiB";
    } catch (const OutOfMemory& error) {
      EXPECT_GE(error.requested_bytes(), std::uint64_t{1} << 20) << error.what();
      EXPECT_EQ(error.domain(), "host");
    }
    EXPECT_EQ(worker->pid(), pid) << "alive";
    worker->set_limit(round == 1 ? 0 : std::uint64_t{1} << 30);
    EXPECT_EQ(values(model->run(picture(*model, 512), {}, {})[0]), expected);
    EXPECT_EQ(worker->pid(), pid);
    model->release_memory();
  }
}

TEST(WorkerTest, WhereverTheLimitLiesThereIsAResultOrOutOfMemory) {
  if (!kHeapIsLimited) return;
  const auto worker = make_test_worker();
  int refused = 0;
  for (std::uint64_t limit = 1 << 20; limit < std::uint64_t{100} << 20; limit *= 2) {
    worker->set_limit(limit);
    worker->restart();
    try {
      const auto model = load(*worker, "slow.onnx");
      EXPECT_EQ(model->run(picture(*model, 512), {}, {}).size(), 1u);
    } catch (const OutOfMemory&) {  // also where the engine did not check an allocation and crashed
      ++refused;
    }
  }
  EXPECT_GT(refused, 2);
  worker->set_limit(0);
  EXPECT_EQ(sum_of_one_and(*load(*worker, "arithmetic.onnx"), 1), 2.0f);
}

TEST(WorkerTest, TheLimitHoldsForTheNextProcessFromItsStart) {
  if (!kHeapIsLimited) return;
  const auto worker = make_test_worker();
  worker->set_limit(1 << 20);
  EXPECT_THROW(load(*worker, "slow.onnx"), OutOfMemory);
  worker->restart();
  EXPECT_THROW(load(*worker, "slow.onnx"), OutOfMemory);
  worker->set_limit(0);
  EXPECT_EQ(load(*worker, "slow.onnx")->description().inputs.size(), 1u);
}

}  // namespace
}  // namespace sam
