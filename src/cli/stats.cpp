// Counts over a project: sam-annotator stats PROJECT.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <utility>

#include "cli/dataset_work.h"
#include "cli/text_table.h"
#include "dataset/charts/statistics_page.h"
#include "jobs/statistics_job.h"
#include "platform/utc_text.h"

namespace sam {
namespace {

struct StatsCommand {
  std::string project;
  std::string csv;
  std::string html;
  DatasetFlags flags;
};

constexpr std::size_t bar_width = 30;
constexpr std::size_t unreadable_shown = 5;

std::string pixels(double area) {
  return grouped_text(static_cast<std::size_t>(std::llround(area)));
}

void print_pictures(const Statistics& counted) {
  const auto row = [&](const std::string& what, std::size_t count) {
    return std::vector<std::string>{"  " + what, grouped_text(count), share_text(count, counted.images)};
  };
  const auto kind = [&](ImageKind of) { return counted.kinds[static_cast<std::size_t>(of)]; };
  std::cout << table_text({{"pictures", grouped_text(counted.images)},
                           row("with objects", counted.labelled_images),
                           row("looked at, nothing on them", counted.empty_images),
                           row("not looked at", counted.fresh_images()),
                           row("with proposals, not reviewed", kind(ImageKind::proposed)),
                           row("reviewed", kind(ImageKind::reviewed)),
                           row("marked as faulty", kind(ImageKind::faulty)),
                           row("cannot be read", counted.unreadable.size())});
  for (std::size_t i = 0; i < std::min(counted.unreadable.size(), unreadable_shown); ++i)
    std::cout << "    " << counted.unreadable[i] << '\n';
}

void print_areas(const Statistics& counted) {
  const AreaStatistics& areas = counted.areas;
  const auto row = [&](const std::string& what, std::size_t count) {
    return std::vector<std::string>{"  " + what, grouped_text(count), share_text(count, counted.annotations)};
  };
  std::cout << '\n'
            << table_text({{"objects", grouped_text(counted.annotations)},
                           row("small, below 32 x 32 px", areas.small()),
                           row("medium, below 96 x 96 px", areas.medium()),
                           row("large", areas.large())});
  if (counted.annotations == 0) return;
  std::cout << "  area: " << grouped_text(areas.min_px()) << " to " << grouped_text(areas.max_px()) << " px, median "
            << pixels(areas.median_px()) << ", mean " << pixels(areas.mean_px()) << '\n';
}

void print_classes(const Statistics& counted, const ClassList& classes) {
  std::size_t most = 0;
  for (const auto& [id, each] : counted.classes) most = std::max(most, each.areas.count());
  std::vector<std::vector<std::string>> rows = {
      {"class", "objects", "pictures", "small", "medium", "large", "median px"}};
  const auto add_row = [&](int id, const ClassStatistics& each) {
    std::string bar = bar_text(each.areas.count(), most, bar_width);
    bar.resize(bar_width, ' ');
    const AreaStatistics& areas = each.areas;
    rows.push_back({shown_class_name(id, classes), grouped_text(areas.count()), grouped_text(each.images),
                    grouped_text(areas.small()), grouped_text(areas.medium()), grouped_text(areas.large()),
                    pixels(areas.median_px()), std::move(bar)});
  };
  const int listed = static_cast<int>(classes.names.size());
  for (int id = 0; id < listed; ++id) {
    const auto found = counted.classes.find(id);
    add_row(id, found == counted.classes.end() ? ClassStatistics{} : found->second);
  }
  for (const auto& [id, each] : counted.classes) {
    if (id < 0 || id >= listed) add_row(id, each);
  }
  std::cout << '\n' << table_text(rows);
}

void print_histogram(const Statistics& counted) {
  const std::size_t most = *std::max_element(counted.objects.begin(), counted.objects.end());
  std::cout << "\nobjects a picture (at most " << grouped_text(counted.most_objects) << ")\n";
  std::size_t last = object_steps;
  while (last > 1 && counted.objects[last - 1] == 0) --last;
  for (std::size_t step = 0; step < last; ++step) {
    char line[48];
    std::snprintf(line, sizeof line, "  %-8s %10s  ", object_step_text(step).c_str(),
                  grouped_text(counted.objects[step]).c_str());
    std::cout << line << bar_text(counted.objects[step], most, bar_width) << '\n';
  }
}

void print_origins(const Statistics& counted) {
  std::vector<std::vector<std::string>> rows = {{"made by", "objects"}};
  for (const auto& [source, count] : counted.sources)
    rows.push_back({source.empty() ? "(unknown)" : source, grouped_text(count)});
  if (rows.size() > 1) std::cout << '\n' << table_text(rows);
  if (counted.subsets.empty() || (counted.subsets.size() == 1 && counted.subsets.contains(""))) return;
  rows = {{"subset", "pictures", "objects"}};
  for (const auto& [name, subset] : counted.subsets)
    rows.push_back({name.empty() ? "(none)" : name, grouped_text(subset.images), grouped_text(subset.annotations)});
  std::cout << '\n' << table_text(rows);
}

void print_times(const Statistics& counted) {
  if (counted.times.count() == 0) return;
  char line[160];
  std::snprintf(line, sizeof line, "\ntime an object: median %.1f s, mean %.1f s, %s of %s objects known\n",
                counted.times.median_s(), counted.times.mean_s(), grouped_text(counted.times.count()).c_str(),
                grouped_text(counted.annotations).c_str());
  std::cout << line;
}

int run_stats(const StatsCommand& command, Program& program) {
  for (const std::string& file : {command.csv, command.html}) {
    if (!file.empty() && program.files.status(file)) throw DatasetError(file + " is there already; give another name");
  }
  Statistics counted;
  ClassList classes;
  run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        FileSystem& files = project_files(command.project, true, program);
        const auto project = open_project_for_work(command.project, command.flags, false, files, program.clock);
        classes = project->classes();
        counted = gather_statistics(*project, files, read_splits(*project, files), command.flags.thread_count(),
                                    program.clock, stop, on_progress);
      },
      {"stopped", {}});
  if (!command.csv.empty() && !command.flags.dry_run) {
    program.files.write_atomic(command.csv, statistics_csv(counted, classes));
  }
  if (!command.html.empty() && !command.flags.dry_run) {
    const std::filesystem::path folder = std::filesystem::absolute(command.project).lexically_normal();
    const std::string name =
        folder.has_filename() ? folder.filename().string() : folder.parent_path().filename().string();
    program.files.write_atomic(command.html,
                               statistics_page(counted, classes, {name, utc_text(program.clock.wall_now())}));
  }
  if (command.flags.json) {
    std::cout << statistics_json(counted, classes);
    return exit_done;
  }
  print_pictures(counted);
  print_areas(counted);
  print_classes(counted, classes);
  print_histogram(counted);
  print_times(counted);
  print_origins(counted);
  return exit_done;
}

}  // namespace

void add_stats_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand("stats", "counts a project's pictures, objects, classes, areas and sources");
  auto options = std::make_shared<StatsCommand>();
  command->add_option("PROJECT", options->project, "the category folder; it holds images/")->required();
  command->add_option("--csv", options->csv, "also write the table of classes to this file");
  command->add_option("--html", options->html,
                      "also write a page with charts and tables, one file that needs nothing else");
  add_dataset_flags(*command, options->flags, true);
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_stats(*options, program); }; });
}

}  // namespace sam
