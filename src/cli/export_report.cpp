#include "cli/export_report.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/dataset_work.h"

namespace sam {
namespace {

// What was written, and what the format could not hold.
void print_export(const ExportSummary& summary, const Format& format, const ExportOptions& options, bool as_json) {
  print_warnings(summary.warnings);
  if (as_json) {
    const nlohmann::ordered_json json = {{"out", options.out.string()},
                                         {"format", format.name},
                                         {"dry_run", options.dry_run},
                                         {"pictures", summary.pictures},
                                         {"annotations", summary.annotations},
                                         {"proposals", summary.proposals},
                                         {"left_out", summary.left_out},
                                         {"pictures_left_out", summary.pictures_left_out},
                                         {"photos_copied", summary.photos_copied},
                                         {"photos_there_before", summary.photos_kept},
                                         {"losses", summary.losses},
                                         {"warnings", summary.warnings},
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
  if (summary.proposals > 0) {
    std::cout << "  " << count_text(summary.proposals, "of them is a proposal", "of them are proposals")
              << " that nobody has looked at; --accepted-only leaves such out\n";
  }
  if (summary.left_out > 0) {
    std::cout << "  left out, proposed or rejected: " << count_text(summary.left_out, "annotation", "annotations")
              << '\n';
  }
  if (summary.pictures_left_out > 0) {
    std::cout << "  left out, nothing but proposals: " << count_text(summary.pictures_left_out, "picture", "pictures")
              << '\n';
  }
  if (summary.losses.empty()) return;
  std::cout << format.title << " cannot hold everything:\n";
  for (const std::string& each : summary.losses) std::cout << "  " << each << '\n';
}

}  // namespace

void add_export_flags(CLI::App& command, ExportFlags& flags, bool has_project) {
  command.add_option("OUT", flags.out, "the folder to make, or the file for formats of one file")->required();
  command.add_flag("--exact-masks", flags.options.exact_masks,
                   "masks to the pixel instead of outlines, where the format has both");
  command.add_flag("--accepted-only", flags.options.accepted_only,
                   "without proposals that nobody has looked at, and rejected objects");
  command.add_flag("--no-photos", flags.no_photos, "do not copy the photos along");
  command.add_flag("--overwrite", flags.options.overwrite, "replace OUT if it is a file; a folder is never replaced");
  add_dataset_flags(command, flags.flags, has_project);
}

std::filesystem::path output_path(const std::string& out, FileSystem& files) {
  if (out.empty()) throw UsageError("OUT is empty; name the folder to make, or the file");
  std::filesystem::path path = std::filesystem::absolute(out).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  require_no_dangling_link(path, files);
  return path;
}

int run_export_shown(const ExportFlags& flags, const Format& format,
                     const std::function<std::unique_ptr<PictureSource>()>& make_source, Program& program) {
  ExportOptions options = flags.options;
  options.out = output_path(flags.out, program.files);
  options.photos = !flags.no_photos;
  options.dry_run = flags.flags.dry_run;
  options.threads = flags.flags.thread_count();
  ExportSummary summary;
  run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        const auto source = make_source();
        summary = export_pictures(*source, format, options, program.files, program.clock, stop, on_progress);
      },
      {"stopped; " + flags.out + " is not there yet, start again to go on", {}});
  print_export(summary, format, options, flags.flags.json);
  return exit_done;
}

}  // namespace sam
