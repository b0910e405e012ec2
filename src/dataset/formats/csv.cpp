// A table of objects, one a row: image, subset, width, height, id, class, x0, y0, x1, y1, area, score, source, created, rle, polygon, prompt, attributes. The
// mask is exact (COCO's compressed run lengths); a picture that holds nothing is a row without a class. Read are tables of other tools too, such as
// TensorFlow's filename,width,height,class,xmin,ymin,xmax,ymax, with rows in any order.
#include <algorithm>
#include <optional>
#include <utility>

#include "dataset/csv_reader.h"
#include "dataset/formats/csv_object.h"
#include "dataset/formats/csv_rows.h"
#include "dataset/formats/file_start.h"
#include "dataset/formats/folder_files.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/picture_name.h"
#include "dataset/formats/rows.h"
#include "dataset/formats/seen_names.h"
#include "dataset/formats/subset_folders.h"
#include "dataset/formats/subset_name.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_name = "annotations.csv";
constexpr std::uint64_t max_offset = std::uint64_t{1} << 40;

std::vector<fs::path> find_tables(FileSystem& files, const fs::path& in) {
  std::vector<fs::path> tables;
  std::vector<fs::path> candidates = {in};
  if (is_folder(files, in)) {
    candidates.clear();
    for (const std::string& name : find_files(files, in, ".csv", 2)) candidates.push_back(in / name);
  }
  for (fs::path& each : candidates) {
    std::string start = read_file_start(files, each);
    if (start.starts_with("\xef\xbb\xbf")) start.erase(0, 3);
    if (CsvHeader::parse(std::string_view(start).substr(0, start.find_first_of("\r\n"))))
      tables.push_back(std::move(each));
  }
  return tables;
}

// A row of the table, and which picture it belongs to: 24 bytes.
struct RowPlace {
  std::uint64_t picture = 0;  // hash of its name
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t line = 0;
};

std::unique_ptr<InputFile> open_table(FileSystem& files, const fs::path& path, const std::string& name) {
  auto file = files.open(path);
  if (!file) throw FormatError(name, "no such file");
  if (file->size_bytes() >= max_offset) throw FormatError(name, "larger than 1 TiB");
  return file;
}

CsvHeader read_header(FileSystem& files, const fs::path& path, const std::string& name) {
  const auto file = open_table(files, path, name);
  const std::optional<CsvRowText> first = CsvRows(*file, name, ',').next();
  if (const auto header = CsvHeader::parse(first ? first->text : "")) return *header;
  throw FormatError(name + ":1",
                    "expected columns for the image, the class and a box, such as image,class,x0,y0,x1,y1");
}

// One table, its rows gathered by picture.
class Table {
 public:
  Table(FileSystem& files, const fs::path& path, std::string name, const CsvHeader& header)
      : file_(open_table(files, path, name)), name_(std::move(name)), header_(header) {
    index();
  }

  std::size_t picture_count() const { return starts_.size(); }
  const CsvHeader& header() const { return header_; }
  const std::string& name() const { return name_; }

  // The next picture's rows: "line length\n" before each. Nothing at the end.
  std::optional<std::string> next() {
    if (next_ == starts_.size()) return std::nullopt;
    std::string text;
    const std::size_t first = starts_[next_++];
    for (std::size_t i = first; i < rows_.size() && rows_[i].picture == rows_[first].picture; ++i) {
      text += std::to_string(rows_[i].line) + " " + std::to_string(rows_[i].length) + "\n";
      const std::size_t end = text.size();
      text.resize(end + rows_[i].length);
      if (file_->read(rows_[i].offset, std::span(text).subspan(end)) != rows_[i].length) {
        throw FormatError(name_, "became shorter while it was read");
      }
    }
    return text;
  }

  std::vector<std::string> fields(std::string_view row, std::size_t line) const {
    if (!is_utf8(row)) throw FormatError(name_ + ":" + std::to_string(line), "not UTF-8 text; save the file as UTF-8");
    try {
      return CsvReader(row, name_, header_.separator(), line).next().value_or(CsvRow{}).fields;
    } catch (const DatasetError& error) {
      throw csv_format_error(error, name_);
    }
  }

 private:
  void index() {
    CsvRows rows(*file_, name_, header_.separator());
    rows.next();
    while (const std::optional<CsvRowText> row = rows.next()) {
      if (row->text.find_first_not_of(" \t\r\n,;") == std::string::npos) continue;
      const std::vector<std::string> found = fields(row->text, row->line);
      const std::string image(header_.field(found, CsvColumn::image));
      rows_.push_back({std::hash<std::string>()(image), row->offset, static_cast<std::uint32_t>(row->text.size()),
                       static_cast<std::uint32_t>(row->line)});
    }
    std::sort(rows_.begin(), rows_.end(), [](const RowPlace& a, const RowPlace& b) {
      return a.picture != b.picture ? a.picture < b.picture : a.offset < b.offset;
    });
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (i == 0 || rows_[i].picture != rows_[i - 1].picture) starts_.push_back(i);
    }
    std::sort(starts_.begin(), starts_.end(),
              [&](std::size_t a, std::size_t b) { return rows_[a].offset < rows_[b].offset; });
  }

  std::unique_ptr<InputFile> file_;
  const std::string name_;
  const CsvHeader header_;
  std::vector<RowPlace> rows_;       // by picture, then as in the file
  std::vector<std::size_t> starts_;  // of pictures in rows_, as in the file
  std::size_t next_ = 0;
};

class TableReader final : public FormatReader {
 public:
  explicit TableReader(const ReadRequest& request)
      : files_(request.files),
        in_((fs::absolute(request.in) / "").lexically_normal().parent_path()),
        root_(is_folder(files_, in_) ? in_ : in_.parent_path()),
        tables_(find_tables(files_, in_)) {
    if (is_file(files_, in_)) tables_ = {in_};  // whose header says what is missing
    if (tables_.empty()) throw FormatError(in_.string(), "no table of objects (image, class, x0, …) in it");
    for (const fs::path& each : tables_) {
      const std::string name = place_below(root_, each);
      headers_.emplace_back(name, read_header(files_, each, name));
    }
    open_next();
  }

  std::vector<std::string> classes() const override { return {}; }
  std::uint64_t picture_count() const override { return tables_.size() == 1 ? table_->picture_count() : 0; }

  std::optional<DatasetEntry> next() override {
    std::optional<std::string> text = table_->next();
    while (!text && opened_ < tables_.size()) {
      open_next();
      text = table_->next();
    }
    if (!text) return std::nullopt;
    DatasetEntry entry;
    const std::size_t blank = text->find(' ');
    const std::size_t line_end = text->find('\n');
    const std::size_t line = std::stoull(text->substr(0, blank));
    const std::size_t length = std::stoull(text->substr(blank + 1, line_end - blank - 1));
    const auto fields = table_->fields(std::string_view(*text).substr(line_end + 1, length), line);
    entry.place = table_->name() + ":" + std::to_string(line);
    const std::string path = unguard_formula(table_->header().field(fields, CsvColumn::image));
    entry.name = picture_name(path, entry.place);
    entry.subset = subset_name(unguard_formula(table_->header().field(fields, CsvColumn::subset)));
    if (entry.subset.empty()) entry.subset = folder_subset_;
    seen_.insert_picture(entry.subset + "/" + entry.name, entry.place);
    entry.photo = find_photo(entry);
    entry.text = std::to_string(opened_ - 1) + "\n" + *std::move(text);
    return entry;
  }

  DatasetPicture decode(const DatasetEntry& entry, Size size) const override {
    DatasetPicture picture;
    picture.name = entry.name;
    picture.subset = entry.subset;
    picture.size = size;
    std::string_view text = entry.text;
    const auto take = [&](char end) {
      const std::size_t at = text.find(end);
      const std::size_t number = std::stoull(std::string(text.substr(0, at)));
      text.remove_prefix(at + 1);
      return number;
    };
    const auto& [name, header] = headers_.at(take('\n'));
    while (!text.empty()) {
      const std::size_t line = take(' ');
      const std::size_t length = take('\n');
      const CsvRow row = CsvReader(text.substr(0, length), name, header.separator(), line).next().value_or(CsvRow{});
      const std::string subset = subset_name(unguard_formula(header.field(row.fields, CsvColumn::subset)));
      const std::string place = name + ":" + std::to_string(line);
      if (!subset.empty() && subset != entry.subset)
        throw FormatError(place, entry.name + " is in another subset in the rows before");
      add_csv_row(header, row.fields, place, picture);
      text.remove_prefix(length);
    }
    return picture;
  }

 private:
  void open_next() {
    const fs::path& path = tables_[opened_];
    const auto& [name, header] = headers_[opened_++];
    table_.emplace(files_, path, name, header);
    folder_ = path.parent_path();
    folder_subset_ = folder_ == root_ ? "" : subset_name(folder_.filename().string());
  }

  fs::path find_photo(const DatasetEntry& entry) {
    const std::string subset = entry.subset.empty() ? unassigned_folder : entry.subset;
    for (const fs::path& folder : {folder_ / "images" / subset, folder_ / "images", folder_}) {
      if (is_file(files_, folder / entry.name)) return folder / entry.name;
    }
    return {};
  }

  FileSystem& files_;
  const fs::path in_;
  const fs::path root_;
  std::vector<fs::path> tables_;
  std::vector<std::pair<std::string, CsvHeader>> headers_;  // of each, with its name; decode() reads them
  std::optional<Table> table_;                              // being read
  std::size_t opened_ = 0;
  fs::path folder_;  // of table_
  std::string folder_subset_;
  SeenNames seen_;
};

class TableWriter final : public FormatWriter {
 public:
  explicit TableWriter(const WriteRequest& request)
      : files_(request.files),
        path_(request.out_is_file ? request.out : request.out / file_name),
        has_folder_(!request.out_is_file),
        folders_(request.subsets) {}

  EncodedPicture encode(const DatasetPicture& picture) const override {
    return {picture.subset, {format_csv_rows(picture)}, {}};
  }
  void append(EncodedPicture&& picture) override { file().write(picture.texts.at(0)); }
  void finish() override { file().publish(); }

  fs::path photo_path(const std::string& name, const std::string& subset) const override {
    return has_folder_ ? "images" / folders_.folder(subset) / name : fs::path();
  }

 private:
  OutputFile& file() {
    if (!file_) {
      file_ = files_.create(path_);
      file_->write(csv_header_text() + "\n");
    }
    return *file_;
  }

  FileSystem& files_;
  const fs::path path_;
  const bool has_folder_;
  const SubsetFolders folders_;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace

Format csv_format() {
  Format format;
  format.name = "csv";
  format.title = "CSV, one object a row";
  format.extension = ".csv";
  format.features.shape = FormatFeatures::Shape::mask;
  format.features.parts = true;
  format.features.holes = true;
  format.features.crowd = true;
  format.features.attributes = true;
  format.features.scores = true;
  format.features.prompts = true;
  format.features.provenance = true;
  format.features.empty_pictures = true;
  format.features.subsets = true;
  format.recognises = [](FileSystem& files, const fs::path& in) { return !find_tables(files, in).empty(); };
  format.read = [](const ReadRequest& request) -> std::unique_ptr<FormatReader> {
    return std::make_unique<TableReader>(request);
  };
  format.write = [](const WriteRequest& request) -> std::unique_ptr<FormatWriter> {
    return std::make_unique<TableWriter>(request);
  };
  return format;
}

}  // namespace sam
