#include "segmentation/embedding_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

#include "platform/unique_descriptor.h"

namespace sam {
namespace {

const std::string key = "content\npredictor\n0";

Tensor random_tensor(const std::string& name, Shape shape, float scale) {
  Tensor tensor = make_heap_tensor(name, ElementType::f32, std::move(shape));
  std::mt19937 random(7);
  std::normal_distribution<float> values(0, scale);
  for (float& value : tensor.values<float>()) value = values(random);
  return tensor;
}

Embedding embedding_of(std::vector<Tensor> tensors) {
  Embedding embedding;
  embedding.predictor_key = "sam1-abc";
  embedding.model_key = "sam1-def";
  embedding.picture_size = {640, 427};
  embedding.working_size = {320, 214};
  embedding.tensors = std::move(tensors);
  return embedding;
}

// A file without a folder.
UniqueDescriptor file_of(const std::string& bytes) {
  UniqueDescriptor file(::memfd_create("embedding", MFD_CLOEXEC));
  EXPECT_EQ(::write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return file;
}

std::string bytes_of(const Embedding& embedding) {
  const EmbeddingWriter writer(embedding, key);
  const UniqueDescriptor file(::memfd_create("embedding", MFD_CLOEXEC));
  EXPECT_TRUE(writer.write(file.get()));
  std::string bytes(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
  EXPECT_EQ(bytes.size(), writer.file_bytes());
  EXPECT_EQ(::pread(file.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  return bytes;
}

std::optional<Embedding> read(const std::string& bytes, const std::string& as = key) {
  const UniqueDescriptor file = file_of(bytes);
  auto reader = EmbeddingReader::open(file.get(), bytes.size(), as);
  if (!reader) return std::nullopt;
  EXPECT_LE(reader->memory_bytes(), 2 * bytes.size() + 4096) << "more than the file can hold was believed";
  auto embedding = reader->read(make_heap_tensor);
  if (embedding) {
    EXPECT_EQ(embedding->byte_size(), reader->memory_bytes());
  }
  return embedding;
}

TEST(EmbeddingFile, KeepsEverythingAndTensorsInHalfPrecision) {
  Tensor numbers = make_heap_tensor("sizes", ElementType::i64, {2});
  numbers.values<std::int64_t>()[1] = -5;
  const Embedding kept = embedding_of({random_tensor("image_embeddings", {1, 3, 257, 300}, 2), numbers});
  const std::string bytes = bytes_of(kept);
  EXPECT_LT(bytes.size(), kept.byte_size() * 6 / 10);
  const auto back = read(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->predictor_key, kept.predictor_key);
  EXPECT_EQ(back->model_key, kept.model_key);
  EXPECT_EQ(back->picture_size, kept.picture_size);
  EXPECT_EQ(back->working_size, kept.working_size);
  ASSERT_EQ(back->tensors.size(), 2u);
  EXPECT_EQ(back->tensors[0].name, "image_embeddings");
  EXPECT_EQ(back->tensors[0].shape, kept.tensors[0].shape);
  const auto before = kept.tensors[0].values<float>();
  const auto after = back->tensors[0].values<float>();
  for (std::size_t i = 0; i < before.size(); ++i) {
    ASSERT_NEAR(after[i], before[i], std::max(std::abs(before[i]) / 2048, 0x1p-25F)) << i;
  }
  EXPECT_EQ(back->tensors[1].values<std::int64_t>()[1], -5);
}

TEST(EmbeddingFile, ATensorThatHalfPrecisionDoesNotSuitIsKeptExactly) {
  Tensor large = random_tensor("large", {1000}, 1);
  large.values<float>()[500] = 70000;
  Tensor special = random_tensor("special", {4}, 1);
  special.values<float>()[1] = std::numeric_limits<float>::infinity();
  special.values<float>()[2] = std::numeric_limits<float>::quiet_NaN();
  const Tensor tiny = random_tensor("tiny", {1000}, 1e-6F);
  const auto back = read(bytes_of(embedding_of({large, special, tiny})));
  ASSERT_TRUE(back);
  const Tensor* const before[] = {&large, &special, &tiny};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& after = back->tensors[i];
    ASSERT_EQ(std::memcmp(after.buffer->data(), before[i]->buffer->data(), after.size_bytes()), 0) << i;
  }
}

TEST(EmbeddingFile, AnotherKeyIsAnotherEmbedding) {
  const std::string bytes = bytes_of(embedding_of({random_tensor("e", {8}, 1)}));
  EXPECT_TRUE(read(bytes));
  EXPECT_FALSE(read(bytes, "content\nanother predictor\n0"));
}

TEST(EmbeddingFile, TruncatedAtAnyLengthItIsDamaged) {
  const std::string bytes = bytes_of(embedding_of({random_tensor("e", {4, 16}, 1), random_tensor("f", {3}, 1)}));
  for (std::size_t size = 0; size < bytes.size(); ++size) ASSERT_FALSE(read(bytes.substr(0, size))) << size;
  EXPECT_FALSE(read(bytes + "x"));
  // As a crash leaves it: the length is right and pages are zero.
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string torn = bytes.substr(0, size) + std::string(bytes.size() - size, '\0');
    if (torn != bytes) {
      ASSERT_FALSE(read(torn)) << size;
    }
  }
}

TEST(EmbeddingFile, WithAnyByteFlippedItIsDamaged) {
  const std::string bytes = bytes_of(embedding_of({random_tensor("e", {4, 16}, 1), random_tensor("f", {3}, 1)}));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int bit : {0x01, 0x80, 0xff}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ bit);
      ASSERT_FALSE(read(damaged)) << i;
    }
  }
}

// A head that lies, with a checksum that fits: by a program with another idea of the format.
class LyingHead {
 public:
  LyingHead() : bytes_(bytes_of(embedding_of({random_tensor("e", {4, 16}, 1)}))) {
    std::memcpy(&head_bytes_, bytes_.data() + 12, sizeof head_bytes_);
  }
  template <typename Number>
  LyingHead& set(std::size_t offset, Number number) {
    std::memcpy(bytes_.data() + offset, &number, sizeof number);
    return *this;
  }
  std::size_t tensor() const { return 72 + key.size() + 8 + 8; }  // both keys have 8 letters
  std::size_t dimensions() const { return tensor() + 8 + 1; }
  std::string bytes() {
    const std::size_t told = head_bytes_ - sizeof(ContentDigest);
    const ContentDigest digest = content_digest(std::as_bytes(std::span(bytes_)).first(told));
    std::memcpy(bytes_.data() + told, digest.data(), digest.size());
    return bytes_;
  }

 private:
  std::string bytes_;
  std::uint32_t head_bytes_ = 0;
};

TEST(EmbeddingFile, ClaimsThatDoNotFitTheFileAreNotBelieved) {
  ASSERT_TRUE(read(LyingHead().bytes())) << "the tests below lie about nothing";
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(read(LyingHead().set(8, std::uint32_t{2}).bytes())) << "version";
  EXPECT_FALSE(read(LyingHead().set(12, std::uint32_t{20}).bytes())) << "head bytes";
  EXPECT_FALSE(read(LyingHead().set(12, std::uint32_t{0xffffffff}).bytes())) << "head bytes";
  EXPECT_FALSE(read(LyingHead().set(16, std::uint64_t{1} << 60).bytes())) << "data bytes";
  EXPECT_FALSE(read(LyingHead().set(40, std::int32_t{0}).bytes())) << "picture's width";
  EXPECT_FALSE(read(LyingHead().set(52, std::int32_t{-7}).bytes())) << "working height";
  for (const std::uint32_t count : {0u, 2u, 64u, 65u, 0xffffffffu})
    EXPECT_FALSE(read(LyingHead().set(56, count).bytes())) << "tensors: " << count;
  for (const std::size_t length : {60u, 62u, 64u})
    EXPECT_FALSE(read(LyingHead().set(length, std::uint16_t{0xffff}).bytes())) << "length of a key";
  LyingHead of;
  EXPECT_FALSE(read(LyingHead().set(of.tensor(), std::uint8_t{6}).bytes())) << "type";
  EXPECT_FALSE(read(LyingHead().set(of.tensor(), std::uint8_t{2}).bytes())) << "u8 kept as f16";
  EXPECT_FALSE(read(LyingHead().set(of.tensor() + 1, std::uint8_t{0}).bytes())) << "f32 in half the bytes";
  EXPECT_FALSE(read(LyingHead().set(of.tensor() + 2, std::uint8_t{255}).bytes())) << "rank";
  EXPECT_FALSE(read(LyingHead().set(of.tensor() + 2, std::uint8_t{1}).bytes())) << "rank";
  EXPECT_FALSE(read(LyingHead().set(of.tensor() + 4, std::uint16_t{60000}).bytes())) << "length of a name";
  for (const std::int64_t dimension : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{3}, std::int64_t{5}, huge})
    EXPECT_FALSE(read(LyingHead().set(of.dimensions(), dimension).bytes())) << "dimension " << dimension;
  EXPECT_FALSE(read(LyingHead().set(of.dimensions(), huge).set(of.dimensions() + 8, huge).bytes())) << "a product";
}

TEST(EmbeddingFile, WithoutMemoryForTheTensorsItSaysSo) {
  const std::string bytes = bytes_of(embedding_of({random_tensor("e", {4, 16}, 1)}));
  const UniqueDescriptor file = file_of(bytes);
  auto reader = EmbeddingReader::open(file.get(), bytes.size(), key);
  ASSERT_TRUE(reader);
  EXPECT_THROW(reader->read([](const std::string&, ElementType, const Shape&) -> Tensor { throw std::bad_alloc(); }),
               std::bad_alloc);
}

TEST(EmbeddingFile, WhatTheSystemRefusesIsSaid) {
  const Embedding embedding = embedding_of({random_tensor("e", {4, 16}, 1)});
  const UniqueDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  EXPECT_FALSE(EmbeddingWriter(embedding, key).write(full.get()));
  EXPECT_EQ(errno, ENOSPC);
}

}  // namespace
}  // namespace sam
