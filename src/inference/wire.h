// Bytes of control messages between a worker and its user: same machine, same build, so numbers go as they lie in memory. Readers check
// every length and trust nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sam {

// The other side sent what makes no sense.
class WireError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class WireWriter {
 public:
  void u8(std::uint8_t value) { append(&value, sizeof value); }
  void u64(std::uint64_t value) { append(&value, sizeof value); }
  void i64(std::int64_t value) { append(&value, sizeof value); }
  void text(std::string_view value) {
    u64(value.size());
    append(value.data(), value.size());
  }
  void append(const WireWriter& other) { append(other.bytes_.data(), other.bytes_.size()); }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  void append(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
  }

  std::vector<std::byte> bytes_;
};

class WireReader {
 public:
  explicit WireReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  std::int64_t i64() { return number<std::int64_t>(); }
  std::string text() {
    const std::span<const std::byte> bytes = take(u64());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  // A count of things that take at least one byte each.
  std::size_t count() {
    const std::uint64_t value = u64();
    if (value > rest_.size()) throw WireError("message announces more than it holds");
    return value;
  }
  // At the end of a message.
  void finish() const {
    if (!rest_.empty()) throw WireError("message is longer than its content");
  }

 private:
  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::span<const std::byte> take(std::uint64_t count) {
    if (count > rest_.size()) throw WireError("message is cut off");
    const std::span<const std::byte> taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  std::span<const std::byte> rest_;
};

}  // namespace sam
