// Flags and report of what writes a dataset: export and convert. Free functions, no state.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "jobs/export_job.h"

namespace sam {

void add_export_flags(CLI::App& command, ExportOptions& options, bool& no_photos);

// Without a slash at its end, absolute.
std::filesystem::path output_path(const std::string& out);

// Standard output: what was written, and what the format could not hold.
void print_export(const ExportSummary& summary, const Format& format, const ExportOptions& options, bool as_json);

}  // namespace sam
