#include "jobs/import_job.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <unordered_set>
#include <utility>

#include "dataset/class_list.h"
#include "jobs/merge_annotations.h"
#include "jobs/parallel.h"
#include "jobs/picture_match.h"
#include "jobs/read_entry.h"
#include "platform/stopped.h"
#include "platform/utc_text.h"

namespace sam {
namespace {

constexpr std::size_t batch_pictures = 128;
constexpr std::size_t max_warnings = 100;

struct Work {
  DatasetEntry entry;
  std::string name;  // in the project
  bool is_new = false;
  bool left_out = false;
  std::string failure;
  LoadedPicture before;
  DatasetPicture picture;
  PictureAnnotations content;
  std::vector<std::string> other_fields;
};

// Enough of two files of one size to tell photos apart, without reading all of both.
bool starts_alike(const std::filesystem::path& a, const std::filesystem::path& b) {
  constexpr std::size_t compared_bytes = std::size_t{64} << 10;
  const auto start_of = [](const std::filesystem::path& path) {
    std::string bytes(compared_bytes, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
  };
  return start_of(a) == start_of(b);
}

class Import {
 public:
  Import(FormatReader& reader, const Format& format, Project& project, const ImportOptions& options, const Clock& clock,
         const std::stop_token& stop)
      : reader_(reader),
        project_(project),
        options_(options),
        stop_(stop),
        source_("import:" + std::string(format.name)),
        created_(utc_text(clock.wall_now())),
        classes_(project.classes().names, options.classes),
        match_(project),
        splits_(options.splits) {
    if (classes_.names().empty()) {
      for (const std::string& name : reader.classes()) classes_.id_of(clean_class_name(name));
    }
    if (!options.dry_run) edit_ = project.edit();
  }

  // False at the end.
  bool next_batch() {
    std::vector<Work> batch;
    bool more = true;
    while (batch.size() < batch_pictures && more) more = take_next(batch);
    for_each_index(batch.size(), options_.threads, [&](std::size_t i) {
      require_going_on();
      read(batch[i]);
    });
    for (Work& work : batch) settle(work);
    if (edit_ && conflicts_.count == 0) {
      edit_->set_classes(classes_.names());
      for_each_index(batch.size(), options_.threads, [&](std::size_t i) {
        require_going_on();
        stage(batch[i]);
      });
    }
    return more;
  }

  ImportSummary finish() {
    if (conflicts_.count > 0) {
      throw DatasetError("pictures that are annotated in the project and in the dataset: " + conflicts_.text() +
                         "; say what becomes of them (--on-conflict keep, replace or merge); nothing was changed");
    }
    classes_.require_none_refused();
    summary_.classes_added = classes_.added();
    if (edit_) {
      if (splits_ != options_.splits) edit_->put_file(splits_file_name, format_splits(splits_));
      edit_->commit();
    }
    return std::move(summary_);
  }

  std::uint64_t taken() const { return taken_; }

 private:
  // A batch of large photos takes a while.
  void require_going_on() const {
    if (stop_.stop_requested()) throw Stopped();
  }

  bool take_next(std::vector<Work>& batch) {
    std::optional<DatasetEntry> entry = reader_.next();
    if (!entry) return false;
    ++taken_;
    Work work;
    work.entry = *std::move(entry);
    if (!find_target(work)) {
      summary_.without_photo.add(work.entry.name);
    } else if (!targets_.insert(work.name).second) {
      throw FormatError(
          work.entry.place,
          "the picture " + work.name +
              " occurs a second time; a project has each name once: rename one of the two photos in the dataset");
    } else {
      batch.push_back(std::move(work));
    }
    return true;
  }

  // The project's picture, or a new one if the dataset has the photo.
  bool find_target(Work& work) {
    if (std::optional<std::string> known = match_.find(work.entry)) {
      work.name = *std::move(known);
      return true;
    }
    work.is_new = options_.photos && !work.entry.photo.empty();
    if (work.is_new) work.name = work.entry.photo.filename().string();
    return work.is_new;
  }

  void read(Work& work) {
    try {
      Size upright;
      std::filesystem::path photo = work.entry.photo;
      if (work.is_new) {
        upright = photo_size(work.entry, options_.limits);
      } else {
        work.before = load_named(project_, work.name);
        const std::optional<PictureEntry> known = project_.find(work.name);
        upright = known && known->size != Size{} ? known->size : work.before.content.size;
        photo = project_.picture_path(work.name);
        warn_of_other_photo(work, photo);
      }
      work.picture = read_entry(reader_, work.entry, upright, photo, options_.limits);
      const bool is_bare = work.picture.annotations.empty() && !work.picture.reviewed && !work.picture.faulty;
      if (is_bare && (options_.proposals || options_.empty_as_new)) work.entry.annotated = false;
    } catch (const std::runtime_error& error) {
      if (!options_.skip_errors) throw;
      work.failure = error.what();
    }
  }

  // Cameras count from 1: two photos of one name may have nothing else in common.
  static void warn_of_other_photo(Work& work, const std::filesystem::path& ours) {
    const std::filesystem::path& theirs = work.entry.photo;
    if (theirs.empty() || std::filesystem::equivalent(ours, theirs)) return;
    if (file_size(ours) == file_size(theirs) && starts_alike(ours, theirs)) return;
    work.before.warnings.push_back("the photo of the dataset, " + theirs.string() +
                                   ", is another file than the project's of this name; it was not copied");
  }

  // In the order of the dataset: conflicts are decided, classes get their ids.
  void settle(Work& work) {
    note_warnings(work.before.warnings, work.name + ": ");
    note_warnings(work.picture.warnings, "");
    if (!work.failure.empty()) {
      summary_.failed.add(work.entry.name);
      return note_warnings({work.failure}, "");
    }
    work.left_out = !is_wanted(work);
    note_subset(work);
    if (work.left_out) return;
    std::vector<std::string> fields;
    std::vector<Annotation> added = take_objects(work, fields);
    const std::size_t before = work.content.annotations.size();
    summary_.same_objects +=
        merge_annotations(work.content, work.other_fields, std::move(added), std::move(fields), options_.merge_iou);
    summary_.annotations += work.content.annotations.size() - before;
    summary_.photos_added += work.is_new ? 1 : 0;
    summary_.pictures += work.entry.annotated ? 1 : 0;
  }

  // Of a picture that stays as it is the project's part stays too.
  void note_subset(const Work& work) {
    if (work.entry.subset.empty()) return;
    if (work.left_out) {
      splits_.try_emplace(work.name, work.entry.subset);
    } else {
      splits_[work.name] = work.entry.subset;
    }
  }

  // Sets content to what is kept of the picture's own.
  bool is_wanted(Work& work) {
    if (work.is_new) {
      work.content = {work.name, work.picture.size, 1, {}, work.picture.reviewed, work.picture.faulty};
      return true;
    }
    if (!work.entry.annotated) return false;
    work.content = {work.name, work.picture.size,     work.before.content.next_id,
                    {},        work.picture.reviewed, work.picture.faulty};
    return work.before.content.annotations.empty() || decide(work);
  }

  std::vector<Annotation> take_objects(Work& work, std::vector<std::string>& fields) {
    std::vector<Annotation> objects;
    for (StoredAnnotation& stored : work.picture.annotations) {
      const std::optional<int> class_id = classes_.id_of(stored.class_name);
      if (!class_id) {
        ++summary_.left_out_by_class[stored.class_name];
        continue;
      }
      stored.annotation.class_id = *class_id;
      if (stored.annotation.source.empty()) stored.annotation.source = source_;
      if (stored.annotation.created.empty()) stored.annotation.created = created_;
      if (options_.proposals) stored.annotation.review = Review::proposed;
      objects.push_back(std::move(stored.annotation));
      fields.push_back(std::move(stored.other_fields));
    }
    return objects;
  }

  // Both have annotations. False: the project's stay as they are.
  bool decide(Work& work) {
    if (work.picture.annotations.empty()) return false;
    switch (options_.on_conflict) {
      case OnConflict::refuse:
        conflicts_.add(work.name);
        return false;
      case OnConflict::keep:
        summary_.kept.add(work.name);
        return false;
      case OnConflict::replace:
        summary_.replaced.add(work.name);
        return true;
      case OnConflict::merge:
        summary_.merged.add(work.name);
        work.content = std::move(work.before.content);
        return true;
    }
    return false;
  }

  void stage(Work& work) {
    if (work.left_out || !work.failure.empty()) return;
    if (work.is_new) edit_->add_photo(work.name, work.entry.photo);
    if (work.entry.annotated) edit_->put(work.content, work.other_fields);
  }

  void note_warnings(const std::vector<std::string>& warnings, const std::string& before) {
    for (const std::string& each : warnings) {
      if (summary_.warnings.size() < max_warnings) summary_.warnings.push_back(before + each);
    }
  }

  FormatReader& reader_;
  Project& project_;
  const ImportOptions& options_;
  const std::stop_token& stop_;
  const std::string source_;
  const std::string created_;
  ClassMapping classes_;
  PictureMatch match_;
  std::unique_ptr<ProjectEdit> edit_;
  std::uint64_t taken_ = 0;
  std::unordered_set<std::string> targets_;
  Splits splits_;
  NamedCount conflicts_;
  ImportSummary summary_;
};

}  // namespace

ImportSummary import_dataset(FormatReader& reader, const Format& format, Project& project, const ImportOptions& options,
                             const Clock& clock, const std::stop_token& stop, const ProgressListener& on_progress) {
  const auto began = clock.now();
  const auto seconds = [&] { return std::chrono::duration<double>(clock.now() - began).count(); };
  Import work(reader, format, project, options, clock, stop);
  bool more = true;
  while (more) {
    on_progress({work.taken(), reader.picture_count(), seconds()});
    if (stop.stop_requested()) throw Stopped();
    more = work.next_batch();
  }
  ImportSummary summary = work.finish();
  summary.seconds = seconds();
  return summary;
}

}  // namespace sam
