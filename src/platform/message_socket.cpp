#include "platform/message_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace sam {
namespace {

constexpr std::size_t kControlBytes = CMSG_SPACE(kMaxMessageDescriptors * sizeof(int));

void take_descriptors(msghdr& header, std::vector<UniqueDescriptor>& descriptors) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(control) + i * sizeof(int), sizeof descriptor);
      descriptors.emplace_back(descriptor);
    }
  }
}

}  // namespace

std::pair<UniqueDescriptor, UniqueDescriptor> make_socket_pair() {
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  return {UniqueDescriptor(sockets[0]), UniqueDescriptor(sockets[1])};
}

SendResult send_message(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors, bool wait) {
  if (bytes.empty() || bytes.size() > kMaxMessageBytes || descriptors.size() > kMaxMessageDescriptors) {
    throw std::length_error("message of " + std::to_string(bytes.size()) + " bytes and " +
                            std::to_string(descriptors.size()) + " descriptors is over the limit");
  }
  iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, kControlBytes> control{};
  if (!descriptors.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
  }
  while (true) {
    if (::sendmsg(socket, &header, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT)) >= 0) return SendResult::sent;
    if (errno == EINTR) continue;
    if (errno == EAGAIN && !wait) return SendResult::would_block;
    return SendResult::closed;
  }
}

std::optional<Message> receive_message(int socket) {
  std::array<std::byte, kMaxMessageBytes> bytes;  // not zeroed: messages are some hundred bytes
  iovec piece{bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, kControlBytes> control{};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t size = 0;
  do {
    size = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return std::nullopt;  // empty messages are never sent: 0 is the end
  Message message;
  take_descriptors(header, message.descriptors);
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) throw std::runtime_error("message over the limit");
  message.bytes.assign(bytes.begin(), bytes.begin() + size);
  return message;
}

}  // namespace sam
