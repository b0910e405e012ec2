// The worker of the tests with a heap that fails on purpose: at the request that the plan names, the nth allocation fails or ends the process.
// Requests and answers are seen where they pass, in recvmsg and sendmsg; the product has no hook for it.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "faults/failing_heap.h"
#include "faults/failing_worker_plan.h"
#include "inference/worker.h"
#include "inference/worker_protocol.h"

namespace sam {
namespace {

FailingWorkerPlan* plan = nullptr;

// A request or an answer begins with its kind (worker_protocol.h).
MessageKind kind_of(const msghdr& message) {
  return static_cast<MessageKind>(*static_cast<const std::uint8_t*>(message.msg_iov->iov_base));
}

void request_came(MessageKind kind) {
  if (plan == nullptr || static_cast<std::uint8_t>(kind) != plan->kind) return;
  if (plan->skip > 0) {
    --plan->skip;
    return;
  }
  plan->kind = 0;  // once, in this process or the one that takes its place
  plan->armed = 1;
  arm_heap({plan->nth, 1, plan->kills != 0});
}

void answer_goes() {
  if (plan == nullptr || plan->armed == 0) return;
  const HeapFaultReport report = disarm_heap();
  plan->armed = 0;
  plan->allocations = report.allocations;
  plan->fired = report.fired ? 1 : 0;
}

void open_plan() {
  const char* path = std::getenv("SAM_FAULT_PLAN");
  if (path == nullptr) return;
  const int file = ::open(path, O_RDWR | O_CLOEXEC);
  void* const memory = ::mmap(nullptr, sizeof(FailingWorkerPlan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (memory != MAP_FAILED) plan = static_cast<FailingWorkerPlan*>(memory);
}

}  // namespace
}  // namespace sam

extern "C" ssize_t recvmsg(int socket, msghdr* message, int flags) {
  const ssize_t size = ::syscall(SYS_recvmsg, socket, message, flags);
  if (size > 0) sam::request_came(sam::kind_of(*message));
  return size;
}

extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  sam::answer_goes();
  return ::syscall(SYS_sendmsg, socket, message, flags);
}

int main() {
  sam::spare_libraries();
  sam::open_plan();
  return sam::run_worker(3);  // kChildDescriptor
}
