// The reading half of annotation_file.h, with simdjson: a project is read whole for an export. Everything is checked: the text may come
// from anywhere.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>

#include "dataset/annotation_file.h"
#include "dataset/json_document.h"
#include "dataset/json_text.h"
#include "dataset/other_fields.h"
#include "dataset/store.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int max_side = 1'000'000;
constexpr std::size_t usual_points = 32;  // of a ring: fewer allocations
constexpr std::int64_t max_integer = std::numeric_limits<std::int64_t>::max();

[[noreturn]] void damaged(const std::string& reason) {
  throw AnnotationFileError(reason);
}

[[noreturn]] void damaged(const char* key, const char* reason) {
  damaged(std::string("\"") + key + "\" " + reason);
}

ondemand::array list(ondemand::value value, const char* key) {
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) damaged(key, "is not an array");
  return array;
}

ondemand::object object_of(ondemand::value value, const char* key) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) damaged(key, "is not an object");
  return object;
}

std::string text_of(ondemand::value value, const char* key) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) damaged(key, "is not a text");
  if (!is_utf8(text)) damaged(key, "is not UTF-8");  // half a surrogate pair gets through simdjson
  return std::string(text);
}

std::int64_t integer_of(ondemand::value value, const char* key, std::int64_t low, std::int64_t high) {
  std::int64_t number = 0;
  if (value.get_int64().get(number) != simdjson::SUCCESS || number < low || number > high) {
    damaged(std::string("\"") + key + "\" is not a number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return number;
}

double number_of(ondemand::value value, const char* key) {
  const std::string_view token = value.raw_json_token();
  double number = 0;
  if (value.get_double().get(number) != simdjson::SUCCESS || !std::isfinite(number)) damaged(key, "is not a number");
  return token.size() < long_number_bytes ? number : parse_json_number(token);
}

// Calls read(i, element) for the elements of a list that must have as many as that.
template <typename Read>
void read_exactly(std::size_t count, ondemand::value value, const char* key, Read read) {
  std::size_t found = 0;
  for (ondemand::value element : list(value, key)) {
    if (found == count) damaged(key, "has the wrong length");
    read(found++, element);
  }
  if (found != count) damaged(key, "has the wrong length");
}

// Calls read(position in keys, value) for each field of an object that must have all of them; others(key, value) for further ones. Of several
// of a name the last counts.
template <std::size_t count, typename Read, typename Others>
void read_fields(ondemand::object object, const char* const (&keys)[count], Read read, Others others) {
  std::uint32_t seen = 0;
  for (auto field : object) {
    const std::string_view key = field.unescaped_key();
    std::size_t i = 0;
    while (i < count && key != keys[i]) ++i;
    if (i < count) {
      seen |= 1u << i;
      read(i, ondemand::value(field.value()));
    } else {
      others(key, ondemand::value(field.value()));
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if ((seen >> i & 1u) == 0) damaged(keys[i], "is missing");
  }
}

// Moves behind a value without brackets: its text alone leaves it where it is, and what follows would not be checked.
void pass_scalar(ondemand::value value) {
  double number = 0;
  if (value.get_raw_json_string().error() == simdjson::SUCCESS || value.get_bool().error() == simdjson::SUCCESS ||
      value.is_null() || value.get_double().get(number) == simdjson::SUCCESS) {
    return;
  }
  damaged("no JSON value");
}

// The text of a value that is not looked into; the walk goes on behind it.
std::string_view raw_text(ondemand::value value) {
  const ondemand::json_type type = value.type();
  const std::string_view text = simdjson::to_json_string(value);
  if (type != ondemand::json_type::array && type != ondemand::json_type::object) pass_scalar(value);
  return text;
}

// For fields that are passed over: they must be JSON all the same.
void ignore(std::string_view, ondemand::value value) {
  check_json(raw_text(value), 0);
}

Ring ring_of(ondemand::value value, const char* key) {
  Ring ring;
  ring.reserve(usual_points);
  for (ondemand::value point : list(value, key)) {
    Point& made = ring.emplace_back();
    read_exactly(2, point, key,
                 [&](std::size_t i, ondemand::value each) { (i == 0 ? made.x : made.y) = number_of(each, key); });
  }
  return ring;
}

PolygonPart part_of(ondemand::value value) {
  constexpr const char* keys[] = {"outer", "holes"};
  PolygonPart part;
  const auto read = [&](std::size_t i, ondemand::value each) {
    if (i == 0) {
      part.outer = ring_of(each, "outer");
      return;
    }
    part.holes.clear();
    for (ondemand::value hole : list(each, "holes")) part.holes.push_back(ring_of(hole, "holes"));
  };
  read_fields(object_of(value, "polygon"), keys, read, ignore);
  return part;
}

Polygon polygon_of(ondemand::value value) {
  Polygon polygon;
  for (ondemand::value part : list(value, "polygon")) polygon.push_back(part_of(part));
  return polygon;
}

Box box_of(ondemand::value value) {
  double sides[4] = {};
  read_exactly(4, value, "boxes", [&](std::size_t i, ondemand::value each) { sides[i] = number_of(each, "boxes"); });
  return {sides[0], sides[1], sides[2], sides[3]};
}

StoredPoint point_of(ondemand::value value) {
  StoredPoint point;
  read_exactly(3, value, "points", [&](std::size_t i, ondemand::value each) {
    if (i == 2) {
      if (each.get_bool().get(point.foreground) != simdjson::SUCCESS) {
        damaged("a point does not say true (foreground) or false");
      }
    } else {
      (i == 0 ? point.x : point.y) = number_of(each, "points");
    }
  });
  return point;
}

StoredPrompt prompt_of(ondemand::value value) {
  constexpr const char* keys[] = {"boxes", "points", "text"};
  StoredPrompt prompt;
  const auto read = [&](std::size_t i, ondemand::value each) {
    if (i == 0) {
      prompt.boxes.clear();
      for (ondemand::value box : list(each, "boxes")) prompt.boxes.push_back(box_of(box));
    } else if (i == 1) {
      prompt.points.clear();
      for (ondemand::value point : list(each, "points")) prompt.points.push_back(point_of(point));
    } else {
      prompt.text = text_of(each, "text");
    }
  };
  read_fields(object_of(value, "prompt"), keys, read, ignore);
  return prompt;
}

// Height before width, as in COCO.
Mask mask_of(ondemand::value value, Size size) {
  constexpr const char* keys[] = {"size", "counts"};
  Mask mask;
  const auto read = [&](std::size_t i, ondemand::value each) {
    if (i == 0) {
      read_exactly(2, each, "size", [&](std::size_t side, ondemand::value length) {
        if (integer_of(length, "size", 1, max_side) != (side == 0 ? size.height : size.width)) {
          damaged("a mask is not of the picture's size");
        }
      });
      return;
    }
    std::string_view counts;
    if (each.get_string().get(counts) != simdjson::SUCCESS) damaged("counts", "is not a text");
    try {
      mask = mask_from_coco_string(counts, size);
    } catch (const MaskError& error) {
      damaged(std::string("\"counts\": ") + error.what());
    }
  };
  read_fields(object_of(value, "mask"), keys, read, ignore);
  return mask;
}

std::map<std::string, std::string> attributes_of(ondemand::value value) {
  std::map<std::string, std::string> attributes;
  for (auto field : object_of(value, "attributes")) {
    std::string key(std::string_view(field.unescaped_key()));
    if (!is_utf8(key)) damaged("the name of an attribute is not UTF-8");
    attributes[std::move(key)] = text_of(field.value(), "attributes");
  }
  return attributes;
}

// A field of the review that may be missing. False, and the value is not looked at, if it cannot be ours: then it is somebody else's of that
// name, as in files from before there were reviews.
bool read_review(std::string_view key, ondemand::value value, Annotation& annotation) {
  const ondemand::json_type type = value.type();
  if (key == "review" && type == ondemand::json_type::string) {
    const std::string_view token = value.raw_json_token();
    const std::optional<Review> review =
        review_of_name(token.substr(1, std::max<std::size_t>(token.find('"', 1), 1) - 1));
    if (!review) return false;
    text_of(value, "review");
    annotation.review = *review;
    return true;
  }
  if (key == "note" && type == ondemand::json_type::string) {
    annotation.note = text_of(value, "note");
    return true;
  }
  if (key == "seconds" && type == ondemand::json_type::number && !value.raw_json_token().starts_with('-')) {
    annotation.seconds = number_of(value, "seconds");
    return true;
  }
  return false;
}

// Of the whole picture; else as read_review().
bool read_mark(std::string_view key, ondemand::value value, AnnotationDocument& document) {
  if (key != "reviewed" && key != "faulty") return false;
  if (value.type() != ondemand::json_type::boolean) return false;
  bool& mark = key == "reviewed" ? document.reviewed : document.faulty;
  if (value.get_bool().get(mark) != simdjson::SUCCESS) damaged("a mark of the picture is neither true nor false");
  return true;
}

StoredAnnotation annotation_of(ondemand::value value, Size size) {
  constexpr const char* keys[] = {"class_name", "source",  "created", "id",    "class_id",
                                  "mask",       "polygon", "prompt",  "score", "attributes"};
  StoredAnnotation stored;
  Annotation& annotation = stored.annotation;
  std::string* const texts[] = {&stored.class_name, &annotation.source, &annotation.created};
  OtherFields others(3);
  const auto read = [&](std::size_t i, ondemand::value each) {
    if (i < std::size(texts)) {
      *texts[i] = text_of(each, keys[i]);
    } else if (i == 3) {
      annotation.id = integer_of(each, keys[i], 1, max_integer - 1);
    } else if (i == 4) {
      annotation.class_id = static_cast<int>(integer_of(each, keys[i], 0, std::numeric_limits<int>::max()));
    } else if (i == 5) {
      annotation.mask = mask_of(each, size);
    } else if (i == 6) {
      annotation.polygon = polygon_of(each);
    } else if (i == 7) {
      annotation.prompt = prompt_of(each);
    } else if (i == 8) {
      annotation.score = number_of(each, keys[i]);
    } else {
      annotation.attributes = attributes_of(each);
    }
  };
  read_fields(object_of(value, "annotations"), keys, read, [&](std::string_view key, ondemand::value each) {
    if (!read_review(key, each, annotation)) others.add(key, raw_text(each));
  });
  stored.other_fields = others.text();
  return stored;
}

std::string from_hex(const std::string& text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    damaged("\"bytes\" is not hexadecimal");
  };
  if (text.size() % 2 != 0) damaged("\"bytes\" is not hexadecimal");
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  return bytes;
}

KeptLine kept_line_of(ondemand::value value) {
  constexpr const char* keys[] = {"line"};
  KeptLine kept;
  bool has_bytes = false;
  bool has_text = false;
  const auto read = [&](std::size_t, ondemand::value each) {
    kept.line = static_cast<std::size_t>(integer_of(each, "line", 0, std::int64_t{1} << 40));
  };
  read_fields(object_of(value, "kept_lines"), keys, read, [&](std::string_view key, ondemand::value each) {
    if (key == "bytes") {
      kept.text = from_hex(text_of(each, "bytes"));
      has_bytes = true;
    } else if (key == "text" && !has_bytes) {
      kept.text = text_of(each, "text");
      has_text = true;
    } else {
      ignore(key, each);
    }
  });
  if (!has_bytes && !has_text) damaged("text", "is missing");
  if (kept.text.find('\n') != std::string::npos) damaged("a kept line has a line feed");
  return kept;
}

Size size_of(ondemand::value value) {
  Size size;
  read_exactly(2, value, "size", [&](std::size_t i, ondemand::value each) {
    (i == 0 ? size.width : size.height) = static_cast<int>(integer_of(each, "size", 1, max_side));
  });
  // Runs are counted in 32 bits.
  if (pixel_count(size) > std::numeric_limits<std::uint32_t>::max()) damaged("size", "is larger than any picture");
  return size;
}

void require_current_format(ondemand::value value) {
  const std::int64_t format = integer_of(value, "format", 1, std::numeric_limits<int>::max());
  if (format > 1) {
    throw DatasetError("written by a later version (format " + std::to_string(format) +
                       ", this program knows 1); update the program");
  }
}

// A text that simdjson can walk: it reads some bytes beyond the end.
class Walk {
 public:
  explicit Walk(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
    padded_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    padded_ = text;
    const auto error = open_json(parser_, padded_, padded_.capacity(), document_);
    if (error != simdjson::SUCCESS) throw simdjson::simdjson_error(error);
    if (document_.get_object().error() != simdjson::SUCCESS) damaged("not a JSON object");
  }

  // From its beginning.
  ondemand::object object() {
    document_.rewind();
    return document_.get_object();
  }
  ondemand::value find(const char* key) {
    document_.rewind();
    ondemand::value value;
    if (document_.find_field_unordered(key).get(value) != simdjson::SUCCESS) damaged(key, "is missing");
    return value;
  }
  void require_end() {
    if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS) damaged("something follows the object");
  }

 private:
  ondemand::parser parser_;
  std::string padded_;
  ondemand::document document_;
};

AnnotationDocument read_document(Walk& walk) {
  constexpr const char* keys[] = {"image",   "labels_file", "labels_hash", "previous_labels_hash", "format", "size",
                                  "next_id", "annotations", "kept_lines"};
  require_current_format(walk.find("format"));
  AnnotationDocument document;
  std::string* const texts[] = {&document.image, &document.labels_file, &document.labels_hash,
                                &document.previous_labels_hash};
  const Size size = size_of(walk.find("size"));  // masks need it, wherever it stands
  OtherFields others(1);
  const auto read = [&](std::size_t i, ondemand::value each) {
    if (i < std::size(texts)) {
      *texts[i] = text_of(each, keys[i]);
    } else if (i == 4) {
      require_current_format(each);
    } else if (i == 5) {
      document.size = size_of(each);
    } else if (i == 6) {
      document.next_id = integer_of(each, keys[i], 1, max_integer);
    } else if (i == 7) {
      document.annotations.clear();
      for (ondemand::value one : list(each, keys[i])) document.annotations.push_back(annotation_of(one, size));
    } else {
      document.kept_lines.clear();
      for (ondemand::value one : list(each, keys[i])) document.kept_lines.push_back(kept_line_of(one));
    }
  };
  read_fields(walk.object(), keys, read, [&](std::string_view key, ondemand::value each) {
    if (!read_mark(key, each, document)) others.add(key, raw_text(each));
  });
  walk.require_end();
  if (document.size != size) damaged("size", "is there twice");
  document.other_fields = others.text();
  return document;
}

}  // namespace

AnnotationDocument parse_annotation_file(std::string_view text) {
  try {
    Walk walk(text);
    AnnotationDocument document = read_document(walk);
    std::unordered_set<std::int64_t> ids;
    for (const StoredAnnotation& stored : document.annotations) {
      const std::int64_t id = stored.annotation.id;
      if (!ids.insert(id).second) damaged("the id " + std::to_string(id) + " is used twice");
      document.next_id = std::max(document.next_id, id + 1);
    }
    std::sort(document.kept_lines.begin(), document.kept_lines.end());
    return document;
  } catch (const simdjson::simdjson_error& error) {
    damaged(error.what());
  }
}

}  // namespace sam
