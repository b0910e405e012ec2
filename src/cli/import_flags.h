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
};

// --map and --new-classes
void add_class_flags(CLI::App& command, ClassFlags& flags);

}  // namespace sam
