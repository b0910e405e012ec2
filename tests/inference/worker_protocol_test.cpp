// Messages come back as they were sent, and no cut or changed one does harm.

#include "inference/worker_protocol.h"

#include <gtest/gtest.h>

#include <random>

#include "inference/openvino_error.h"

namespace sam {
namespace {

RunRequest example() {
  RunRequest run;
  run.model = 3;
  run.first_output_buffer = 77;
  run.inputs = {{{"image", ElementType::f32, {1, 3, 8, 8}}, 5, 768, true},
                {{"labels", ElementType::i64, {}}, 6, 8, false},
                {{"flag", ElementType::u8, {3}}, 0, 3, false, "abc"}};
  run.outputs = {"masks", "scores"};
  return run;
}

TEST(WorkerProtocolTest, RunRequestsComeBack) {
  WireWriter out;
  write(out, example());
  WireReader in(out.bytes());
  const RunRequest run = read_run_request(in);
  EXPECT_EQ(run.model, 3u);
  EXPECT_EQ(run.inputs[0].info.shape, (Shape{1, 3, 8, 8}));
  EXPECT_EQ(run.inputs[1].info.type, ElementType::i64);
  EXPECT_EQ(run.inputs[1].buffer, 6u);
  EXPECT_FALSE(run.inputs[1].bytes);
  EXPECT_EQ(run.inputs[2].bytes, "abc");
  EXPECT_EQ(run.outputs, (std::vector<std::string>{"masks", "scores"}));
}

TEST(WorkerProtocolTest, LoadRequestsComeBack) {
  WireWriter out;
  write(out, LoadRequest{9, {"/models/a b.onnx", "cpu", Precision::bf16, 4, "/cache", {"masks", "scores"}}});
  WireReader in(out.bytes());
  const LoadRequest load = read_load_request(in);
  EXPECT_EQ(load.model, 9u);
  EXPECT_EQ(load.options.file, "/models/a b.onnx");
  EXPECT_EQ(load.options.precision, Precision::bf16);
  EXPECT_EQ(load.options.threads, 4);
  EXPECT_EQ(load.options.compiled_folder, "/cache");
  EXPECT_EQ(load.options.without_outputs, (std::vector<std::string>{"masks", "scores"}));
}

TEST(WorkerProtocolTest, FailuresComeBackAsWhatTheyWere) {
  const auto sent = [](const Failure& failure) {
    WireWriter out;
    write(out, failure);
    WireReader in(out.bytes());
    throw_failure(in);
  };
  EXPECT_THROW(sent({Failure::Kind::model_error, "x", 0}), ModelError);
  EXPECT_THROW(sent({Failure::Kind::stopped, "", 0}), Stopped);
  try {
    sent({Failure::Kind::out_of_memory, "no room", 123});
  } catch (const OutOfMemory& error) {
    EXPECT_STREQ(error.what(), "no room");
    EXPECT_EQ(error.requested_bytes(), 123u);
  }
}

TEST(WorkerProtocolTest, ACutMessageIsRefusedWhereverItIsCut) {
  WireWriter out;
  write(out, example());
  for (std::size_t size = 0; size < out.bytes().size(); ++size) {
    WireReader in(out.bytes().first(size));
    EXPECT_THROW(read_run_request(in), WireError) << size;
  }
}

TEST(WorkerProtocolTest, AChangedMessageIsReadOrRefused) {
  WireWriter out;
  write(out, example());
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> bytes(out.bytes().begin(), out.bytes().end());
    for (int change = 0; change < 3; ++change) bytes[random() % bytes.size()] = static_cast<std::byte>(random() & 0xff);
    WireReader in(bytes);
    try {
      for (const TensorRef& input : read_run_request(in).inputs) {
        const std::size_t size = checked_size_bytes(input.info.type, input.info.shape).value();
        EXPECT_LE(size, input.buffer_bytes);
        if (input.bytes) {
          EXPECT_EQ(inline_tensor(input).size_bytes(), size);
        }
      }
    } catch (const WireError&) {
    }
  }
}

TEST(WorkerProtocolTest, ATensorLargerThanItsBufferIsRefused) {
  for (const Shape& shape : {Shape{1000}, Shape{-1}, Shape{1ll << 62, 1ll << 62}, Shape{1ll << 32, 1ll << 32}}) {
    WireWriter out;
    write(out, std::vector<TensorRef>{{{"t", ElementType::f32, shape}, 1, 100, true}});
    WireReader in(out.bytes());
    EXPECT_THROW(read_tensor_refs(in), WireError) << shape_text(shape);
  }
}

TEST(WorkerProtocolTest, ASmallTensorBringsItsOwnBytesOnly) {
  Tensor tensor = make_heap_tensor("t", ElementType::f32, {1, 2});
  tensor.values<float>()[1] = 5;
  const Tensor back = inline_tensor(inline_ref(tensor));
  EXPECT_EQ(back.name, "t");
  EXPECT_EQ(back.shape, (Shape{1, 2}));
  EXPECT_EQ(back.values<float>()[1], 5);
  for (const char* bytes : {"", "1234567", "123456789"}) {
    WireWriter out;
    write(out, std::vector<TensorRef>{{{"t", ElementType::f32, {1, 2}}, 1, 100, false, bytes}});
    WireReader in(out.bytes());
    EXPECT_THROW(read_tensor_refs(in), WireError) << bytes;
  }
}

TEST(OpenVinoErrorTest, BecomesOneLine) {
  EXPECT_EQ(engine_message_line("Exception from src/inference/src/cpp/core.cpp:93:\nCheck 'x' failed at src/a.cpp:1:\n"
                                "Unable to read the model\n\n  unknown operator Foo\n"),
            "Unable to read the model unknown operator Foo");
  EXPECT_LE(engine_message_line(std::string(5000, 'x')).size(), 310u);
  EXPECT_FALSE(engine_message_line("").size());
}

TEST(OpenVinoErrorTest, LackOfMemoryIsRecognised) {
  EXPECT_TRUE(says_out_of_memory("Exception: std::bad_alloc"));
  EXPECT_TRUE(says_out_of_memory("Failed to allocate 123 bytes of memory"));
  EXPECT_FALSE(says_out_of_memory("unknown operator Foo"));
}

}  // namespace
}  // namespace sam
