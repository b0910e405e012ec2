// Flags about classes and conflicts, the same for all that brings annotations into a project. Free functions, no state.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "jobs/class_mapping.h"

namespace sam {

struct ClassFlags {
  std::vector<std::string> map;
  OnNewClass on_new = OnNewClass::add;

  ClassRules rules() const;  // throws UsageError
  // What --map names and the dataset does not have, with the nearest that it has. listed: classes that the dataset lists; rules: after all was read.
  std::vector<std::string> without_class(const ClassRules& rules, const std::vector<std::string>& listed) const;
};

// --map and --new-classes
void add_class_flags(CLI::App& command, ClassFlags& flags);

}  // namespace sam
