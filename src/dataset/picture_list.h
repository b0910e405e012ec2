// The pictures of a project as last listed, with what is known about each: about 150 bytes a picture in memory, answers at once.
// Threading: safe to call from any thread; the lock is held for memory work only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataset/category_folder.h"
#include "dataset/index.h"
#include "dataset/store.h"
#include "platform/mutex.h"

namespace sam {

class PictureList {
 public:
  // Facts about files that did not change (size, mtime) are taken over from remembered, and from what the list held before.
  // annotation_files, label_files: names now in those folders, sorted; a picture with one of them counts as labelled until it is examined.
  void replace(std::vector<FoundPicture> found, const std::vector<std::string>& annotation_files,
               const std::vector<std::string>& label_files, const std::vector<IndexRow>& remembered);

  std::size_t size() const;
  std::vector<PictureEntry> entries(std::size_t offset, std::size_t limit) const;
  std::optional<std::size_t> position(const std::string& name) const;
  std::optional<PictureEntry> find(const std::string& name) const;
  PicturePage find_all(const PictureFilter& filter, std::size_t offset, std::size_t limit) const;
  std::optional<PictureEntry> find_next(const PictureFilter& filter, std::size_t from, int step) const;
  PictureCounts counts() const;
  std::optional<std::string> label_file(const std::string& name) const;
  std::optional<IndexRow> facts(const std::string& name) const;

  // The next picture that was not looked at since it was listed; each is given out once.
  std::optional<IndexRow> next_unexamined();
  // What somebody found out. Ignored if the picture is gone or its file is another one (size_bytes, modified_ns) by now.
  void update(const IndexRow& facts);

 private:
  struct Row {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0;
    std::int64_t annotations_ns = 0;
    std::int64_t labels_ns = 0;
    Size size;
    AnnotationFacts annotations;
    bool broken = false;
    bool own_label_file = false;
    bool annotated = false;
    bool examined = false;  // since it was listed; broken ones: in this run
  };

  std::optional<std::size_t> locate(const std::string& name) const SAM_REQUIRES(mutex_);
  PictureEntry entry(std::size_t at) const SAM_REQUIRES(mutex_);
  static PictureTraits traits(const Row& row) { return {row.name, row.broken, row.annotated, row.annotations}; }
  IndexRow facts_of(const Row& row) const SAM_REQUIRES(mutex_);
  void take_over(Row& row, IndexRow facts) SAM_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::vector<Row> rows_ SAM_GUARDED_BY(mutex_);                       // natural order
  std::map<std::string, std::string> reasons_ SAM_GUARDED_BY(mutex_);  // of the broken ones
  std::size_t next_ SAM_GUARDED_BY(mutex_) = 0;                        // where next_unexamined goes on
};

}  // namespace sam
