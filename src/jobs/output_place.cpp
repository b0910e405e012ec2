#include "jobs/output_place.h"

#include "dataset/store.h"

namespace sam {

void require_outside(const std::filesystem::path& out, const std::filesystem::path& project) {
  const std::filesystem::path inside = std::filesystem::weakly_canonical(out).lexically_relative(project);
  if (inside.empty() || *inside.begin() == ".." || *inside.begin() == "exports") return;
  throw DatasetError(out.string() + " is inside the project; give a place outside it, or in its folder exports/");
}

}  // namespace sam
