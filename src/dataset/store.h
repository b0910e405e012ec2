// One project: a category folder (images/ labels/ metadata/ masks/ exports/ backups/, the original tool's) plus annotations/, where the
// truth is, and an index that can be deleted. See docs/file-formats.md.
// Threading: safe to call from any thread; a mutex guards the index, none is held across disk writes of pictures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "dataset/annotation.h"
#include "dataset/class_list.h"
#include "dataset/picture_filter.h"
#include "image/decode.h"
#include "platform/clock.h"
#include "platform/file_system.h"

namespace sam {

// What is wrong with a project, for the user.
class DatasetError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// save() found another revision on disk than the caller had loaded: somebody else saved in between.
class RevisionConflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The project is being changed as a whole (ProjectEdit); pictures can be looked at, and saved when that is over.
class ProjectBusy : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct PictureEntry {
  enum class State { fresh, labelled, broken };
  std::string name;          // file name under images/
  std::size_t position = 0;  // in the whole list
  State state = State::fresh;
  std::string reason;  // why it is broken
  Size size;           // upright, in the file; 0 while nobody has looked
  int annotation_count = 0;
  int proposals = 0;  // of the annotations
  int rejected = 0;   // of the annotations
  bool reviewed = false;
  bool faulty = false;
  bool annotated = false;  // its files are there: it has objects, or somebody looked and found none
};

// Of a filtered list.
struct PicturePage {
  std::size_t total = 0;  // that pass the filter
  std::size_t all = 0;    // of the project
  std::vector<PictureEntry> entries;
};

// Pictures by what is known of them, and their annotations; a picture may count several times (PictureFilter::State), a broken one as that only.
struct PictureCounts {
  std::size_t images = 0;
  std::size_t fresh = 0;
  std::size_t labelled = 0;
  std::size_t empty = 0;
  std::size_t proposed = 0;
  std::size_t reviewed = 0;
  std::size_t faulty = 0;
  std::size_t broken = 0;
  std::size_t annotations = 0;
  std::size_t proposals = 0;
  std::size_t rejected = 0;
};

struct LoadedPicture {
  PictureAnnotations content;
  std::string revision;               // changes with every save; opaque
  std::vector<std::string> warnings;  // "labels/a.txt:3: expected an even number of coordinates, found 7; line kept"
  bool is_new = false;                // it has no files: nobody has said anything of it, not even that it is empty
};

struct StoreOptions {
  std::filesystem::path folder;       // --category_path
  std::filesystem::path classes_csv;  // --classes_csv; empty: classes.csv in the folder
  DecodeLimits limits;
  bool may_have_no_classes = false;  // as a project has that is about to be filled
};

class Store {
 public:
  virtual ~Store() = default;

  // As they are now. A change of the project's classes makes a new list; the one given stays as it is, as long as the store.
  virtual const ClassList& classes() const = 0;
  virtual const std::filesystem::path& folder() const = 0;

  // Names are in natural order (img2 before img10); the list is that of the last scan().
  virtual std::size_t picture_count() const = 0;
  virtual std::vector<PictureEntry> pictures(std::size_t offset, std::size_t limit) const = 0;
  // Of those that pass a filter; from memory, 100,000 pictures in some milliseconds.
  virtual PicturePage pictures(const PictureFilter& filter, std::size_t offset, std::size_t limit) const = 0;
  // The nearest one that passes, after a position (step 1) or before it (-1); broken ones never do.
  virtual std::optional<PictureEntry> next_picture(const PictureFilter& filter, std::size_t from, int step) const = 0;
  virtual PictureCounts counts() const = 0;
  virtual std::optional<PictureEntry> find(const std::string& name) const = 0;
  virtual std::optional<std::size_t> position(const std::string& name) const = 0;  // in the order of pictures()

  // Looks at images/ again; cheap for what did not change (size and mtime).
  virtual void scan() = 0;
  // Reads the header of one picture that nobody has looked at yet (or that changed) and remembers its size or why it is broken.
  // False when all are known. For a background thread that calls it until then; never throws for a bad picture.
  virtual bool examine_next() = 0;
  // The caller found out that a picture cannot be read.
  virtual void mark_broken(const std::string& name, const std::string& reason) = 0;

  // The file of a known picture. Throws DatasetError for a name that is not in the list (nothing outside images/ is ever returned).
  virtual std::filesystem::path picture_path(const std::string& name) const = 0;

  // Annotations of a picture: from annotations/<image>.json, or labels/<base>.txt when there is none or somebody else edited that
  // (rule of three hashes). Throws DatasetError, ImageError, FileError.
  virtual LoadedPicture load(const std::string& name) = 0;

  // Durable on return: annotations file first, then labels/ and metadata/. revision is the one loaded. Returns the new revision.
  // Throws RevisionConflict, ProjectBusy, DatasetError (content that cannot be saved, such as an empty mask) and FileError: then the old content is on
  // disk, and saving again with the same revision is no conflict. A label file that cannot follow is no failure: the annotations are
  // durable, and loads warn until it could be written.
  // before: called with the new revision when all is checked and nothing is replaced yet; not called if the annotations stay as they are on disk.
  using BeforeSave = std::function<void(const std::string& new_revision)>;
  virtual std::string save(const PictureAnnotations& content, const std::string& revision,
                           const BeforeSave& before) = 0;
  std::string save(const PictureAnnotations& content, const std::string& revision) {
    return save(content, revision, {});
  }

  // Takes the files of an emptied picture away: it is as new again. Durable on return; killed before that the picture is as it was, or new. What was on disk
  // is in backups/ as with any save of the day. Returns the revision of a new picture, which before gets. Throws as save().
  virtual std::string make_new(const std::string& name, const std::string& revision, const BeforeSave& before) = 0;

  // Undo history of a picture, opaque bytes kept in annotations/.history/; bounded by the caller.
  virtual std::optional<std::string> load_history(const std::string& name) = 0;
  virtual void save_history(const std::string& name, const std::string& bytes) = 0;
  // Beside it, that of the revision a save is about to make: whenever the program is killed, one of the two belongs to what is on disk.
  virtual std::optional<std::string> load_next_history(const std::string& name) = 0;
  virtual void save_next_history(const std::string& name, const std::string& bytes) = 0;
  virtual void adopt_next_history(const std::string& name) = 0;  // it becomes the history
  // Takes a history that is damaged, and was loaded as these bytes, out of the way. Returns where it is kept, as a path in the project; nothing if
  // there is another by now. Throws FileError.
  virtual std::optional<std::filesystem::path> set_history_aside(const std::string& name, const std::string& bytes) = 0;

  // Small facts that survive a restart ("current" → image name), kept in the index's neighbour, not the truth.
  virtual std::optional<std::string> remembered(const std::string& key) const = 0;
  virtual void remember(const std::string& key, const std::string& value) = 0;
};

// Opens or makes the folders; reads the classes; scans. Throws DatasetError with what to do.
// file_system and clock must outlive the store.
std::unique_ptr<Store> open_store(const StoreOptions& options, FileSystem& file_system, const Clock& clock);

}  // namespace sam
