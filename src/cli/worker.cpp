#include "inference/worker.h"

#include "cli/program.h"

namespace sam {

void add_worker_command(CLI::App& root, Program& program) {
  CLI::App* command =
      root.add_subcommand("worker", "holds inference engines for another sam-annotator; not for people");
  command->group("");  // not shown
  auto socket = std::make_shared<int>(-1);
  command->add_option("--socket", *socket, "descriptor of the control socket")->required();
  command->callback([&program, socket] { program.run = [socket] { return run_worker(*socket); }; });
}

}  // namespace sam
