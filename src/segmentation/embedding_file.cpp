#include "segmentation/embedding_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "segmentation/half_precision.h"

namespace sam {
namespace {

static_assert(std::endian::native == std::endian::little, "the file holds numbers as they are in memory");

constexpr std::string_view magic = "SAMEMB\x1a\n";
constexpr std::uint32_t format_version = 1;
constexpr std::size_t piece_bytes = std::size_t{256} << 10;
constexpr std::uint64_t max_head_bytes = std::uint64_t{1} << 20;
constexpr std::uint32_t max_tensors = 64;
constexpr std::uint8_t max_rank = 8;

// The beginning of the head; the keys, the tensors and the head's checksum follow.
struct FixedHead {
  std::array<char, 8> magic{};
  std::uint32_t version = format_version;
  std::uint32_t head_bytes = 0;
  std::uint64_t data_bytes = 0;
  ContentDigest data{};
  std::int32_t picture_width = 0;
  std::int32_t picture_height = 0;
  std::int32_t working_width = 0;
  std::int32_t working_height = 0;
  std::uint32_t tensor_count = 0;
  std::uint16_t key_bytes = 0;
  std::uint16_t predictor_key_bytes = 0;
  std::uint16_t model_key_bytes = 0;
  std::uint16_t unused = 0;
  std::uint32_t unused_too = 0;
};
static_assert(sizeof(FixedHead) == 72);

// Before a tensor's name and dimensions.
struct TensorHead {
  std::uint8_t type = 0;
  std::uint8_t stored = 0;
  std::uint8_t rank = 0;
  std::uint8_t unused = 0;
  std::uint16_t name_bytes = 0;
  std::uint16_t unused_too = 0;
};
static_assert(sizeof(TensorHead) == 8);

bool write_at(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

bool read_at(int descriptor, std::span<std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

void append(std::string& to, std::span<const std::byte> bytes) {
  to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// Takes values off a head; what is missing makes it fail for good.
class HeadParser {
 public:
  explicit HeadParser(std::span<const std::byte> head) : rest_(head) {}

  template <typename Value>
  Value value() {
    Value value{};
    if (const auto bytes = take(sizeof value); !bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string text(std::size_t size) {
    const auto bytes = take(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  bool is_at_end() const { return good_ && rest_.empty(); }
  bool is_good() const { return good_; }

 private:
  std::span<const std::byte> take(std::size_t size) {
    good_ = good_ && size <= rest_.size();
    if (!good_) return {};
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::span<const std::byte> rest_;
  bool good_ = true;
};

bool is_type(std::uint8_t type) {
  return type <= static_cast<std::uint8_t>(ElementType::boolean);
}

std::optional<StoredTensor> parse_tensor(HeadParser& parser) {
  const auto head = parser.value<TensorHead>();
  if (!is_type(head.type) || !is_type(head.stored) || head.rank > max_rank) return std::nullopt;
  StoredTensor tensor;
  tensor.type = static_cast<ElementType>(head.type);
  tensor.stored = static_cast<ElementType>(head.stored);
  const bool halved = tensor.type == ElementType::f32 && tensor.stored == ElementType::f16;
  if (tensor.type != tensor.stored && !halved) return std::nullopt;
  tensor.name = parser.text(head.name_bytes);
  for (std::uint8_t axis = 0; axis < head.rank; ++axis) tensor.shape.push_back(parser.value<std::int64_t>());
  const auto bytes = checked_size_bytes(tensor.stored, tensor.shape);
  if (!parser.is_good() || !bytes) return std::nullopt;
  tensor.bytes = *bytes;
  return tensor;
}

// Data of the file in pieces, hashed on the way.
class DataWriter {
 public:
  DataWriter(int descriptor, std::uint64_t offset) : descriptor_(descriptor), offset_(offset) {}

  bool write(std::span<const std::byte> bytes) {
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(piece_bytes, bytes.size()))) {
      if (!write_piece(bytes.first(std::min(piece_bytes, bytes.size())))) return false;
    }
    return true;
  }
  bool write_halves(std::span<const float> values) {
    halves_.resize(piece_bytes / sizeof(std::uint16_t));
    while (!values.empty()) {
      const std::size_t count = std::min(values.size(), halves_.size());
      const auto piece = std::span(halves_).first(count);
      to_half_precision(values.first(count), piece);
      if (!write_piece(std::as_bytes(piece))) return false;
      values = values.subspan(count);
    }
    return true;
  }
  ContentDigest digest() const { return hasher_.digest(); }

 private:
  bool write_piece(std::span<const std::byte> bytes) {
    hasher_.add(bytes);
    const bool written = write_at(descriptor_, bytes, offset_);
    offset_ += bytes.size();
    return written;
  }

  const int descriptor_;
  std::uint64_t offset_;
  ContentHasher hasher_;
  std::vector<std::uint16_t> halves_;
};

class DataReader {
 public:
  DataReader(int descriptor, std::uint64_t offset) : descriptor_(descriptor), offset_(offset) {}

  bool read(std::span<std::byte> bytes) {
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(piece_bytes, bytes.size()))) {
      if (!read_piece(bytes.first(std::min(piece_bytes, bytes.size())))) return false;
    }
    return true;
  }
  bool read_halves(std::span<float> values) {
    halves_.resize(piece_bytes / sizeof(std::uint16_t));
    while (!values.empty()) {
      const std::size_t count = std::min(values.size(), halves_.size());
      const auto piece = std::span(halves_).first(count);
      if (!read_piece(std::as_writable_bytes(piece))) return false;
      from_half_precision(piece, values.first(count));
      values = values.subspan(count);
    }
    return true;
  }
  ContentDigest digest() const { return hasher_.digest(); }

 private:
  bool read_piece(std::span<std::byte> bytes) {
    if (!read_at(descriptor_, bytes, offset_)) return false;
    hasher_.add(bytes);
    offset_ += bytes.size();
    return true;
  }

  const int descriptor_;
  std::uint64_t offset_;
  ContentHasher hasher_;
  std::vector<std::uint16_t> halves_;
};

}  // namespace

EmbeddingWriter::EmbeddingWriter(const Embedding& embedding, std::string key)
    : embedding_(embedding), key_(std::move(key)) {
  for (const Tensor& tensor : embedding.tensors) {
    const bool halve = tensor.type == ElementType::f32 && suits_half_precision(tensor.values<float>());
    const std::uint64_t bytes = halve ? tensor.size_bytes() / 2 : tensor.size_bytes();
    stored_.push_back({halve ? ElementType::f16 : tensor.type, bytes});
    data_bytes_ += bytes;
  }
  head_bytes_ = head({}).size();
}

std::string EmbeddingWriter::head(const ContentDigest& data) const {
  FixedHead fixed;
  std::copy(magic.begin(), magic.end(), fixed.magic.begin());
  fixed.head_bytes = static_cast<std::uint32_t>(head_bytes_);
  fixed.data_bytes = data_bytes_;
  fixed.data = data;
  fixed.picture_width = embedding_.picture_size.width;
  fixed.picture_height = embedding_.picture_size.height;
  fixed.working_width = embedding_.working_size.width;
  fixed.working_height = embedding_.working_size.height;
  fixed.tensor_count = static_cast<std::uint32_t>(stored_.size());
  fixed.key_bytes = static_cast<std::uint16_t>(key_.size());
  fixed.predictor_key_bytes = static_cast<std::uint16_t>(embedding_.predictor_key.size());
  fixed.model_key_bytes = static_cast<std::uint16_t>(embedding_.model_key.size());
  std::string head;
  append(head, std::as_bytes(std::span(&fixed, 1)));
  head += key_ + embedding_.predictor_key + embedding_.model_key;
  for (std::size_t i = 0; i < stored_.size(); ++i) {
    const Tensor& tensor = embedding_.tensors[i];
    TensorHead of_tensor;
    of_tensor.type = static_cast<std::uint8_t>(tensor.type);
    of_tensor.stored = static_cast<std::uint8_t>(stored_[i].type);
    of_tensor.rank = static_cast<std::uint8_t>(tensor.shape.size());
    of_tensor.name_bytes = static_cast<std::uint16_t>(tensor.name.size());
    append(head, std::as_bytes(std::span(&of_tensor, 1)));
    head += tensor.name;
    append(head, std::as_bytes(std::span(tensor.shape)));
  }
  append(head, content_digest(std::as_bytes(std::span(head))));
  return head;
}

bool EmbeddingWriter::write(int descriptor) const {
  DataWriter data(descriptor, head_bytes_);
  for (std::size_t i = 0; i < stored_.size(); ++i) {
    const Tensor& tensor = embedding_.tensors[i];
    const bool halve = stored_[i].type != tensor.type;
    const bool written =
        halve ? data.write_halves(tensor.values<float>()) : data.write({tensor.buffer->data(), tensor.size_bytes()});
    if (!written) return false;
  }
  const std::string first = head(data.digest());
  return write_at(descriptor, std::as_bytes(std::span(first)), 0);
}

std::optional<EmbeddingReader> EmbeddingReader::open(int descriptor, std::uint64_t file_bytes, const std::string& key) {
  FixedHead fixed;
  if (!read_at(descriptor, std::as_writable_bytes(std::span(&fixed, 1)), 0)) return std::nullopt;
  const bool is_ours = std::string_view(fixed.magic.data(), fixed.magic.size()) == magic;
  if (!is_ours || fixed.version != format_version) return std::nullopt;
  if (fixed.head_bytes < sizeof fixed + sizeof(ContentDigest)) return std::nullopt;
  if (fixed.head_bytes > std::min(max_head_bytes, file_bytes)) return std::nullopt;
  std::vector<std::byte> head(fixed.head_bytes);
  EmbeddingReader reader;
  reader.descriptor_ = descriptor;
  if (!read_at(descriptor, head, 0) || !reader.parse(std::move(head), file_bytes, key)) return std::nullopt;
  return reader;
}

bool EmbeddingReader::parse(std::vector<std::byte> head, std::uint64_t file_bytes, const std::string& key) {
  const auto told = std::span(head).first(head.size() - sizeof(ContentDigest));
  const ContentDigest checksum = content_digest(told);
  if (std::memcmp(checksum.data(), head.data() + told.size(), checksum.size()) != 0) return false;
  HeadParser parser(told);
  const auto fixed = parser.value<FixedHead>();
  if (fixed.data_bytes != file_bytes - head.size() || fixed.tensor_count < 1 || fixed.tensor_count > max_tensors)
    return false;
  embedding_.picture_size = {fixed.picture_width, fixed.picture_height};
  embedding_.working_size = {fixed.working_width, fixed.working_height};
  if (std::min({fixed.picture_width, fixed.picture_height, fixed.working_width, fixed.working_height}) < 1)
    return false;
  if (parser.text(fixed.key_bytes) != key) return false;
  embedding_.predictor_key = parser.text(fixed.predictor_key_bytes);
  embedding_.model_key = parser.text(fixed.model_key_bytes);
  head_bytes_ = head.size();
  data_ = fixed.data;
  std::uint64_t left = fixed.data_bytes;
  for (std::uint32_t i = 0; i < fixed.tensor_count; ++i) {
    std::optional<StoredTensor> tensor = parse_tensor(parser);
    if (!tensor || tensor->bytes > left) return false;
    left -= tensor->bytes;
    tensors_.push_back(std::move(*tensor));
  }
  return left == 0 && parser.is_at_end();
}

std::uint64_t EmbeddingReader::memory_bytes() const {
  std::uint64_t bytes = embedding_.byte_size();
  for (const StoredTensor& tensor : tensors_)
    bytes += sizeof(Tensor) + tensor.bytes * (tensor.type == tensor.stored ? 1 : 2);
  return bytes;
}

std::optional<Embedding> EmbeddingReader::read(const TensorMaker& make) {
  DataReader data(descriptor_, head_bytes_);
  Embedding embedding = embedding_;
  for (const StoredTensor& stored : tensors_) {
    Tensor tensor = make(stored.name, stored.type, stored.shape);
    const bool whole = stored.type == stored.stored ? data.read({tensor.buffer->data(), tensor.size_bytes()})
                                                    : data.read_halves(tensor.values<float>());
    if (!whole) return std::nullopt;
    embedding.tensors.push_back(std::move(tensor));
  }
  if (data.digest() != data_) return std::nullopt;
  return embedding;
}

}  // namespace sam
