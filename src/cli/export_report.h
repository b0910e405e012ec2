// Flags and report of what writes a dataset: export and convert. Free functions, no state.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "cli/dataset_work.h"
#include "jobs/export_job.h"

namespace sam {

struct ExportFlags {
  std::string out;
  bool no_photos = false;
  ExportOptions options;
  DatasetFlags flags;
};

// OUT and what both have besides. has_project: as add_dataset_flags().
void add_export_flags(CLI::App& command, ExportFlags& flags, bool has_project);

// OUT without a slash at its end, absolute. Throws UsageError for none, DatasetError for a link to nothing.
std::filesystem::path output_path(const std::string& out, FileSystem& files);

// Writes what make_source gives, with progress, and prints the report.
int run_export_shown(const ExportFlags& flags, const Format& format,
                     const std::function<std::unique_ptr<PictureSource>()>& make_source, Program& program);

}  // namespace sam
