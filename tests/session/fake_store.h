// A store in memory: pictures "a.jpg", "b c.jpg", … of 40 x 30 pixels. Failures are set by hand.
// Threading: safe to call from any thread.
#pragma once

#include <atomic>
#include <map>
#include <utility>

#include "dataset/store.h"
#include "platform/mutex.h"

namespace sam {

class FakeStore final : public Store {
 public:
  explicit FakeStore(std::vector<std::string> names = {"a.jpg", "b c.jpg", "broken.jpg"}) : names_(std::move(names)) {
    classes_.names = {"cat", "dog", "tree"};
    for (const std::string& name : names_) {
      Kept& kept = kept_[name];
      kept.content.image = name;
      kept.content.size = {40, 30};
    }
  }

  void set_folder(std::filesystem::path folder) { folder_ = std::move(folder); }
  void set_size(const std::string& name, Size size) {
    MutexLock lock(mutex_);
    kept_.at(name).content.size = size;
  }
  // examine_next() has this many pictures to look at.
  void set_unexamined(int count) { unexamined_ = count; }
  int unexamined() const { return unexamined_; }
  int scans() const { return scans_; }
  void fail_save(int error_number) { save_error_ = error_number; }
  void fail_history(int error_number) { history_error_ = error_number; }
  // As if the disk took long: remember() waits meanwhile.
  void hold_facts(bool held) {
    MutexLock lock(mutex_);
    facts_held_ = held;
    changed_.notify_all();
  }
  int facts_begun() const {
    MutexLock lock(mutex_);
    return facts_begun_;
  }
  void cannot_read(const std::string& name) { unreadable_ = name; }
  // As if another program had edited the picture.
  void edit_outside(const std::string& name, std::vector<Annotation> annotations) {
    MutexLock lock(mutex_);
    kept_.at(name).content.annotations = std::move(annotations);
    kept_.at(name).revision += "x";
  }
  std::vector<Annotation> annotations(const std::string& name) const {
    MutexLock lock(mutex_);
    return kept_.at(name).content.annotations;
  }

  const ClassList& classes() const override { return classes_; }
  const std::filesystem::path& folder() const override { return folder_; }
  std::size_t picture_count() const override { return names_.size(); }
  std::vector<PictureEntry> pictures(std::size_t offset, std::size_t limit) const override {
    std::vector<PictureEntry> entries;
    for (std::size_t i = offset; i < names_.size() && entries.size() < limit; ++i) entries.push_back(*find(names_[i]));
    return entries;
  }
  PicturePage pictures(const PictureFilter& filter, std::size_t offset, std::size_t limit) const override {
    PictureMatcher matcher(filter);
    PicturePage page;
    page.all = names_.size();
    for (const std::string& name : names_) {
      const PictureEntry entry = *find(name);
      const AnnotationFacts facts = facts_of(name);
      if (!matcher.passes({name, entry.state == PictureEntry::State::broken, entry.annotated, facts})) continue;
      if (page.total++ >= offset && page.entries.size() < limit) page.entries.push_back(entry);
    }
    return page;
  }
  std::optional<PictureEntry> next_picture(const PictureFilter& filter, std::size_t from, int step) const override {
    std::optional<PictureEntry> best;
    for (const PictureEntry& entry : pictures(filter, 0, names_.size()).entries) {
      const bool is_ahead = step > 0 ? entry.position > from : entry.position < from;
      if (is_ahead && entry.state != PictureEntry::State::broken && (step < 0 || !best)) best = entry;
    }
    return best;
  }
  PictureCounts counts() const override {
    PictureCounts counts;
    counts.images = names_.size();
    for (const std::string& name : names_) {
      const PictureEntry entry = *find(name);
      counts.broken += entry.state == PictureEntry::State::broken ? 1 : 0;
      counts.fresh += entry.state == PictureEntry::State::fresh ? 1 : 0;
      counts.labelled += entry.annotation_count > 0 ? 1 : 0;
      counts.annotations += static_cast<std::size_t>(entry.annotation_count);
    }
    return counts;
  }
  std::optional<PictureEntry> find(const std::string& name) const override {
    MutexLock lock(mutex_);
    const auto found = kept_.find(name);
    if (found == kept_.end()) return std::nullopt;
    PictureEntry entry;
    entry.name = name;
    entry.position = *position(name);
    entry.size = found->second.content.size;
    entry.annotation_count = static_cast<int>(found->second.content.annotations.size());
    entry.annotated = found->second.revision != "r0";
    entry.reason = found->second.broken;
    entry.state = !entry.reason.empty()        ? PictureEntry::State::broken
                  : entry.annotation_count > 0 ? PictureEntry::State::labelled
                                               : PictureEntry::State::fresh;
    return entry;
  }
  std::optional<std::size_t> position(const std::string& name) const override {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) return i;
    }
    return std::nullopt;
  }
  void scan() override { ++scans_; }
  bool examine_next() override { return unexamined_ > 0 && unexamined_-- > 0; }
  void mark_broken(const std::string& name, const std::string& reason) override {
    MutexLock lock(mutex_);
    kept_.at(name).broken = reason;
  }
  std::filesystem::path picture_path(const std::string& name) const override {
    check(name);
    return folder_ / "images" / name;
  }
  LoadedPicture load(const std::string& name) override {
    check(name);
    if (name == unreadable_) throw ImageError("the file is truncated");
    MutexLock lock(mutex_);
    const Kept& kept = kept_.at(name);
    return {kept.content, kept.revision, {}, kept.revision == "r0"};
  }
  using Store::save;
  std::string save(const PictureAnnotations& content, const std::string& revision, const BeforeSave& before) override {
    check(content.image);
    std::string made;
    {
      MutexLock lock(mutex_);
      if (kept_.at(content.image).revision != revision) throw RevisionConflict("another revision is on disk");
      made = "r" + std::to_string(++saves_);
    }
    if (before) before(made);
    if (save_error_ != 0) throw FileError("cannot write annotations: No space left on device", save_error_);
    MutexLock lock(mutex_);
    Kept& kept = kept_.at(content.image);
    kept.content = content;
    kept.revision = made;
    return kept.revision;
  }
  std::string make_new(const std::string& name, const std::string& revision, const BeforeSave& before) override {
    PictureAnnotations content;
    {
      MutexLock lock(mutex_);
      content.image = name;
      content.size = kept_.at(name).content.size;
    }
    save(content, revision, [&](const std::string&) { before("r0"); });
    MutexLock lock(mutex_);
    return kept_.at(name).revision = "r0";
  }
  std::optional<std::string> load_history(const std::string& name) override {
    MutexLock lock(mutex_);
    return kept_.at(name).history;
  }
  void save_history(const std::string& name, const std::string& bytes) override {
    if (history_error_ != 0) throw FileError("cannot write history: No space left on device", history_error_);
    MutexLock lock(mutex_);
    kept_.at(name).history = bytes;
  }
  std::optional<std::string> load_next_history(const std::string& name) override {
    MutexLock lock(mutex_);
    return kept_.at(name).next_history;
  }
  void save_next_history(const std::string& name, const std::string& bytes) override {
    if (history_error_ != 0) throw FileError("cannot write history: No space left on device", history_error_);
    MutexLock lock(mutex_);
    kept_.at(name).next_history = bytes;
  }
  void adopt_next_history(const std::string& name) override {
    if (killed_after_save_) return;
    MutexLock lock(mutex_);
    kept_.at(name).history = std::exchange(kept_.at(name).next_history, std::nullopt);
  }
  // As if the program were killed when the annotations are on disk and the history is not.
  void kill_after_save(bool killed) { killed_after_save_ = killed; }
  std::optional<std::filesystem::path> set_history_aside(const std::string& name, const std::string& bytes) override {
    if (history_error_ != 0) throw FileError("cannot write backups: No space left on device", history_error_);
    MutexLock lock(mutex_);
    std::optional<std::string>& history = kept_.at(name).history;
    if (history != bytes) return std::nullopt;
    set_aside_.push_back(*std::exchange(history, std::nullopt));
    return "backups/20231114T221320Z/annotations/.history/" + name + ".json.damaged";
  }
  // Histories, in the order in which they were set aside.
  std::vector<std::string> set_aside() const {
    MutexLock lock(mutex_);
    return set_aside_;
  }
  std::optional<std::string> remembered(const std::string& key) const override {
    MutexLock lock(mutex_);
    const auto found = facts_.find(key);
    return found == facts_.end() ? std::nullopt : std::optional(found->second);
  }
  void remember(const std::string& key, const std::string& value) override {
    MutexLock lock(mutex_);
    ++facts_begun_;
    while (facts_held_) changed_.wait(mutex_);
    facts_[key] = value;
  }

 private:
  AnnotationFacts facts_of(const std::string& name) const {
    MutexLock lock(mutex_);
    AnnotationFacts facts;
    facts.count = 0;
    std::vector<int> classes;
    for (const Annotation& each : kept_.at(name).content.annotations) {
      ++facts.count;
      classes.push_back(each.class_id);
    }
    facts.classes = ClassSet(std::move(classes));
    return facts;
  }

  struct Kept {
    PictureAnnotations content;
    std::string revision = "r0";
    std::optional<std::string> history;
    std::optional<std::string> next_history;
    std::string broken;
  };

  void check(const std::string& name) const {
    if (!position(name)) throw DatasetError("there is no picture '" + name + "' in this project");
  }

  const std::vector<std::string> names_;
  ClassList classes_;
  std::filesystem::path folder_ = "/project/cats";
  std::atomic<int> unexamined_ = 0;
  std::atomic<int> scans_ = 0;
  std::atomic<int> save_error_ = 0;
  std::atomic<int> history_error_ = 0;
  std::atomic<bool> killed_after_save_ = false;
  std::string unreadable_ = "broken.jpg";
  mutable Mutex mutex_;
  int saves_ SAM_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Kept> kept_ SAM_GUARDED_BY(mutex_);
  std::map<std::string, std::string> facts_ SAM_GUARDED_BY(mutex_);
  std::vector<std::string> set_aside_ SAM_GUARDED_BY(mutex_);
  Condition changed_;
  bool facts_held_ SAM_GUARDED_BY(mutex_) = false;
  int facts_begun_ SAM_GUARDED_BY(mutex_) = 0;
};

}  // namespace sam
