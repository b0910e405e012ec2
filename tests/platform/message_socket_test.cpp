#include "platform/message_socket.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

#include "platform/shared_memory.h"

namespace sam {
namespace {

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string text(const Message& message) {
  return {reinterpret_cast<const char*>(message.bytes.data()), message.bytes.size()};
}

TEST(MessageSocketTest, KeepsMessagesApart) {
  const auto [a, b] = make_socket_pair();
  EXPECT_EQ(send_message(a.get(), bytes("one"), {}), SendResult::sent);
  EXPECT_EQ(send_message(a.get(), bytes(std::string(kMaxMessageBytes, 'x')), {}), SendResult::sent);
  EXPECT_EQ(text(*receive_message(b.get())), "one");
  EXPECT_EQ(text(*receive_message(b.get())).size(), kMaxMessageBytes);
}

TEST(MessageSocketTest, CarriesDescriptorsOfTheSameMemory) {
  const auto [a, b] = make_socket_pair();
  const SharedMemory first("first", 10);
  const SharedMemory second("second", 10);
  const std::array<int, 2> descriptors{first.descriptor(), second.descriptor()};
  send_message(a.get(), bytes("two"), descriptors);
  Message message = *receive_message(b.get());
  ASSERT_EQ(message.descriptors.size(), 2u);
  const SharedMemory opened = SharedMemory::open(std::move(message.descriptors[1]), 10);
  second.data()[3] = std::byte{9};
  EXPECT_EQ(opened.data()[3], std::byte{9});
}

TEST(MessageSocketTest, TellsWhenTheOtherEndIsClosed) {
  auto [a, b] = make_socket_pair();
  send_message(a.get(), bytes("last"), {});
  a.reset();
  EXPECT_EQ(text(*receive_message(b.get())), "last");
  EXPECT_FALSE(receive_message(b.get()));
  EXPECT_EQ(send_message(b.get(), bytes("nobody"), {}), SendResult::closed);
}

TEST(MessageSocketTest, DoesNotWaitForAReaderWhenToldNotTo) {
  const auto [a, b] = make_socket_pair();
  int sent = 0;
  while (send_message(a.get(), bytes(std::string(10'000, 'x')), {}, false) == SendResult::sent) ++sent;
  EXPECT_GT(sent, 0);
  for (int i = 0; i < sent; ++i) EXPECT_EQ(receive_message(b.get())->bytes.size(), 10'000u);
}

TEST(MessageSocketTest, RefusesWhatIsOverTheLimit) {
  const auto [a, b] = make_socket_pair();
  EXPECT_THROW(send_message(a.get(), bytes(std::string(kMaxMessageBytes + 1, 'x')), {}), std::length_error);
  EXPECT_THROW(send_message(a.get(), bytes(""), {}), std::length_error);
  const std::array<int, kMaxMessageDescriptors + 1> many{};
  EXPECT_THROW(send_message(a.get(), bytes("x"), many), std::length_error);
}

}  // namespace
}  // namespace sam
