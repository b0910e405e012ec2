// The formats of the field, in and out: each is a row of one table (format_table.cpp) and one source file here. A reader gives pictures one
// after the other and a writer takes them one after the other, so that memory does not grow with the dataset; what costs time (decode, encode)
// may run for many pictures at once. Reading never touches a project and writing never reads one: export and import jobs join the two.
// Threading: a reader's next() and a writer's append() and finish() are called by one thread at a time; decode() and encode() are safe from
// any, several at once and beside those. Ownership: requests' references must outlive what was made with them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/annotation_file.h"
#include "dataset/store.h"
#include "platform/file_system.h"

namespace sam {

// What a dataset's files say that cannot be taken, with its place: "instances.json, byte 1234: annotation 7 names image 99, which is not
// there". For the user.
class FormatError : public DatasetError {
 public:
  FormatError(const std::string& place, const std::string& what) : DatasetError(place + ": " + what) {}
};

// Part of a dataset; "" stands for a dataset without parts. Others than these three are kept as they are called.
inline constexpr std::string_view subset_names[] = {"train", "val", "test"};

struct DatasetPicture {
  std::string name;     // file name, without folders
  Size size;            // upright, as the dataset states it; as the caller gave it if it states none
  std::string subset;   // "train", "val", "test", …; empty: none
  std::int64_t id = 0;  // when writing: from 1, in the order of pictures; when reading: the format's own, or 0
  std::int64_t first_object = 0;  // when writing: annotations in the pictures before it
  // Class by name; class_id is the project's when writing, and meaningless when reading. When reading, mask or polygon may be missing (a mask
  // of size 0, no parts): who reads makes the one from the other. id: the format's own, or 0.
  std::vector<StoredAnnotation> annotations;
  std::vector<std::string> warnings;  // when reading: what was left out or changed, with its place; bounded
  bool reviewed = false;              // as PictureAnnotations'
  bool faulty = false;
};

// What becomes of an annotation written and read again.
struct FormatFeatures {
  enum class Shape { box, rotated_box, polygon, mask };
  Shape shape = Shape::polygon;  // polygon: within the outline's tolerance; mask: exact to the pixel
  bool parts = false;            // objects in several pieces
  bool holes = false;
  bool overlap = true;    // a pixel may belong to two objects
  bool instances = true;  // two touching objects of a class stay two
  bool crowd = false;     // attribute "iscrowd" = "1"
  bool attributes = false;
  bool scores = false;
  bool prompts = false;
  bool provenance = false;      // source and time
  bool review = false;          // proposed, accepted, rejected, with notes; of pictures reviewed and faulty
  bool unused_classes = false;  // classes without an annotation, and the order of classes
  bool empty_pictures = false;  // pictures that were looked at and hold nothing
  bool subsets = false;         // train, val, test
};

// ---- reading

struct ReadRequest {
  FileSystem& files;
  std::filesystem::path in;          // a file or a folder
  std::vector<std::string> classes;  // for formats that name none (label files without a list); may be empty
};

// One picture as it stands in the dataset.
struct DatasetEntry {
  // Of the picture, checked by picture_name(). Without its extension where the dataset does not say it: label files and mask pictures
  // without photos.
  std::string name;
  std::string subset;
  std::string place;            // for messages: "labels/a.txt", "instances.json, image 7"
  std::string text;             // what decode() works on; the reader's business
  std::filesystem::path photo;  // where the dataset keeps the picture; empty if it does not
  bool annotated = true;        // false: a photo that nobody has annotated yet; decode() gives it without annotations
};

class FormatReader {
 public:
  virtual ~FormatReader() = default;
  // The classes that the dataset lists, in its order; those of its pictures if it lists none are found while reading.
  virtual std::vector<std::string> classes() const = 0;
  // Pictures that it holds, as far as that is known without reading all; 0: not known. For progress.
  virtual std::uint64_t picture_count() const = 0;
  // The next picture, each once. Memory: one picture and at most 32 bytes an annotation of the dataset. Throws FormatError, FileError.
  virtual std::optional<DatasetEntry> next() = 0;
  // size: of the upright picture if it is known, else 0. Throws FormatError, also where a size is needed and not known.
  virtual DatasetPicture decode(const DatasetEntry& entry, Size size) const = 0;
};

// ---- writing

struct WriteRequest {
  FileSystem& files;
  std::filesystem::path out;  // a folder that is there, or, for a format of one file, that file
  bool out_is_file = false;
  std::vector<std::string> classes;  // the project's, by id
  std::vector<std::string> subsets;  // that pictures will have, in order; empty: none
  bool exact_masks = false;          // run lengths rather than polygons, where the format has both
};

struct EncodedFile {
  std::filesystem::path path;  // below out
  std::string bytes;
};

// A picture as the format has it.
struct EncodedPicture {
  std::string subset;
  std::vector<std::string> texts;  // for append(); what each is is the writer's business
  std::vector<EncodedFile> files;  // of its own; whoever encoded writes them
};

class FormatWriter {
 public:
  virtual ~FormatWriter() = default;
  // Changes nothing, in memory or on disk.
  virtual EncodedPicture encode(const DatasetPicture& picture) const = 0;
  // In the order of pictures; adds texts to the files that all pictures share.
  virtual void append(EncodedPicture&& picture) = 0;
  // Lists of classes, ends of files. Nothing may follow.
  virtual void finish() = 0;
  // Where the picture itself belongs, below out; empty: nowhere in this format.
  virtual std::filesystem::path photo_path(const std::string& name, const std::string& subset) const = 0;
  // A file that no other picture may have too, below out; or what else it is found by: its name. Often named without the picture's extension.
  virtual std::filesystem::path own_file(const std::string& name, const std::string& subset) const {
    const std::filesystem::path photo = photo_path(name, subset);
    return photo.empty() ? std::filesystem::path(name) : photo;
  }
};

// ---- the table

struct Format {
  std::string_view name;       // "coco": the flag's word
  std::string_view title;      // "COCO instances (JSON)"
  std::string_view extension;  // of OUT as a single file (".json"); empty: always a folder
  FormatFeatures features;
  // Whether in looks like it: by names of files and their first bytes, no more.
  bool (*recognises)(FileSystem& files, const std::filesystem::path& in);
  std::unique_ptr<FormatReader> (*read)(const ReadRequest& request);
  std::unique_ptr<FormatWriter> (*write)(const WriteRequest& request);
};

// All of them, in the order they are shown and recognised in: the more particular first.
std::span<const Format> formats();
// Null if there is no such format.
const Format* find_format(std::string_view name);
// Null if it looks like none. Throws FormatError for an archive: unpack_archive() first.
const Format* recognise_format(FileSystem& files, const std::filesystem::path& in);

}  // namespace sam
