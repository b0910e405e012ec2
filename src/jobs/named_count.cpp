#include "jobs/named_count.h"

namespace sam {
namespace {

constexpr std::size_t names_shown = 5;

}  // namespace

void NamedCount::add(const std::string& name) {
  if (++count <= names_shown) first.push_back(name);
}

std::string NamedCount::text() const {
  std::string names;
  for (const std::string& name : first) names += (names.empty() ? "" : ", ") + name;
  return std::to_string(count) + " (" + names + (count > first.size() ? ", …)" : ")");
}

}  // namespace sam
