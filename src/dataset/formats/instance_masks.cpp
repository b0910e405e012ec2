// One 16-bit PNG a picture whose pixels are objects, numbered from 1, and a table of their classes beside it: instances/a.png, instances/a.csv (columns instance
// and class). A pixel belongs to one object. An object that lies wholly under others is lost.
#include <charconv>
#include <map>

#include "dataset/category_folder.h"
#include "dataset/csv_reader.h"
#include "dataset/formats/csv_columns.h"
#include "dataset/formats/folder_files.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/mask_folders.h"
#include "dataset/formats/mask_writer.h"
#include "dataset/formats/rows.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_objects = 65535;
constexpr std::uint64_t max_table_bytes = std::uint64_t{64} << 20;

std::map<std::uint16_t, std::string> parse_table(std::string_view text, const std::string& place) {
  if (!is_utf8(text)) throw FormatError(place, "not UTF-8 text; save the file as UTF-8");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::map<std::uint16_t, std::string> classes;
  try {
    CsvReader csv(text, place);
    std::optional<CsvRow> row = csv.next();
    if (!row || row->fields != std::vector<std::string>{"instance", "class"}) {
      throw FormatError(place + ":1", "expected the columns instance,class");
    }
    while ((row = csv.next())) {
      if (row->blank) continue;
      const std::string at = place + ":" + std::to_string(row->line);
      std::uint16_t number = 0;
      const std::string& word = row->fields[0];
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
      const bool good = error == std::errc() && end == word.data() + word.size() && number > 0;
      if (!good || row->fields.size() != 2 || row->fields[1].empty()) {
        throw FormatError(at, "expected a number of 1 to 65535 and a class");
      }
      if (!classes.emplace(number, row->fields[1]).second) throw FormatError(at, "instance " + word + " comes twice");
    }
  } catch (const FormatError&) {
    throw;
  } catch (const DatasetError& error) {
    throw csv_format_error(error, place);
  }
  return classes;
}

void decode_instances(FileSystem& files, const fs::path& root, const DatasetEntry& entry, const MaskClasses&,
                      DatasetPicture& picture) {
  const std::string table = fs::path(entry.place).replace_extension(".csv").generic_string();
  const auto text = files.read(root / table, max_table_bytes);
  if (!text) throw FormatError(table, "is missing: it says which class each number of " + entry.place + " is");
  const std::map<std::uint16_t, std::string> classes = parse_table(*text, table);
  const DecodedIndices decoded = read_mask_png(files, root, entry.place);
  picture.size = decoded.picture.size;
  for (auto& [index, mask] : split_indices(decoded.picture)) {
    const auto found = classes.find(index);
    if (found == classes.end())
      throw FormatError(entry.place, "has an instance " + std::to_string(index) + " that is not in " + table);
    StoredAnnotation& stored = picture.annotations.emplace_back();
    stored.annotation.id = index;
    stored.annotation.mask = mask;
    stored.class_name = found->second;
  }
}

std::vector<EncodedFile> encode_instances(const DatasetPicture& picture,
                                          const std::vector<const StoredAnnotation*>& by_size, std::size_t) {
  if (picture.annotations.size() > max_objects) {
    throw FormatError(picture.name, "has " + std::to_string(picture.annotations.size()) +
                                        " objects; a picture of numbers has at most " + std::to_string(max_objects));
  }
  // Numbers are in the order of annotations, painting is by size.
  IndexPicture indices = make_index_picture(picture.size);
  for (const StoredAnnotation* each : by_size) {
    paint(indices, each->annotation.mask, static_cast<std::uint16_t>(each - picture.annotations.data() + 1));
  }
  std::string table = "instance,class\n";
  for (std::size_t i = 0; i < picture.annotations.size(); ++i) {
    table += std::to_string(i + 1) + "," + csv_field(picture.annotations[i].class_name) + "\n";
  }
  const std::string base(base_name(picture.name));
  return {{base + ".png", encode_grey_png(indices, 16)}, {base + ".csv", std::move(table)}};
}

}  // namespace

Format instance_masks_format() {
  Format format;
  format.name = "instance-masks";
  format.title = "Mask pictures of objects (instances/*.png and *.csv)";
  format.features.shape = FormatFeatures::Shape::mask;
  format.features.parts = true;
  format.features.holes = true;
  format.features.overlap = false;
  format.features.unused_classes = true;
  format.features.empty_pictures = true;
  format.features.subsets = true;
  format.recognises = [](FileSystem& files, const fs::path& in) {
    const fs::path folder = in / "instances";
    return is_folder(files, folder) && !find_files(files, folder, ".png", 2).empty() &&
           !find_files(files, folder, ".csv", 2).empty();
  };
  format.read = [](const ReadRequest& request) { return read_masks(request, "instances", true, decode_instances); };
  format.write = [](const WriteRequest& request) { return write_masks(request, "instances", true, encode_instances); };
  return format;
}

}  // namespace sam
