#include "session/moved_history.h"

#include <spdlog/spdlog.h>

#include <optional>

#include "session/history.h"

namespace sam {
namespace {

// Of this revision: one that was not adopted yet goes first.
std::optional<std::string> history_of(Store& store, const std::string& picture, const std::string& revision) {
  for (const auto& bytes : {store.load_next_history(picture), store.load_history(picture)}) {
    if (bytes && History::is_of(*bytes, revision)) return bytes;
  }
  return std::nullopt;
}

}  // namespace

void move_history(Store& store, const std::string& picture, const std::string& revision_before,
                  std::span<const std::string> classes_before, std::span<const int> new_ids) {
  try {
    const std::optional<std::string> bytes = history_of(store, picture, revision_before);
    if (!bytes) return;
    const LoadedPicture now = store.load(picture);
    const Size size = now.content.size;
    const std::optional<std::string> moved = History::moved(*bytes, {revision_before, size, classes_before},
                                                            {now.revision, size, store.classes().names}, new_ids);
    if (!moved) return;
    store.save_next_history(picture, *moved);  // a next one of before would be taken for the newest
    store.adopt_next_history(picture);
  } catch (const std::runtime_error& error) {
    spdlog::warn("the undo history of {} does not follow the change of classes: {}", picture, error.what());
  }
}

}  // namespace sam
