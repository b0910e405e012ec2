// Undo goes on when classes are renamed, made one, or renumbered: the steps name classes by id, and annotations that change get another revision.
// Threading: as the store's, while nobody edits the picture. Ownership: nothing is kept.
#pragma once

#include <span>
#include <string>

#include "dataset/store.h"

namespace sam {

// The picture's history, of the revision and the classes of before, becomes that of the picture as it is now; the class of id i has become new_ids[i]. One that
// cannot be moved (a step needs a class that is gone, a disk that fails) is left as it is, where it belongs to no revision any more: undo begins anew. Never
// throws for that.
void move_history(Store& store, const std::string& picture, const std::string& revision_before,
                  std::span<const std::string> classes_before, std::span<const int> new_ids);

}  // namespace sam
