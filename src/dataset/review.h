// What a reviewer said of an annotation, and the words for it in files and on the wire.
// Threading: values and free functions; no shared state.
#pragma once

#include <optional>
#include <string_view>

namespace sam {

// proposed: made by a model or an import, and nobody has looked at it yet.
enum class Review { none, proposed, accepted, rejected };

// "" for none, else the enumerator's name.
std::string_view review_name(Review review);
// Nothing if it is no such name.
std::optional<Review> review_of_name(std::string_view name);

}  // namespace sam
