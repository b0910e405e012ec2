#include "dataset/store.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <new>
#include <utility>

#include "dataset/backup_folder.h"
#include "dataset/category_edit.h"
#include "dataset/category_folder.h"
#include "dataset/index.h"
#include "dataset/picture_files.h"
#include "dataset/picture_list.h"
#include "dataset/project.h"
#include "dataset/project_change.h"
#include "dataset/project_lock.h"
#include "dataset/remembered_facts.h"
#include "platform/exclusive_gate.h"
#include "platform/mutex.h"
#include "platform/name_locks.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_class_bytes = std::uint64_t{64} << 20;
constexpr std::uint64_t max_history_bytes = std::uint64_t{1} << 30;
constexpr std::size_t index_batch = 256;  // examined pictures a transaction

fs::path class_list_path(const StoreOptions& options, const CategoryFolder& folder) {
  return options.classes_csv.empty() ? folder.root / "classes.csv" : fs::absolute(options.classes_csv);
}

ClassList read_classes(const StoreOptions& options, const CategoryFolder& folder, FileSystem& files) {
  const fs::path path = class_list_path(options, folder);
  const auto text = files.read(path, max_class_bytes);
  if (!text && options.may_have_no_classes && options.classes_csv.empty()) return {};
  if (!text) {
    throw DatasetError("no class list at " + path.string() +
                       "; give one with --classes_csv FILE (class_name in the first line, then one class a line)");
  }
  return parse_class_list(*text, path.string(), options.may_have_no_classes);
}

std::vector<std::string> sorted_names(const fs::path& folder, FileSystem& files) {
  std::vector<std::string> names = files.list(folder);
  std::sort(names.begin(), names.end());
  return names;
}

// Temporary files of a run that was killed. Only while opening, when nobody writes yet.
// images/: of a change that was being completed, where it is on another disk.
void remove_leftovers(const CategoryFolder& folder, bool with_images, FileSystem& files) {
  std::vector<fs::path> folders = {folder.annotations, folder.labels, folder.metadata, folder.history};
  if (with_images) folders.push_back(folder.images);
  for (const fs::path& each : folders) {
    for (const std::string& name : files.list(each)) {
      if (is_temporary_name(name)) files.remove(each / name);
    }
  }
}

// Lets the store do more when an edit is committed and when it is gone.
class WatchedEdit final : public ProjectEdit {
 public:
  WatchedEdit(std::unique_ptr<ProjectEdit> edit, std::function<void(ProjectEdit&)> commit, std::function<void()> ended)
      : edit_(std::move(edit)), commit_(std::move(commit)), ended_(std::move(ended)) {}
  ~WatchedEdit() override {
    edit_.reset();
    ended_();
  }

  void set_classes(std::vector<std::string> names) override { edit_->set_classes(std::move(names)); }
  void add_photo(const std::string& name, const fs::path& from) override { edit_->add_photo(name, from); }
  void put(const PictureAnnotations& content, const std::vector<std::string>& other_fields) override {
    edit_->put(content, other_fields);
  }
  bool put_back(const std::string& image, const AnnotationDocument& earlier) override {
    return edit_->put_back(image, earlier);
  }
  void put_file(const fs::path& path, std::string_view bytes) override { edit_->put_file(path, bytes); }
  void remove_file(const fs::path& path) override { edit_->remove_file(path); }
  void commit() override { commit_(*edit_); }

 private:
  std::unique_ptr<ProjectEdit> edit_;
  const std::function<void(ProjectEdit&)> commit_;
  const std::function<void()> ended_;
};

class CategoryStore final : public Project {
 public:
  CategoryStore(const StoreOptions& options, FileSystem& files, const Clock& clock)
      : folder_(open_category_folder(options.folder, files)),
        lock_(folder_.annotations / ".lock", files),
        completed_(finish_project_change(folder_, class_list_path(options, folder_), files)),
        clock_(clock),
        options_(options),
        classes_csv_(class_list_path(options, folder_)),
        files_(files),
        class_lists_{read_classes(options, folder_, files)},
        classes_(&class_lists_.back()),
        index_(folder_.annotations / "index.sqlite", options.limits.max_pixels, files),
        facts_(folder_.annotations / ".state.json", files) {
    for (const std::string& warning : classes().warnings) spdlog::warn("{}", warning);
    remove_leftovers(folder_, completed_, files);
    list_again(index_.all());
  }

  ~CategoryStore() override { flush_index(0); }

  std::unique_ptr<ProjectEdit> edit() override {
    {
      const MutexLock lock(mutex_);
      if (busy_) throw ProjectBusy("another change of the whole project is under way; wait until it is over");
      busy_ = true;
    }
    try {
      finish_change();
      gate_.enter(true);  // what was being saved has been
      return std::make_unique<WatchedEdit>(
          make_category_edit(folder_, classes_csv_, classes(), list_, files_, clock_,
                             [this] { alone_.reset(new ExclusiveGate::Pass(gate_.enter(true))); }),
          [this](ProjectEdit& edit) { commit(edit); }, [this] { end_edit(); });
    } catch (...) {
      end_edit();
      throw;
    }
  }

  void add_class(const std::string& name) override {
    finish_change();
    const ExclusiveGate::Pass alone = gate_.enter(true);
    require_not_busy();
    const auto text = files_.read(classes_csv_, max_class_bytes);
    files_.write_atomic(classes_csv_,
                        text ? with_class_added(*text, name, classes_csv_.string()) : format_class_list({name}));
    read_classes_again();
  }

  const ClassList& classes() const override { return *classes_; }
  const fs::path& folder() const override { return folder_.root; }
  std::size_t picture_count() const override { return list_.size(); }
  std::vector<PictureEntry> pictures(std::size_t offset, std::size_t limit) const override {
    return list_.entries(offset, limit);
  }
  PicturePage pictures(const PictureFilter& filter, std::size_t offset, std::size_t limit) const override {
    return list_.find_all(filter, offset, limit);
  }
  std::optional<PictureEntry> next_picture(const PictureFilter& filter, std::size_t from, int step) const override {
    return list_.find_next(filter, from, step);
  }
  PictureCounts counts() const override { return list_.counts(); }
  std::optional<PictureEntry> find(const std::string& name) const override { return list_.find(name); }
  std::optional<std::size_t> position(const std::string& name) const override { return list_.position(name); }

  // By a thread of low priority: the gate is held for as short as can be, since who changes the project waits for it.
  void scan() override {
    finish_change();
    for (;;) {
      const std::uint64_t changes = changes_;
      Listing listing = look_at_folders();
      const ExclusiveGate::Pass beside_others = gate_.enter(false);
      if (changes_ != changes) continue;
      take_listing(std::move(listing), {});
      return;
    }
  }

  bool examine_next() override {
    finish_change();
    std::optional<IndexRow> facts = list_.next_unexamined();
    if (!facts) {
      flush_index(0);
      return false;
    }
    // What was broken may have been a disk that was away or too many open files: looked at again in each run.
    const bool changed = !facts->broken.empty() || facts->size == Size{};
    if (changed) look_at_header(*facts);
    {
      const ExclusiveGate::Pass beside_others = gate_.enter(false);
      note_annotations(*facts, changed);
    }
    flush_index(index_batch);
    return true;
  }

  void mark_broken(const std::string& name, const std::string& reason) override {
    std::optional<IndexRow> facts = list_.facts(name);
    if (!facts) return;
    facts->broken = reason.empty() ? "cannot be read" : reason;
    note(*facts);
    flush_index(0);
  }

  fs::path picture_path(const std::string& name) const override {
    require_known(name);
    const fs::path path = folder_.images / name;
    if (const char* reason = refused_link(folder_, path)) throw DatasetError("images/" + name + " " + reason);
    return path;
  }

  LoadedPicture load(const std::string& name) override {
    finish_change();
    const ExclusiveGate::Pass beside_others = gate_.enter(false);
    const Size size = current_size(name);
    const NameLocks::Held held(locks_, name);
    LoadedPicture loaded = picture_files().load(name, require_known(name), size);
    if (std::optional<IndexRow> facts = list_.facts(name)) {
      const bool new_size = facts->size == Size{};  // else broken, if it is, by its pixels, which nobody has read here
      if (new_size) {
        facts->size = size;
        facts->broken.clear();
      }
      note_annotations(*facts, new_size);
    }
    return loaded;
  }

  using Store::save;

  std::string save(const PictureAnnotations& content, const std::string& revision, const BeforeSave& before) override {
    return change_picture(content.image, [&](PictureFiles files, const std::string& labels_file) {
      return files.save(content, labels_file, revision, before);
    });
  }

  std::string make_new(const std::string& name, const std::string& revision, const BeforeSave& before) override {
    return change_picture(name, [&](PictureFiles files, const std::string& labels_file) {
      return files.make_new(name, labels_file, revision, before);
    });
  }

  std::optional<std::string> load_history(const std::string& name) override {
    require_known(name);
    return files_.read(history_path(name), max_history_bytes);
  }

  void save_history(const std::string& name, const std::string& bytes) override {
    require_known(name);
    const NameLocks::Held held(history_locks_, name);
    files_.write_atomic(history_path(name), bytes);
  }

  std::optional<std::string> load_next_history(const std::string& name) override {
    require_known(name);
    return files_.read(next_history_path(name), max_history_bytes);
  }

  void save_next_history(const std::string& name, const std::string& bytes) override {
    require_known(name);
    const NameLocks::Held held(history_locks_, name);
    files_.write_atomic(next_history_path(name), bytes);
  }

  void adopt_next_history(const std::string& name) override {
    require_known(name);
    const NameLocks::Held held(history_locks_, name);
    files_.rename(next_history_path(name), history_path(name));
  }

  std::optional<fs::path> set_history_aside(const std::string& name, const std::string& bytes) override {
    require_known(name);
    const NameLocks::Held held(history_locks_, name);
    const fs::path path = history_path(name);
    if (files_.read(path, max_history_bytes) != bytes) return std::nullopt;
    return set_aside(folder_, files_, clock_, path, bytes);
  }

  std::optional<std::string> remembered(const std::string& key) const override { return facts_.get(key); }
  void remember(const std::string& key, const std::string& value) override { facts_.set(key, value); }

 private:
  // change(picture_files, labels_file): the new revision.
  template <typename ChangeFiles>
  std::string change_picture(const std::string& name, const ChangeFiles& change) {
    finish_change();
    const ExclusiveGate::Pass beside_others = gate_.enter(false);
    require_not_busy();
    const std::string labels_file = require_known(name);
    const NameLocks::Held held(locks_, name);
    std::string revision = change(picture_files(), labels_file);
    if (std::optional<IndexRow> facts = list_.facts(name)) {
      facts->annotations.count = -1;  // to be counted: two saves within one tick of the disk's clock bear one time
      note_annotations(*facts, false);
      flush_index(0);
    }
    return revision;
  }

  fs::path history_path(const std::string& name) const { return in_history(name + ".json"); }

  fs::path next_history_path(const std::string& name) const { return in_history(name + ".next"); }

  fs::path in_history(const std::string& file) const {
    fs::path path = folder_.history / file;
    require_inside(folder_, path);
    return path;
  }

  // The picture's label file. Throws DatasetError if there is no such picture.
  std::string require_known(const std::string& name) const {
    auto labels_file = list_.label_file(name);
    if (!labels_file) throw DatasetError("no picture of that name in " + folder_.images.string());
    return *std::move(labels_file);
  }

  PictureFiles picture_files() const { return {folder_, classes(), files_, clock_}; }

  // The gate is held alone, or nobody else has the store yet.
  void read_classes_again() {
    ClassList now = read_classes(options_, folder_, files_);
    if (now == classes()) return;
    class_lists_.push_back(std::move(now));
    classes_ = &class_lists_.back();
  }

  void require_not_busy() const {
    const MutexLock lock(mutex_);
    if (busy_) {
      throw ProjectBusy("the whole project is being changed; nothing can be saved before that is over: try again then");
    }
  }

  void end_edit() {
    const MutexLock lock(mutex_);
    busy_ = false;
  }

  // The gate is held from before_placing on.
  void commit(ProjectEdit& edit) {
    struct Leave {
      ~Leave() { alone.reset(); }
      std::unique_ptr<ExclusiveGate::Pass>& alone;
    } const leave{alone_};
    try {
      edit.commit();
    } catch (...) {
      must_finish_ = files_.status(folder_.annotations / ".change" / "decided").has_value();
      throw;
    }
    take_in_change();
  }

  void take_in_change() {
    ++changes_;
    read_classes_again();
    list_again({});
  }

  // What was decided and could not be put in place. Throws FileError while it still cannot.
  void finish_change() {
    if (!must_finish_) return;
    const ExclusiveGate::Pass alone = gate_.enter(true);
    if (!must_finish_) return;
    finish_project_change(folder_, classes_csv_, files_);
    must_finish_ = false;
    take_in_change();
  }

  struct Listing {
    std::vector<FoundPicture> found;
    std::vector<std::string> annotations;
    std::vector<std::string> labels;
  };

  Listing look_at_folders() {
    Listing listing{list_pictures(folder_), sorted_names(folder_.annotations, files_),
                    sorted_names(folder_.labels, files_)};
    const std::vector<std::string> warnings = assign_label_files(listing.found, listing.labels, listing.annotations);
    for (std::size_t i = 0; i < std::min<std::size_t>(warnings.size(), 5); ++i) spdlog::warn("{}", warnings[i]);
    return listing;
  }

  void list_again(const std::vector<IndexRow>& remembered) { take_listing(look_at_folders(), remembered); }

  void take_listing(Listing listing, const std::vector<IndexRow>& remembered) {
    list_.replace(std::move(listing.found), listing.annotations, listing.labels, remembered);
    std::vector<std::string> gone;
    for (const IndexRow& row : remembered) {
      if (!list_.position(row.name)) gone.push_back(row.name);
    }
    index_.erase(gone);
  }

  void look_at_header(IndexRow& facts) const {
    facts.size = {};
    facts.broken.clear();
    try {
      facts.size = read_image_info(picture_path(facts.name), options_.limits).file_size;
    } catch (const ImageError& error) {
      facts.broken = error.what();
    } catch (const DatasetError& error) {
      facts.broken = error.what();
    } catch (
        const std::bad_alloc&) {  // a hostile header asks for anything; what is broken is looked at again in each run
      facts.broken = "there was no memory to look at it";
    }
    if (facts.size == Size{} && facts.broken.empty()) facts.broken = "cannot be read";
  }

  // The picture's size in its file now. Throws ImageError and remembers it.
  Size current_size(const std::string& name) {
    const fs::path path = picture_path(name);
    std::optional<IndexRow> facts = list_.facts(name);
    const auto status = files_.status(path);
    const bool same =
        facts && status && status->size_bytes == facts->size_bytes && status->modified_ns == facts->modified_ns;
    if (same && facts->size != Size{}) return facts->size;
    try {
      return read_image_info(path, options_.limits).file_size;
    } catch (const ImageError& error) {
      if (same) mark_broken(name, error.what());
      throw;
    }
  }

  // What the files say now. A folder that cannot be read is heard of when the picture is opened.
  void note_annotations(IndexRow& facts, bool changed) {
    const auto labels_file = list_.label_file(facts.name);
    if (!labels_file) return;
    try {
      changed = picture_files().look_again(*labels_file, facts) || changed;
    } catch (const FileError& error) {
      spdlog::warn("{}", error.what());
    }
    if (changed) note(facts);
  }

  void note(const IndexRow& facts) {
    list_.update(facts);
    MutexLock lock(mutex_);
    pending_.push_back(facts);
  }

  // Writes what is pending if it is more than that many.
  void flush_index(std::size_t more_than) {
    std::vector<IndexRow> rows;
    {
      MutexLock lock(mutex_);
      if (pending_.size() <= more_than) return;
      rows.swap(pending_);
    }
    index_.put(rows);
  }

  const CategoryFolder folder_;
  const ProjectLock lock_;
  const bool completed_;  // before anything else is read
  const Clock& clock_;
  const StoreOptions options_;
  const fs::path classes_csv_;
  FileSystem& files_;
  ExclusiveGate gate_;                          // many use the files, or one changes the project
  std::unique_ptr<ExclusiveGate::Pass> alone_;  // of the thread that commits
  // All that there were in this run, one more a change of them: references to earlier ones may be held. Grows while the gate is held alone.
  std::deque<ClassList> class_lists_;
  std::atomic<const ClassList*> classes_;
  std::atomic<bool> must_finish_ = false;
  std::atomic<std::uint64_t> changes_ = 0;  // that were taken in; counts up while the gate is held alone
  Index index_;
  RememberedFacts facts_;
  PictureList list_;
  NameLocks locks_;
  NameLocks history_locks_;
  mutable Mutex mutex_;
  bool busy_ SAM_GUARDED_BY(mutex_) = false;
  std::vector<IndexRow> pending_ SAM_GUARDED_BY(mutex_);  // for the index, not written yet
};

}  // namespace

std::unique_ptr<Store> open_store(const StoreOptions& options, FileSystem& file_system, const Clock& clock) {
  return std::make_unique<CategoryStore>(options, file_system, clock);
}

std::unique_ptr<Project> open_project(const StoreOptions& options, FileSystem& file_system, const Clock& clock) {
  return std::make_unique<CategoryStore>(options, file_system, clock);
}

}  // namespace sam
