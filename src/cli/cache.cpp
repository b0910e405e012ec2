// What is kept on disk to save encoding again: where, how much, and emptying it.
#include <iostream>
#include <nlohmann/json.hpp>

#include "cache/disk_cache.h"
#include "cli/memory_flags.h"
#include "inference/openvino_compiled.h"
#include "memory/byte_text.h"
#include "pipeline/embeddings_on_disk.h"

namespace sam {
namespace {

struct CacheCommand {
  bool clear = false;
  bool json = false;
  MemoryFlags flags;
};

void print(const DiskCache& cache, const DiskStatistics& kept, const CompiledFiles& compiled) {
  std::cout << "embeddings on disk: " << cache.folder().string() << '\n' << "entries: " << kept.entries << '\n';
  if (cache.limit_bytes() == 0) {
    std::cout << "bytes: " << byte_text(kept.bytes) << "; switched off (embedding_disk_bytes is 0)\n";
  } else {
    std::cout << "bytes: " << byte_text(kept.bytes) << " of at most " << byte_text(cache.limit_bytes()) << '\n';
  }
  std::cout << "compiled models: " << compiled.entries << ", " << byte_text(compiled.bytes) << " of at most "
            << byte_text(most_compiled_bytes) << '\n';
}

int run_cache(Program& program, const CacheCommand& command) {
  const MemorySettings settings = read_memory_settings(command.flags, program);
  DiskCache cache(embedding_folder(program.environment), embedding_suffix, settings.options.embedding_disk_bytes);
  const std::filesystem::path compiled = compiled_folder(program.environment);
  if (command.clear) {
    const DiskCache::Cleared cleared = cache.clear();
    const CompiledFiles models = clear_compiled(compiled);
    std::cout << "removed " << cleared.entries << " embeddings (" << byte_text(cleared.bytes) << ") from "
              << cache.folder().string() << '\n';
    std::cout << "removed " << models.entries << " compiled models (" << byte_text(models.bytes) << ") from "
              << compiled.string() << '\n';
    return exit_done;
  }
  const DiskStatistics kept = cache.count();
  const CompiledFiles models = count_compiled(compiled);
  if (command.json) {
    const nlohmann::ordered_json answer = {
        {"folder", cache.folder().string()},  {"entries", kept.entries},           {"bytes", kept.bytes},
        {"limit_bytes", cache.limit_bytes()}, {"compiled_models", models.entries}, {"compiled_bytes", models.bytes}};
    std::cout << answer.dump(2) << '\n';
  } else {
    print(cache, kept, models);
  }
  return exit_done;
}

}  // namespace

void add_cache_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand("cache",
                                          "says what is kept on disk to save time: embeddings, so that going back to a "
                                          "picture costs no encode, and compiled models, so that "
                                          "starting is quick; empties it");
  auto options = std::make_shared<CacheCommand>();
  CLI::Option* clear = command->add_flag("--clear", options->clear, "remove them all");
  command->add_flag("--json", options->json, "folder, entries, bytes and limit as JSON")->excludes(clear);
  add_memory_flags(*command, options->flags);
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_cache(program, *options); }; });
}

}  // namespace sam
