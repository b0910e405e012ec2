#include "session/session.h"

#include <spdlog/spdlog.h>

#include <type_traits>
#include <utility>

#include "platform/mutex.h"
#include "platform/name_locks.h"
#include "platform/utc_text.h"
#include "session/class_by_name.h"
#include "session/current_picture.h"
#include "session/edits.h"
#include "session/history.h"
#include "session/overlap.h"
#include "session/recent_logits.h"
#include "session/travel.h"

namespace sam {
namespace {

constexpr std::size_t most_pictures_ahead = 16;  // the pipeline takes as many of them as it is set to

class ProjectSession final : public Session {
 public:
  ProjectSession(Store& store, Pipeline& pipeline, const Clock& clock, int history_limit)
      : store_(store), pipeline_(pipeline), clock_(clock), current_(store) {
    limits_.steps = history_limit < 0 ? 0 : static_cast<std::size_t>(history_limit);
  }

  PictureState show(const std::string& name) override {
    PictureState state = state_of(name, load(name));
    pipeline_.show(file_of(name));
    pipeline_.prepare(pictures_from(state.position));
    state.encoding = pipeline_.encoding(file_of(name));
    current_.set(name);
    return state;
  }

  std::optional<std::string> current() const override {
    std::optional<std::string> name = current_.get();
    if (name && !store_.find(*name)) return std::nullopt;
    return name;
  }

  PictureState state(const std::string& name) override { return state_of(name, load(name)); }

  using Session::apply;

  PictureState apply(const std::string& name, const std::string& revision, const Edit& edit,
                     const EditOptions& options) override {
    if (options.edit_id.size() > max_edit_id_bytes) {
      throw EditError("the id of the edit is longer than " + std::to_string(max_edit_id_bytes) + " bytes");
    }
    const NameLocks::Held turn(turns_, name);
    LoadedPicture picture = load(name);
    History history = history_of(picture);
    if (!options.edit_id.empty() && history.last_edit() == options.edit_id) return state_of(name, std::move(picture));
    if (picture.revision != revision) {
      throw RevisionConflict(name + " was changed in another window or by another program; load it again");
    }
    std::optional<Edit> renumbered;
    if (!options.class_name.empty()) renumbered = with_class_of_now(edit, options.class_name, store_.classes().names);
    try {
      if (!change(picture, history, renumbered ? *renumbered : edit, options.overlap))
        return state_of(name, std::move(picture));
    } catch (const DamagedHistory& error) {
      throw EditError(set_aside(name, store_.load_history(name).value_or(""), error).value_or(error.what()));
    }
    history.set_last_edit(options.edit_id);
    const bool as_new = std::holds_alternative<Undo>(edit) && is_as_new(picture.content, history);
    save_both(picture, history, {.has_step = true, .as_new = as_new});
    return state_of(name, std::move(picture));
  }

  PictureState save(const std::string& name) override {
    const NameLocks::Held turn(turns_, name);
    LoadedPicture picture = load(name);
    const History history = history_of(picture);
    save_both(picture, history, {});
    return state_of(name, std::move(picture));
  }

  void forget_answers() override { logits_.clear(); }

  SegmentResult segment(const std::string& name, const SegmentRequest& request, std::stop_token stop) override {
    Prompt prompt{request.boxes, request.points, nullptr, request.multimask, request.refine_edges, {}};
    if (request.mask_input_key) {
      prompt.mask_input = logits_.find(name, *request.mask_input_key);
      if (!prompt.mask_input) {
        throw StaleMaskInput("the earlier mask of " + name + " is not kept any more; prompt again without it");
      }
    }
    try {
      if (request.preview) return pipeline_.preview(file_of(name), prompt, stop);
      SegmentResult result = pipeline_.segment(file_of(name), prompt, stop);
      for (const Instance& instance : result.instances) {
        if (instance.logits) logits_.keep(name, instance.logits);
      }
      return result;
    } catch (const ImageError& error) {
      store_.mark_broken(name, error.what());
      throw;
    }
  }

 private:
  // A picture that is listed may have no path: a link that leads out of the project.
  std::vector<PicturePath> pictures_from(std::size_t position) {
    std::vector<std::size_t> positions;
    {
      const MutexLock lock(mutex_);
      travel_.go_to(position);
      positions = travel_.next(store_.picture_count(), most_pictures_ahead);
    }
    std::vector<PicturePath> next;
    for (const std::size_t each : positions) {
      const std::vector<PictureEntry> entry = store_.pictures(each, 1);
      if (entry.empty() || entry.front().state == PictureEntry::State::broken) continue;
      try {
        next.push_back(file_of(entry.front().name));
      } catch (const DatasetError&) {
      }
    }
    return next;
  }

  PicturePath file_of(const std::string& name) const { return {store_.picture_path(name)}; }

  LoadedPicture load(const std::string& name) {
    try {
      return store_.load(name);
    } catch (const ImageError& error) {
      store_.mark_broken(name, error.what());
      throw;
    }
  }

  // To copy from. Nothing if there is no such picture.
  std::optional<LoadedPicture> load_other(const std::string& name) {
    if (!store_.find(name)) return std::nullopt;
    try {
      return load(name);
    } catch (const ImageError& error) {  // of another picture than the one that is edited
      throw EditError("nothing can be copied from " + name + ": " + error.what());
    }
  }

  // Read again each time: nothing is kept for pictures that are not on screen, and a history of 1 MB takes about 1 ms. One that cannot be used
  // costs the undo steps and a warning, never the picture.
  History history_of(LoadedPicture& picture) {
    const std::string& name = picture.content.image;
    if (std::optional<History> next = next_history_of(picture)) return *std::move(next);
    const std::optional<std::string> bytes = store_.load_history(name);
    if (!bytes) return History(limits_);
    try {
      return History::parse(*bytes, place_of(picture), limits_);
    } catch (const DamagedHistory& error) {
      if (auto said = set_aside(name, *bytes, error)) picture.warnings.push_back(*std::move(said));
      return History(limits_);
    }
  }

  // Of a save that was made, after which the program was killed before it could make this the history.
  std::optional<History> next_history_of(const LoadedPicture& picture) {
    const std::string& name = picture.content.image;
    const std::optional<std::string> bytes = store_.load_next_history(name);
    if (!bytes || !History::is_of(*bytes, picture.revision)) return std::nullopt;
    try {
      return History::parse(*bytes, place_of(picture), limits_);
    } catch (const DamagedHistory& error) {
      spdlog::warn("the newest undo history of {} is damaged ({})", name, error.what());
      return std::nullopt;
    }
  }

  // One that cannot be adopted now is still found beside the old one.
  void adopt_next_history(const std::string& name) {
    try {
      store_.adopt_next_history(name);
    } catch (const FileError& error) {
      spdlog::warn("{}", error.what());
    }
  }

  // What to tell the user; nothing if another window has set it aside, and told, meanwhile.
  std::optional<std::string> set_aside(const std::string& name, const std::string& history,
                                       const DamagedHistory& damage) {
    std::string said = "the undo history of " + name + " is damaged (" + damage.what() + "); ";
    try {
      const auto kept = store_.set_history_aside(name, history);
      if (!kept) return std::nullopt;
      said += "it is kept as " + kept->string() + ", and a new one begins";
    } catch (const FileError& error) {
      said += error.what();
    }
    spdlog::warn("{}", said);
    return said;
  }

  HistoryPlace place_of(const LoadedPicture& picture) const {
    return {picture.revision, picture.content.size, store_.classes().names};
  }

  struct Saving {
    bool has_step = false;  // the history is another than the one kept
    bool as_new = false;    // Store::make_new
  };

  // Everything was taken back that was ever done to it. Else nothing on a picture says that somebody looked, and found nothing.
  static bool is_as_new(const PictureAnnotations& content, const History& history) {
    const bool is_back = history.begins_new() && !history.can_undo();
    return is_back && content.annotations.empty() && !content.reviewed && !content.faulty;
  }

  // The history first, beside the one there is: whenever the program is killed, one of the two belongs to the annotations on disk, and an edit that
  // was made is known by its id. A history that cannot be kept costs the undo steps, not the edit.
  // In the picture's turn.
  void save_both(LoadedPicture& picture, const History& history, Saving saving) {
    const std::string& name = picture.content.image;
    if (next_history_of(picture)) adopt_next_history(name);  // the place beside is needed
    bool is_beside = false;
    std::string lost;
    HistoryPlace place = place_of(picture);
    const auto keep = [&](const std::string& revision) {
      try {
        place.revision = revision;
        store_.save_next_history(name, history.text(place));
        is_beside = true;
      } catch (const FileError& error) {
        lost = error.what();
      }
    };
    std::string now = saving.as_new ? store_.make_new(name, picture.revision, keep)
                                    : store_.save(picture.content, picture.revision, keep);
    const std::string before = std::exchange(picture.revision, std::move(now));
    if (is_beside) adopt_next_history(name);
    if (is_beside || (!saving.has_step && picture.revision == before)) return;
    if (lost.empty()) lost = keep_history(name, history.text(place_of(picture)));
    if (lost.empty()) return;
    spdlog::warn("undo history of {} is lost: {}", name, lost);
    picture.warnings.push_back("the undo history is lost: " + lost);
  }

  // Why it could not be kept; empty: it was.
  std::string keep_history(const std::string& name, const std::string& bytes) {
    try {
      store_.save_history(name, bytes);
      return {};
    } catch (const FileError& error) {
      return error.what();
    }
  }

  // False if nothing changes.
  bool change(LoadedPicture& picture, History& history, const Edit& edit, Overlap overlap) {
    PictureAnnotations& content = picture.content;
    if (std::holds_alternative<Undo>(edit)) return take(content, history.take_undo(), "nothing to undo");
    if (std::holds_alternative<Redo>(edit)) return take(content, history.take_redo(), "nothing to redo");
    if (const auto* mark = std::get_if<MarkPicture>(&edit)) return mark_picture(content, *mark);
    const Change made =
        without_overlap(content, std::visit([&](const auto& kind) { return plan(content, kind); }, edit), overlap);
    if (made.empty()) return false;
    apply_change(content, made);
    if (!history.can_undo()) history.set_begins_new(picture.is_new);
    history.push(made, edit_name(edit));
    return true;
  }

  static bool mark_picture(PictureAnnotations& content, const MarkPicture& mark) {
    const auto set = [](bool& field, const std::optional<bool>& value) {
      return value && std::exchange(field, *value) != *value;
    };
    const bool reviewed = set(content.reviewed, mark.reviewed);
    return set(content.faulty, mark.faulty) || reviewed;
  }

  static bool take(PictureAnnotations& content, const std::optional<Change>& step, const char* otherwise) {
    if (!step) throw EditError(otherwise);
    try {
      apply_change(content, *step);
    } catch (const EditError& error) {  // of this revision, and yet of another list
      throw DamagedHistory(error.what());
    }
    return true;
  }

  template <typename Kind>
  Change plan(const PictureAnnotations& content, const Kind& edit) {
    constexpr bool is_planned =
        !std::is_same_v<Kind, Undo> && !std::is_same_v<Kind, Redo> && !std::is_same_v<Kind, MarkPicture>;
    if constexpr (is_planned) {
      EditContext context{store_.classes().names.size(), pipeline_.predictor().key, utc_text(clock_.wall_now()),
                          nullptr};
      std::optional<LoadedPicture> other;
      if constexpr (std::is_same_v<Kind, CopyAnnotations>) {
        if (edit.from != content.image) other = load_other(edit.from);
        context.other = edit.from == content.image ? &content : other ? &other->content : nullptr;
      }
      return plan_edit(content, edit, context);
    } else {
      return {};
    }
  }

  PictureState state_of(const std::string& name, LoadedPicture picture) {
    const History history = history_of(picture);
    PictureState state;
    state.position = store_.position(name).value_or(0);
    state.encoding = pipeline_.encoding(file_of(name));
    state.can_undo = history.can_undo();
    state.can_redo = history.can_redo();
    state.undo_title = history.undo_title();
    state.redo_title = history.redo_title();
    state.last_edit = history.last_edit();
    state.content = std::move(picture.content);
    state.revision = std::move(picture.revision);
    state.warnings = std::move(picture.warnings);
    return state;
  }

  Store& store_;
  Pipeline& pipeline_;
  const Clock& clock_;
  HistoryLimits limits_;
  RecentLogits logits_;
  NameLocks turns_;
  CurrentPicture current_;
  Mutex mutex_;
  Travel travel_ SAM_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Session> make_session(Store& store, Pipeline& pipeline, const Clock& clock, int history_limit) {
  return std::make_unique<ProjectSession>(store, pipeline, clock, history_limit);
}

}  // namespace sam
