#include "jobs/validate_job.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <unordered_set>
#include <utility>

#include "dataset/picture_look.h"
#include "dataset/project_survey.h"
#include "image/decode.h"
#include "jobs/parallel.h"
#include "jobs/same_photos.h"
#include "platform/stopped.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t batch_pictures = 128;
constexpr std::size_t first_kept = 5;  // findings of a kind

using Counts = std::array<std::size_t, finding_kinds>;

struct Looked {
  std::vector<Finding> findings;
  Counts fixed{};
  bool annotated = false;
  std::size_t annotations = 0;
  std::size_t changed_files = 0;
};

Finding finding(FindingKind kind, std::string file, std::string detail) {
  return {kind, std::move(file), {}, std::move(detail)};
}

Counts count(const std::vector<Finding>& findings) {
  Counts counts{};
  for (const Finding& each : findings) ++counts.at(static_cast<std::size_t>(each.kind));
  return counts;
}

// With the photo's size there is all that its annotations are checked by.
Size photo_size(const fs::path& path, const ValidateOptions& options) {
  const Size size = read_image_info(path, options.decode_limits).file_size;
  if (options.decode) decode_image(path, options.decode_limits);
  return size;
}

class Validation {
 public:
  Validation(Project& project, FileSystem& files, const ValidateOptions& options,
             const std::function<void(const Finding&)>& on_finding)
      : folder_(open_category_folder(project.folder(), files)),
        classes_(project.classes()),
        files_(files),
        options_(options),
        on_finding_(on_finding),
        survey_(survey_project(folder_, files)) {
    summary_.pictures = survey_.pictures.size();
    if (options.fix && !options.dry_run) edit_ = project.edit();
  }

  void look_at_files(const std::stop_token& stop, const ProgressListener& on_progress) {
    for (const std::string& name : survey_.annotations_without_photo) look_at_orphan(name);
    for (const std::string& name : survey_.labels_without_photo) look_at_orphan_labels(name);
    for (const auto& group : find_same_photos(folder_, survey_.pictures, options_.threads, stop, on_progress)) {
      const auto name = [&](std::size_t place) { return survey_.pictures[place].photo.name; };
      for (std::size_t i = 1; i < group.size(); ++i)
        note(finding(FindingKind::duplicate_photo, name(group[i]), "the same as " + name(group[0])));
    }
  }

  void look_at_pictures(const std::stop_token& stop, const std::function<void(std::size_t done)>& on_batch) {
    std::vector<Looked> batch;
    for (std::size_t begin = 0; begin < survey_.pictures.size(); begin += batch_pictures) {
      if (stop.stop_requested()) throw Stopped();
      on_batch(begin);
      batch.assign(std::min(batch_pictures, survey_.pictures.size() - begin), {});
      for_each_index(batch.size(), options_.threads,
                     [&](std::size_t i) { batch[i] = look_at(survey_.pictures[begin + i]); });
      for (const Looked& looked : batch) take(looked);
    }
  }

  ValidateSummary finish() {
    if (edit_ && summary_.changed_files > 0) edit_->commit();
    return std::move(summary_);
  }

 private:
  void note(const Finding& found) {
    FindingCount& kind = summary_.kinds.at(static_cast<std::size_t>(found.kind));
    if (++kind.found <= first_kept) kind.first.push_back(found);
    on_finding_(found);
  }

  void take(const Looked& looked) {
    for (const Finding& each : looked.findings) note(each);
    for (std::size_t i = 0; i < finding_kinds; ++i) summary_.kinds[i].fixed += looked.fixed[i];
    summary_.annotated += looked.annotated ? 1 : 0;
    summary_.annotations += looked.annotations;
    summary_.changed_files += looked.changed_files;
  }

  void look_at_orphan(const std::string& picture) {
    const fs::path path = fs::path("annotations") / (picture + ".json");
    note(finding(FindingKind::missing_photo, path.string(), ""));
    if (!options_.fix) return;
    set_aside(path);
    for (const bool own : {false, true}) labels_set_aside_.insert(label_file_name(picture, own));
  }

  // Set aside only with the annotations that they belong to.
  void look_at_orphan_labels(const std::string& name) {
    note(finding(FindingKind::missing_photo, "labels/" + name, ""));
    if (labels_set_aside_.contains(name)) set_aside(fs::path("labels") / name);
  }

  void set_aside(const fs::path& path) {
    ++summary_.kinds.at(static_cast<std::size_t>(FindingKind::missing_photo)).fixed;
    ++summary_.changed_files;
    if (edit_) edit_->remove_file(path);
  }

  Looked look_at(const SurveyedPicture& picture) const {
    Looked looked;
    const std::string& name = picture.photo.name;
    try {
      if (picture.photo.broken != nullptr) throw ImageError(picture.photo.broken);
      const fs::path path = folder_.images / name;
      if (const char* reason = refused_link(folder_, path)) throw ImageError(reason);
      const Size size = photo_size(path, options_);
      const LookedPicture on_disk = look_at_picture(folder_, classes_, files_, name, picture.labels_file, size);
      check(on_disk, looked);
    } catch (const ImageError& error) {
      looked.findings.push_back(finding(FindingKind::unreadable_photo, name, error.what()));
    } catch (const DatasetError& error) {
      looked.findings.push_back(finding(FindingKind::damaged_annotations, name, error.what()));
    } catch (const MaskError& error) {
      looked.findings.push_back(finding(FindingKind::damaged_annotations, name, error.what()));
    }
    return looked;
  }

  void check(const LookedPicture& on_disk, Looked& looked) const {
    looked.annotated = on_disk.annotated;
    looked.annotations = on_disk.content.annotations.size();
    if (!on_disk.damage.empty()) {
      looked.findings.push_back(finding(FindingKind::damaged_annotations, on_disk.content.image, on_disk.damage));
      if (!options_.fix) return;
      if (edit_) edit_->remove_file(fs::path("annotations") / (on_disk.content.image + ".json"));
      looked.fixed = count(looked.findings);
      looked.changed_files = 1;
      return;
    }
    looked.findings = check_picture(on_disk, classes_.names.size(), options_.limits);
    if (options_.fix && on_disk.annotated && !on_disk.wrong_size) fix(on_disk, looked);
  }

  void fix(const LookedPicture& on_disk, Looked& looked) const {
    LookedPicture after = on_disk;
    const bool changed = fix_content(after.content);
    if (!changed && on_disk.labels_differ.empty() && on_disk.moved.empty() && !on_disk.scaled) return;
    after.labels_differ.clear();
    after.moved.clear();
    after.scaled = false;
    if (edit_) edit_->put(after.content, {});
    const Counts before = count(looked.findings);
    const Counts left = count(check_picture(after, classes_.names.size(), options_.limits));
    for (std::size_t i = 0; i < finding_kinds; ++i) looked.fixed[i] = before[i] - std::min(before[i], left[i]);
    looked.changed_files = 1;
  }

  const CategoryFolder folder_;
  const ClassList classes_;
  FileSystem& files_;
  const ValidateOptions& options_;
  const std::function<void(const Finding&)>& on_finding_;
  const ProjectSurvey survey_;
  std::unordered_set<std::string> labels_set_aside_;
  std::unique_ptr<ProjectEdit> edit_;
  ValidateSummary summary_;
};

}  // namespace

std::size_t ValidateSummary::left(Severity severity) const {
  std::size_t count = 0;
  for (const FindingRow& row : finding_rows()) {
    const FindingCount& kind = kinds.at(static_cast<std::size_t>(row.kind));
    if (row.severity == severity) count += kind.found - kind.fixed;
  }
  return count;
}

ValidateSummary validate_project(Project& project, FileSystem& files, const ValidateOptions& options,
                                 const Clock& clock, const std::stop_token& stop,
                                 const std::function<void(const Finding&)>& on_finding,
                                 const ProgressListener& on_progress) {
  const auto began = clock.now();
  const auto seconds = [&] { return std::chrono::duration<double>(clock.now() - began).count(); };
  Validation validation(project, files, options, on_finding);
  validation.look_at_files(stop, on_progress);
  validation.look_at_pictures(stop, [&](std::size_t done) { on_progress({done, project.picture_count(), seconds()}); });
  ValidateSummary summary = validation.finish();
  summary.seconds = seconds();
  return summary;
}

}  // namespace sam
