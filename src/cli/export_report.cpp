#include "cli/export_report.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/dataset_work.h"

namespace sam {

void add_export_flags(CLI::App& command, ExportOptions& options, bool& no_photos) {
  command.add_flag("--exact-masks", options.exact_masks,
                   "masks to the pixel instead of outlines, where the format has both");
  command.add_flag("--no-photos", no_photos, "do not copy the photos along");
  command.add_flag("--overwrite", options.overwrite, "replace OUT if it is a file; a folder is never replaced");
}

std::filesystem::path output_path(const std::string& out) {
  std::filesystem::path path = std::filesystem::absolute(out).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

void print_export(const ExportSummary& summary, const Format& format, const ExportOptions& options, bool as_json) {
  print_warnings(summary.warnings);
  if (as_json) {
    const nlohmann::ordered_json json = {{"out", options.out.string()},
                                         {"format", format.name},
                                         {"dry_run", options.dry_run},
                                         {"pictures", summary.pictures},
                                         {"annotations", summary.annotations},
                                         {"photos_copied", summary.photos_copied},
                                         {"photos_there_before", summary.photos_kept},
                                         {"losses", summary.losses},
                                         {"seconds", summary.seconds}};
    std::cout << json.dump(2) << '\n';
    return;
  }
  std::cout << options.out.string() << (options.dry_run ? " would hold " : ": ")
            << count_text(summary.pictures, "picture", "pictures") << ", "
            << count_text(summary.annotations, "annotation", "annotations");
  if (summary.photos_copied + summary.photos_kept > 0) {
    std::cout << ", " << count_text(summary.photos_copied + summary.photos_kept, "photo", "photos");
  }
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, " in %.1f s", summary.seconds);
  std::cout << seconds << '\n';
  if (summary.losses.empty()) return;
  std::cout << format.title << " cannot hold everything:\n";
  for (const std::string& each : summary.losses) std::cout << "  " << each << '\n';
}

}  // namespace sam
