#include "jobs/project_jobs.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "dataset/class_name.h"
#include "dataset/split_file.h"
#include "jobs/output_place.h"
#include "jobs/statistics_job.h"
#include "jobs/unpacked_input.h"
#include "platform/stopped.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_splits_bytes = std::uint64_t{1} << 30;
constexpr std::chrono::milliseconds embed_tick{100};

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string in_quotes(const std::string& name) {
  return "\"" + name + "\"";
}

Splits splits_of(const JobParts& parts) {
  const auto text = parts.files.read(parts.store.folder() / splits_file_name, max_splits_bytes);
  return text ? parse_splits(*text) : Splits{};
}

Project& project_of(const JobParts& parts) {
  if (parts.project == nullptr) throw DatasetError("the project cannot be changed as a whole here");
  return *parts.project;
}

const Format& format_called(const std::string& name) {
  if (const Format* format = find_format(name)) return *format;
  std::string names;
  for (const Format& each : formats()) names += (names.empty() ? "" : ", ") + std::string(each.name);
  throw DatasetError(in_quotes(name) + " is not a format; there are " + names);
}

fs::path checked_path(const fs::path& path) {
  if (path.empty() || !path.is_absolute()) {
    throw DatasetError("give the whole path, beginning with a slash; " + in_quotes(path.string()) + " is none");
  }
  fs::path normal = path.lexically_normal();
  if (!normal.has_filename()) normal = normal.parent_path();  // "/a/b/"
  return normal;
}

ProgressListener listener_of(JobControl& control) {
  return [&control](const WorkProgress& now) { control.progress(now.done, now.total); };
}

void log_all(JobControl& control, const std::vector<std::string>& lines) {
  for (const std::string& each : lines) control.log(each);
}

// What the list knows of pictures follows at once, not when somebody looks at them next.
void look_at_changes(Store& store, const std::stop_token& stop) {
  while (!stop.stop_requested() && store.examine_next()) {
  }
}

// Of the folder that embeddings are kept in; 0: there is none.
std::uint64_t embedding_limit(const Pipeline& pipeline) {
  for (const CacheReport& each : pipeline.caches()) {
    if (each.name == "embeddings_on_disk") return each.limit_bytes;
  }
  return 0;
}

std::vector<PicturePath> readable_pictures(const Store& store) {
  constexpr std::size_t page = 1000;
  std::vector<PicturePath> pictures;
  for (std::size_t offset = 0; offset < store.picture_count(); offset += page) {
    for (const PictureEntry& entry : store.pictures(offset, page)) {
      if (entry.state == PictureEntry::State::broken) continue;
      try {
        pictures.push_back({store.picture_path(entry.name)});
      } catch (const DatasetError&) {  // a link that leads out of the project
      }
    }
  }
  return pictures;
}

std::string run_embed(const JobParts& parts, JobControl& control) {
  const std::uint64_t limit_bytes = embedding_limit(parts.pipeline);
  if (limit_bytes == 0) {
    throw DatasetError("no embeddings are kept on disk; start the program with --embedding-disk-bytes 4GiB, say");
  }
  EmbedOptions options;
  options.pictures_at_once = static_cast<int>(parts.threads) + 1;
  options.limit_bytes = limit_bytes;
  options.on_failure = [&control](const PicturePath& picture, const std::string& reason) {
    control.log(picture.path.filename().string() + ": " + reason);
  };
  options.on_too_many = [&control](const EmbedProgress& progress) {
    control.log("not all fit on the disk space that embeddings may take: the last " +
                counted(progress.left_out, "picture is", "pictures are") +
                " left out; start the program with a larger --embedding-disk-bytes");
  };
  EmbedJob job(readable_pictures(parts.store), parts.pipeline, parts.clock, std::move(options));
  {
    const std::jthread watch([&](const std::stop_token& ended) {
      while (!ended.stop_requested()) {
        const EmbedProgress now = job.progress();
        control.progress(now.done(), now.total, now.left_s());
        control.result(now);
        std::this_thread::sleep_for(embed_tick);
      }
    });
    job.run(control.stop());
  }
  const EmbedProgress end = job.progress();
  control.progress(end.done(), end.total);
  control.result(end);
  if (end.done() < end.total && control.stop().stop_requested()) throw Stopped();
  std::string message = counted(end.written, "picture", "pictures") + " prepared, " + std::to_string(end.kept_before) +
                        " were there before";
  if (end.failed > 0) message += ", " + std::to_string(end.failed) + " failed";
  if (end.left_out > 0) message += ", " + std::to_string(end.left_out) + " left out for lack of room";
  return message;
}

std::string run_export(const JobParts& parts, const Format& format, const ExportAsked& asked, JobControl& control) {
  ExportOptions options;
  options.out = asked.path;
  options.overwrite = asked.overwrite;
  options.photos = asked.photos;
  options.exact_masks = asked.exact_masks;
  options.accepted_only = asked.accepted_only;
  options.threads = parts.threads;
  parts.files.create_directories(options.out.parent_path());
  const auto source = make_project_source(parts.store, {splits_of(parts), false});
  ExportResult result{options.out.string(), export_pictures(*source, format, options, parts.files, parts.clock,
                                                            control.stop(), listener_of(control))};
  const ExportSummary& summary = result.summary;
  log_all(control, summary.warnings);
  control.progress(summary.pictures, summary.pictures);
  std::string message = counted(summary.pictures, "picture", "pictures") + " and " +
                        counted(summary.annotations, "annotation", "annotations") + " written to " + result.path;
  control.result(std::move(result));
  return message;
}

std::string import_from(const std::filesystem::path& in, const JobParts& parts, const ImportAsked& asked,
                        JobControl& control) {
  Project& project = project_of(parts);
  const Format* format = asked.format.empty() ? recognise_format(parts.files, in) : &format_called(asked.format);
  if (format == nullptr) throw DatasetError(asked.path.string() + " looks like no known format; say which it is");
  ImportOptions options;
  options.on_conflict = asked.on_conflict;
  options.photos = asked.photos;
  options.proposals = asked.proposals;
  options.empty_as_new = asked.empty_as_new;
  options.dry_run = asked.dry_run;
  options.splits = splits_of(parts);
  options.threads = parts.threads;
  options.limits = parts.limits;
  const auto reader = format->read({parts.files, in, project.classes().names});
  for (const std::string& name : reader->classes()) require_class_name(name, asked.path.string());
  ImportSummary summary =
      import_dataset(*reader, *format, project, options, parts.clock, control.stop(), listener_of(control));
  log_all(control, summary.warnings);
  if (summary.without_photo.count > 0) control.log("left out, no photo of that name: " + summary.without_photo.text());
  if (!asked.dry_run) look_at_changes(project, control.stop());
  const char* verb = asked.dry_run ? " would be added to " : " added to ";
  std::string message = counted(summary.annotations, "annotation", "annotations") + verb +
                        counted(summary.pictures, "picture", "pictures") + ", from " + std::string(format->title);
  control.result(std::move(summary));
  return message;
}

std::string run_import(const JobParts& parts, const ImportAsked& asked, JobControl& control) {
  const UnpackedInput input(parts.files, asked.path, control.stop(),
                            [&](std::uint64_t done, std::uint64_t all) { control.progress(done, all); });
  try {
    return import_from(input.path(), parts, asked, control);
  } catch (const DatasetError& error) {
    throw DatasetError(input.about_given(error.what()));
  }
}

std::string run_add_class(Project& project, const ClassesAsked& asked, JobControl& control) {
  if (asked.dry_run) {
    std::vector<std::string> names = project.classes().names;
    if (std::find(names.begin(), names.end(), asked.name) != names.end()) {
      throw DatasetError("there is a class called " + in_quotes(asked.name) + " already");
    }
    names.push_back(asked.name);
    control.result(ClassesResult{{}, std::move(names)});
    return in_quotes(asked.name) + " would be added";
  }
  project.add_class(asked.name);
  control.result(ClassesResult{{}, project.classes().names});
  return in_quotes(asked.name) + " is a class now";
}

std::string run_change_classes(const JobParts& parts, const ClassesAsked& asked, JobControl& control) {
  Project& project = project_of(parts);
  const std::vector<std::string>& names = project.classes().names;
  const bool is_there = std::find(names.begin(), names.end(), asked.to) != names.end();
  const bool merges = asked.change == ClassesAsked::Change::merge;
  if (merges && !is_there)
    throw DatasetError("no class is called " + in_quotes(asked.to) + "; rename gives a new name");
  if (!merges && is_there && asked.to != asked.name) {
    throw DatasetError("there is a class called " + in_quotes(asked.to) + " already; merge makes the two one");
  }
  const ClassChange change = rename_class(project.classes(), asked.name, asked.to);
  const ClassChangeSummary summary =
      change_classes(project, parts.files, change, {asked.dry_run, parts.threads, parts.class_follower}, parts.clock,
                     control.stop(), listener_of(control));
  if (!asked.dry_run) look_at_changes(project, control.stop());
  control.result(ClassesResult{summary, change.names});
  const std::string verb = asked.dry_run ? "would be " : merges ? "are " : "is ";
  const std::string objects = counted(summary.annotations - summary.renumbered, "object", "objects") + " on " +
                              counted(summary.pictures, "picture", "pictures");
  return merges ? "the objects of " + in_quotes(asked.name) + " " + verb + "of " + in_quotes(asked.to) + ": " + objects
                : in_quotes(asked.name) + " " + verb + "called " + in_quotes(asked.to) + ": " + objects;
}

std::string run_statistics(const JobParts& parts, JobControl& control) {
  StatisticsResult result;
  result.classes = parts.store.classes();
  result.statistics = gather_statistics(parts.store, parts.files, splits_of(parts), parts.threads, parts.clock,
                                        control.stop(), listener_of(control));
  const std::size_t images = result.statistics.images;
  std::string message = counted(result.statistics.annotations, "annotation", "annotations") + " on " +
                        counted(images, "picture", "pictures");
  control.progress(images, images);
  control.result(std::move(result));
  return message;
}

std::string run_everything(const JobParts& parts, const PicturePath& picture, const EverythingAsked& asked,
                           JobControl& control) {
  const auto on_segments = [&control](const Segments& segments) { control.result(SegmentsResult{segments, nullptr}); };
  try {
    auto whole = std::make_shared<const EverythingResult>(find_everything(
        picture, parts.pipeline, asked.options, parts.clock, control.stop(), listener_of(control), on_segments));
    std::string message = counted(whole->segments.size(), "segment", "segments");
    if (whole->dropped > 0) {
      message += "; the " + std::to_string(whole->dropped) + " worst were left out, since memory or the limit of " +
                 std::to_string(most_segments) + " had no room for them";
    }
    control.result(SegmentsResult{whole->segments, whole});
    return message;
  } catch (const ImageError& error) {
    throw ImageError(asked.image + " " + error.what());
  }
}

}  // namespace

JobSpec embed_job(const JobParts& parts) {
  if (parts.pipeline.choice() == PredictorChoice::fallback || parts.pipeline.predictor().keeps_pixels) {
    throw DatasetError("GrabCut has no embeddings to prepare; choose the model first");
  }
  JobSpec spec;
  spec.kind = "embed";
  spec.title = "Preparing all pictures";
  spec.lane = JobLane::ahead;
  spec.cancelled_message = "stopped; what was prepared stays";
  spec.work = [parts](JobControl& control) { return run_embed(parts, control); };
  return spec;
}

JobSpec export_job(const JobParts& parts, ExportAsked asked) {
  const Format& format = format_called(asked.format);
  asked.path = checked_path(asked.path);
  require_outside(asked.path, parts.store.folder());
  JobSpec spec;
  spec.kind = "export";
  spec.title = "Export as " + std::string(format.title);
  spec.cancelled_message = "stopped; " + asked.path.string() + " is not there yet, start again to go on";
  spec.work = [parts, &format, asked = std::move(asked)](JobControl& control) {
    return run_export(parts, format, asked, control);
  };
  return spec;
}

JobSpec import_job(const JobParts& parts, ImportAsked asked) {
  project_of(parts);
  if (!asked.format.empty()) format_called(asked.format);
  asked.path = checked_path(asked.path);
  if (!parts.files.status(asked.path)) throw DatasetError(asked.path.string() + " does not exist");
  if (fs::weakly_canonical(asked.path) == fs::weakly_canonical(parts.store.folder())) {
    throw DatasetError(asked.path.string() + " is this project; give the dataset that is to be read into it");
  }
  JobSpec spec;
  spec.kind = "import";
  spec.title = (asked.dry_run ? "What an import of " : "Import of ") + asked.path.filename().string() +
               (asked.dry_run ? " would change" : "");
  spec.changes_project = spec.makes_project_new = !asked.dry_run;
  spec.cancelled_message = "stopped; nothing was imported";
  spec.work = [parts, asked = std::move(asked)](JobControl& control) { return run_import(parts, asked, control); };
  return spec;
}

JobSpec classes_job(const JobParts& parts, ClassesAsked asked) {
  Project& project = project_of(parts);
  const bool adds = asked.change == ClassesAsked::Change::add;
  if (adds) asked.name = require_class_name(asked.name, "the new class");
  if (!adds) asked.to = require_class_name(asked.to, "the new name");
  if (asked.name.empty() || (!adds && asked.to.empty())) throw DatasetError("the name of a class is empty");
  JobSpec spec;
  spec.kind = "classes";
  spec.makes_project_new = !asked.dry_run;
  spec.cancelled_message = "stopped; nothing was changed";
  if (adds) {  // at once, whatever else runs: no annotation changes
    spec.title = "New class " + in_quotes(asked.name);
    spec.lane = JobLane::moment;
    spec.work = [&project, asked = std::move(asked)](JobControl& control) {
      return run_add_class(project, asked, control);
    };
    return spec;
  }
  spec.changes_project = !asked.dry_run;
  spec.class_before = asked.name;
  spec.class_after = asked.to;
  const bool merges = asked.change == ClassesAsked::Change::merge;
  spec.title = (merges ? "Merging class " : "Renaming class ") + in_quotes(asked.name) + (merges ? " into " : " to ") +
               in_quotes(asked.to) + (asked.dry_run ? ": what would change" : "");
  spec.work = [parts, asked = std::move(asked)](JobControl& control) {
    return run_change_classes(parts, asked, control);
  };
  return spec;
}

JobSpec statistics_job(const JobParts& parts) {
  JobSpec spec;
  spec.kind = "statistics";
  spec.title = "Statistics";
  spec.has_large_result = true;
  spec.cancelled_message = "stopped";
  spec.work = [parts](JobControl& control) { return run_statistics(parts, control); };
  return spec;
}

JobSpec everything_job(const JobParts& parts, EverythingAsked asked) {
  try {
    check_everything_options(asked.options);
  } catch (const EverythingError& error) {
    throw DatasetError(error.what());
  }
  if (parts.pipeline.choice() == PredictorChoice::fallback || parts.pipeline.predictor().family == "grabcut") {
    throw DatasetError("segmenting everything needs a model; GrabCut finds only what is pointed at: choose the model");
  }
  JobSpec spec;
  spec.kind = "everything";
  spec.title = "Everything on " + asked.image;
  spec.image = asked.image;
  spec.lane = JobLane::picture;
  spec.has_large_result = true;
  spec.cancelled_message = "stopped; what was found stays";
  spec.work = [parts, picture = PicturePath{parts.store.picture_path(asked.image)}, asked = std::move(asked)](
                  JobControl& control) { return run_everything(parts, picture, asked, control); };
  return spec;
}

}  // namespace sam
