// An embedding as a file (docs/file-formats.md, "Embeddings"): tensors of f32 in half precision where that suits them, all others as they are.
// A head with a checksum of its own is believed before anything is allocated for what it claims; the data has another.
// Threading: values. Ownership: descriptors stay the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "inference/tensor.h"
#include "platform/hash.h"
#include "segmentation/predictor.h"

namespace sam {

// An embedding about to be written. The embedding must outlive it.
class EmbeddingWriter {
 public:
  // key: what the embedding was made of and by what, in any words; a reader must name it. Requires: tensors and no picture, at most 64 tensors,
  // names and keys under 64 kB.
  EmbeddingWriter(const Embedding& embedding, std::string key);

  std::uint64_t file_bytes() const { return head_bytes_ + data_bytes_; }

  // From the descriptor's beginning, in pieces of 256 KiB. False with errno set if the operating system refuses. Throws std::bad_alloc.
  bool write(int descriptor) const;

 private:
  struct Stored {
    ElementType type;  // in the file
    std::uint64_t bytes;
  };
  std::string head(const ContentDigest& data) const;

  const Embedding& embedding_;
  const std::string key_;
  std::vector<Stored> stored_;
  std::uint64_t head_bytes_ = 0;
  std::uint64_t data_bytes_ = 0;
};

// A tensor as a file's head describes it.
struct StoredTensor {
  std::string name;
  ElementType type = ElementType::f32;    // in memory
  ElementType stored = ElementType::f32;  // in the file
  Shape shape;
  std::uint64_t bytes = 0;  // in the file
};

// A file whose head was read and is whole.
class EmbeddingReader {
 public:
  // Nothing if that is no embedding of this key or not of this length. Reads at most 1 MiB.
  static std::optional<EmbeddingReader> open(int descriptor, std::uint64_t file_bytes, const std::string& key);

  // What read() takes and Embedding::byte_size() will say.
  std::uint64_t memory_bytes() const;

  // Nothing if the data is damaged. Straight into tensors that `make` gives. Throws what that throws, std::bad_alloc.
  std::optional<Embedding> read(const TensorMaker& make);

 private:
  EmbeddingReader() = default;
  bool parse(std::vector<std::byte> head, std::uint64_t file_bytes, const std::string& key);

  int descriptor_ = -1;
  std::uint64_t head_bytes_ = 0;
  ContentDigest data_{};  // its checksum
  Embedding embedding_;   // but for the tensors
  std::vector<StoredTensor> tensors_;
};

}  // namespace sam
