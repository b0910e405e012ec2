#include "memory/budget_report.h"

#include "memory/byte_text.h"

namespace sam {

std::string holders_text(const BudgetReport& report) {
  std::string text;
  const auto add = [&](const char* name, std::uint64_t bytes) {
    if (bytes == 0) return;
    if (!text.empty()) text += ", ";
    text += std::string(name) + " " + byte_text(bytes);
  };
  for (std::size_t i = 0; i < owner_count; ++i) add(owner_name(static_cast<Owner>(i)), report.by_owner[i]);
  add("other", report.other_bytes);
  return text;
}

}  // namespace sam
