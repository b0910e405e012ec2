#include "jobs/export_job.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "dataset/formats/losses.h"
#include "jobs/named_count.h"
#include "jobs/parallel.h"
#include "platform/hash.h"
#include "platform/stopped.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t batch_pictures = 64;
constexpr std::size_t max_warnings = 100;
constexpr const char* marker_name = ".sam-export";  // in a folder that is being made: what is made in it
constexpr std::uint64_t max_marker_bytes = std::uint64_t{64} << 20;

struct Work {
  DatasetEntry entry;
  DatasetPicture picture;
  EncodedPicture encoded;
};

class Export {
 public:
  Export(PictureSource& source, const Format& format, const ExportOptions& options, FileSystem& files,
         const std::stop_token& stop)
      : source_(source), options_(options), files_(files), stop_(stop), losses_(format.features) {
    is_file_ = !format.extension.empty() && options.out.extension() == format.extension;
    require_free();
    writer_ = format.write({files_, is_file_ ? options_.out : partial(), is_file_, source.classes(), source.subsets(),
                            options.exact_masks});
    require_own_files();
    if (!is_file_ && !options_.dry_run) open_partial(std::string(format.name));
  }

  // Three batches are under way: one is read, the one before it is encoded, and the one before that is written. False when all are.
  bool next_batch() {
    std::vector<Work> reading = take_batch();
    const std::size_t encoded = 1 + numbered_.size();
    for_each_index(encoded + reading.size(), options_.threads, [&](std::size_t i) {
      if (stop_.stop_requested()) throw Stopped();  // a batch of large photos takes a while
      if (i == 0) {
        append_all();
      } else if (i < encoded) {
        write_own_files(numbered_[i - 1]);
      } else {
        Work& work = reading[i - encoded];
        work.picture = source_.read(work.entry);
      }
    });
    const bool has_more = !reading.empty();
    std::erase_if(reading, [&](Work& work) { return !pass_review(work.picture); });
    for (Work& work : reading) number(work.picture);
    encoded_ = std::exchange(numbered_, std::move(reading));
    return has_more || !encoded_.empty() || !numbered_.empty();
  }

  ExportSummary finish() {
    if (!options_.dry_run) {
      writer_->finish();
      if (!is_file_) publish();
    }
    summary_.photos_copied = photos_copied_;
    summary_.photos_kept = photos_kept_;
    summary_.losses = losses_.lines();
    return std::move(summary_);
  }

  std::uint64_t taken() const { return taken_; }

 private:
  fs::path partial() const { return options_.out.parent_path() / (options_.out.filename().string() + ".partial"); }

  void require_free() const {
    const auto status = files_.status(options_.out);
    if (!status) return;
    if (is_file_ && options_.overwrite && status->kind == FileStatus::Kind::file) return;
    const bool empty_folder =
        !is_file_ && status->kind == FileStatus::Kind::directory && files_.list(options_.out).empty();
    if (empty_folder) return;
    throw DatasetError(options_.out.string() + " is there already; " +
                       (is_file_ ? "say that it may be overwritten (--overwrite), or give another name"
                                 : "remove it or give another name"));
  }

  // Before anything is copied: all that will have to be renamed.
  void require_own_files() const {
    std::unordered_map<std::string, std::string> owners;
    NamedCount shared;
    source_.for_each_name([&](const std::string& name, const std::string& subset) {
      const std::string file = writer_->own_file(name, subset).string();
      const auto [owner, is_first] = owners.emplace(file, name);
      if (!is_first) shared.add(name + " with " + owner->second);
    });
    if (shared.count == 0) return;
    throw DatasetError(
        "pictures that would share a file in this format, since their names differ in the extension alone or not at "
        "all: " +
        shared.text() + "; rename one of each");
  }

  // What an export of the same was stopped in goes on; of another one it is made anew; what is none of ours is left alone.
  void open_partial(const std::string& format) {
    const fs::path marker = partial() / marker_name;
    std::string text = format + (options_.exact_masks ? " exact " : " ") + std::to_string(source_.picture_count());
    for (const std::string& name : source_.subsets()) text += "\nsubset " + name;
    for (const std::string& name : source_.classes()) text += "\nclass " + name;
    std::string pictures;
    source_.for_each_name(
        [&](const std::string& name, const std::string& subset) { pictures += name + '\n' + subset + '\n'; });
    text += "\npictures " + content_hash(pictures);
    if (files_.status(partial())) {
      const auto made = files_.read(marker, max_marker_bytes);
      if (!made) {
        throw DatasetError(partial().string() +
                           " is there, and no export that was stopped; move it away, or give another name");
      }
      if (made != text) files_.remove_folder(partial());
    }
    files_.create_directories(partial());
    files_.write_unflushed(marker, text);
  }

  std::vector<Work> take_batch() {
    std::vector<Work> batch;
    while (batch.size() < batch_pictures) {
      std::optional<DatasetEntry> entry = source_.next();
      if (!entry) break;
      ++taken_;
      batch.emplace_back().entry = *std::move(entry);
    }
    return batch;
  }

  void append_all() {
    for (Work& work : encoded_) {
      if (!options_.dry_run) writer_->append(std::move(work.encoded));
    }
    encoded_.clear();
  }

  // Takes out what is left out, and counts. False if the picture itself is to be: somebody who looked at none of its proposals has not said that there
  // is nothing on it.
  bool pass_review(DatasetPicture& picture) {
    const auto count = [&](Review review) {
      return static_cast<std::size_t>(
          std::count_if(picture.annotations.begin(), picture.annotations.end(),
                        [review](const StoredAnnotation& stored) { return stored.annotation.review == review; }));
    };
    const std::size_t proposals = count(Review::proposed);
    if (!options_.accepted_only) {
      summary_.proposals += proposals;
      return true;
    }
    summary_.left_out += proposals + count(Review::rejected);
    std::erase_if(picture.annotations, [](const StoredAnnotation& stored) {
      return stored.annotation.review == Review::proposed || stored.annotation.review == Review::rejected;
    });
    const bool is_left_out = proposals > 0 && picture.annotations.empty() && !picture.reviewed;
    summary_.pictures_left_out += is_left_out ? 1 : 0;
    return !is_left_out;
  }

  void number(DatasetPicture& picture) {
    picture.id = static_cast<std::int64_t>(++summary_.pictures);
    picture.first_object = static_cast<std::int64_t>(summary_.annotations);
    summary_.annotations += picture.annotations.size();
    losses_.add(picture);
    for (std::string& warning : picture.warnings) {
      if (summary_.warnings.size() < max_warnings) summary_.warnings.push_back(std::move(warning));
    }
  }

  void write_own_files(Work& work) {
    work.encoded = writer_->encode(work.picture);
    if (options_.dry_run) return;
    for (const EncodedFile& file : work.encoded.files) {
      make_folder((partial() / file.path).parent_path());
      files_.write_unflushed(partial() / file.path, file.bytes);
    }
    work.encoded.files.clear();
    if (options_.photos && !is_file_) copy_photo(work);
    work.picture = {};
  }

  void copy_photo(const Work& work) {
    const fs::path place = writer_->photo_path(work.entry.name, work.entry.subset);
    if (place.empty() || work.entry.photo.empty()) return;
    const fs::path to = partial() / place;
    const auto there = files_.status(to);
    const auto photo = files_.status(work.entry.photo);
    if (there && photo && there->size_bytes == photo->size_bytes && file_hash(to) == file_hash(work.entry.photo)) {
      ++photos_kept_;
      return;
    }
    make_folder(to.parent_path());
    files_.copy_unflushed(work.entry.photo, to);
    ++photos_copied_;
  }

  void make_folder(const fs::path& folder) {
    const MutexLock lock(mutex_);
    if (made_.insert(folder).second) files_.create_directories(folder);
  }

  void publish() {
    files_.flush(partial());
    files_.remove_empty_folder(options_.out);
    files_.rename(partial(), options_.out);
    files_.remove(options_.out / marker_name);  // last: until then it can go on
    files_.flush(options_.out);
  }

  PictureSource& source_;
  const ExportOptions& options_;
  FileSystem& files_;
  const std::stop_token& stop_;
  Losses losses_;
  bool is_file_ = false;
  std::unique_ptr<FormatWriter> writer_;
  std::uint64_t taken_ = 0;
  std::vector<Work> numbered_;  // read, to be encoded
  std::vector<Work> encoded_;   // to be written
  ExportSummary summary_;
  std::atomic<std::size_t> photos_copied_ = 0;
  std::atomic<std::size_t> photos_kept_ = 0;
  Mutex mutex_;
  std::set<fs::path> made_ SAM_GUARDED_BY(mutex_);
};

}  // namespace

ExportSummary export_pictures(PictureSource& source, const Format& format, const ExportOptions& options,
                              FileSystem& files, const Clock& clock, const std::stop_token& stop,
                              const ProgressListener& on_progress) {
  const auto began = clock.now();
  const auto seconds = [&] { return std::chrono::duration<double>(clock.now() - began).count(); };
  Export work(source, format, options, files, stop);
  do {
    on_progress({work.taken(), source.picture_count(), seconds()});
    if (stop.stop_requested()) throw Stopped();
  } while (work.next_batch());
  ExportSummary summary = work.finish();
  summary.seconds = seconds();
  return summary;
}

}  // namespace sam
