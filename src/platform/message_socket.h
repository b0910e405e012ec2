// A pair of connected sockets that carry whole messages with file descriptors (SOCK_SEQPACKET, SCM_RIGHTS): what two processes of ours
// talk through. Messages are small; bulk goes through shared memory.
// Threading: one thread receives; sending is atomic for each message, from any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "platform/unique_descriptor.h"

namespace sam {

constexpr std::size_t kMaxMessageBytes = 64 * 1024;
constexpr std::size_t kMaxMessageDescriptors = 64;

struct Message {
  std::vector<std::byte> bytes;
  std::vector<UniqueDescriptor> descriptors;
};

// Both closed on exec. Throws std::system_error.
std::pair<UniqueDescriptor, UniqueDescriptor> make_socket_pair();

enum class SendResult { sent, closed, would_block };

// Copies the descriptors to the other side. closed: nobody reads any more. would_block only if !wait.
// Throws std::length_error beyond the limits above.
SendResult send_message(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors,
                        bool wait = true);

// Waits for the next message; nothing when the other end is closed. Throws std::runtime_error on a message beyond the limits.
std::optional<Message> receive_message(int socket);

}  // namespace sam
