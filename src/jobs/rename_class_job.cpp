#include "jobs/rename_class_job.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "dataset/project_survey.h"
#include "image/decode.h"
#include "jobs/parallel.h"
#include "platform/stopped.h"

namespace sam {
namespace {

constexpr std::size_t batch_pictures = 128;

std::string quoted(const std::string& name) {
  return "\"" + name + "\"";
}

ClassChange without(const ClassList& classes, const std::vector<bool>& gone) {
  ClassChange change;
  for (std::size_t id = 0; id < classes.names.size(); ++id) {
    change.new_ids.push_back(gone[id] ? -1 : static_cast<int>(change.names.size()));
    if (!gone[id]) change.names.push_back(classes.names[id]);
  }
  return change;
}

struct Changed {
  std::size_t annotations = 0;
  std::size_t renumbered = 0;
  std::string revision;  // of before; empty: it has no annotations
};

// Puts the content right; what of it changed.
Changed apply(const ClassChange& change, const std::vector<std::string>& before, PictureAnnotations& content) {
  Changed changed;
  for (Annotation& each : content.annotations) {
    const auto id = static_cast<std::size_t>(each.class_id);
    if (id >= before.size()) {
      throw DatasetError(content.image + ": annotation " + std::to_string(each.id) + " is of class " +
                         std::to_string(each.class_id) + ", which is not in the class list; see validate");
    }
    const int now = change.new_ids[id];
    if (now < 0) throw DatasetError(content.image + " has an object of " + quoted(before[id]) + " after all");
    const bool same_name = change.names[static_cast<std::size_t>(now)] == before[id];
    if (now == each.class_id && same_name) continue;
    ++changed.annotations;
    changed.renumbered += same_name ? 1 : 0;
    each.class_id = now;
  }
  return changed;
}

// A picture that comes back later would bring the ids of before with it.
void require_photos(const ProjectSurvey& survey) {
  const std::vector<std::string>& alone = survey.annotations_without_photo;
  if (alone.empty()) return;
  throw DatasetError("annotations/ has " + std::to_string(alone.size()) + " files without their photo (" + alone[0] +
                     ".json, …), which would be left behind; put the photos back, or have the files moved to backups/ "
                     "with validate --fix");
}

}  // namespace

ClassChange rename_class(const ClassList& classes, const std::string& from, const std::string& to) {
  const std::vector<std::string>& names = classes.names;
  const auto count = [&](const std::string& name) { return std::count(names.begin(), names.end(), name); };
  if (count(from) == 0) throw DatasetError("no class is called " + quoted(from));
  for (const std::string& name : {from, to}) {
    if (count(name) > 1)
      throw DatasetError(std::to_string(count(name)) + " classes are called " + quoted(name) +
                         "; give each its own name in the class list first");
  }
  if (from == to) throw DatasetError("the class is called " + quoted(to) + " already");
  const auto old_id = static_cast<std::size_t>(std::find(names.begin(), names.end(), from) - names.begin());
  std::vector<bool> gone(names.size());
  gone[old_id] = count(to) == 1;
  ClassChange change = without(classes, gone);
  if (!gone[old_id]) {
    change.names[old_id] = to;
  } else {
    const auto into = static_cast<std::size_t>(std::find(names.begin(), names.end(), to) - names.begin());
    change.new_ids[old_id] = change.new_ids[into];
  }
  return change;
}

ClassChange drop_unused_classes(const ClassList& classes, const std::vector<std::size_t>& objects) {
  std::vector<bool> gone;
  for (std::size_t count : objects) gone.push_back(count == 0);
  ClassChange change = without(classes, gone);
  if (change.names.size() == classes.names.size()) throw DatasetError("every class has objects; nothing to do");
  if (change.names.empty())
    throw DatasetError("no class has objects, and a project needs a class; nothing was changed");
  return change;
}

ClassChangeSummary change_classes(Project& project, FileSystem& files, const ClassChange& change,
                                  const ClassChangeOptions& options, const Clock& clock, const std::stop_token& stop,
                                  const ProgressListener& on_progress) {
  const auto began = clock.now();
  const auto seconds = [&] { return std::chrono::duration<double>(clock.now() - began).count(); };
  const ProjectSurvey survey = survey_project(open_category_folder(project.folder(), files), files);
  require_photos(survey);
  const std::unique_ptr<ProjectEdit> edit = options.dry_run ? nullptr : project.edit();
  if (edit) edit->set_classes(change.names);
  ClassChangeSummary summary;
  const std::vector<std::string> names_before = project.classes().names;
  std::vector<std::pair<const std::string*, std::string>> followed;  // picture, its revision of before
  std::vector<Changed> batch;
  for (std::size_t begin = 0; begin < survey.pictures.size(); begin += batch_pictures) {
    if (stop.stop_requested()) throw Stopped();
    on_progress({begin, survey.pictures.size(), seconds()});
    batch.assign(std::min(batch_pictures, survey.pictures.size() - begin), {});
    for_each_index(batch.size(), options.threads, [&](std::size_t i) {
      const SurveyedPicture& picture = survey.pictures[begin + i];
      if (!picture.annotated) return;
      try {
        LoadedPicture loaded = project.load(picture.photo.name);
        batch[i] = apply(change, names_before, loaded.content);
        batch[i].revision = std::move(loaded.revision);
        if (edit && batch[i].annotations > 0) edit->put(loaded.content, {});
      } catch (const ImageError& error) {
        throw DatasetError("images/" + picture.photo.name + ": " + error.what() +
                           "; its annotations would be left behind: put the photo right first; nothing was changed");
      }
    });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Changed& each = batch[i];
      if (edit && options.follower && !each.revision.empty()) {
        followed.emplace_back(&survey.pictures[begin + i].photo.name, std::move(each.revision));
      }
      summary.pictures += each.annotations > 0 ? 1 : 0;
      summary.annotations += each.annotations;
      summary.renumbered += each.renumbered;
    }
  }
  if (edit) {
    edit->commit();
    for (const auto& [name, revision] : followed) options.follower(*name, revision, names_before, change);
  }
  summary.seconds = seconds();
  return summary;
}

}  // namespace sam
