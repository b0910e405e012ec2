// Counts over a whole project, as stats shows them and the original's --export_stats writes them.
// Threading: values; as the store's where there is one.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dataset/area_statistics.h"
#include "dataset/store.h"
#include "dataset/time_statistics.h"

namespace sam {

struct SubsetStatistics {
  std::size_t images = 0;
  std::size_t annotations = 0;
};

struct ClassStatistics {
  std::size_t images = 0;  // that have an object of the class
  AreaStatistics areas;
  TimeStatistics times;  // of the objects whose time is known
};

// What an image is, the first that holds: it cannot be read, somebody marked it as faulty, somebody looked through all of it, it has proposals that nobody
// has looked at, it has objects, somebody looked at it and there is nothing, nobody has looked at it.
enum class ImageKind : std::uint8_t { broken, faulty, reviewed, proposed, labelled, empty, fresh };
inline constexpr std::size_t image_kinds = 7;
const char* image_kind_name(ImageKind kind);  // "broken", …; "new" for fresh

// Areas by powers of two: step n holds those from 2^n px on, below 2^(n+1). No mask has 2^32 pixels.
inline constexpr std::size_t area_steps = 32;

// Where objects are: a grid over the picture, whatever its size, that counts the centres of their boxes, row by row.
inline constexpr std::size_t position_side = 16;
using PositionMap = std::array<std::size_t, position_side * position_side>;

// Objects an image: 0, 1, 2, 3-4, 5-8, … by powers of two; the last: more.
inline constexpr std::size_t object_steps = 10;
std::string object_step_text(std::size_t step);

struct Statistics {
  std::size_t images = 0;
  std::size_t labelled_images = 0;  // with objects
  std::size_t empty_images = 0;     // somebody looked at them and there is nothing
  std::size_t annotations = 0;
  AreaStatistics areas;
  std::array<std::size_t, area_steps> area_histogram{};
  PositionMap positions{};
  TimeStatistics times;                             // of the objects whose time is known
  std::array<std::size_t, image_kinds> kinds{};     // images, by ImageKind
  std::size_t proposals = 0;                        // objects that nobody has looked at
  std::size_t rejected = 0;                         // objects
  std::map<int, ClassStatistics> classes;           // by id; those with objects
  std::array<std::size_t, object_steps> objects{};  // images by their number of objects; unreadable ones left out
  std::size_t most_objects = 0;                     // on one image
  std::map<std::string, std::size_t> sources;       // annotations by what made them; empty: unknown
  std::map<std::string, SubsetStatistics> subsets;  // empty: in none
  std::vector<std::string> unreadable;              // "name: reason"

  std::size_t fresh_images() const { return images - labelled_images - empty_images - unreadable.size(); }
};

// One image, as far as statistics need it.
struct ImageFacts {
  struct Object {
    int class_id = 0;
    std::uint64_t area_px = 0;
    std::string source;
    Point centre{0.5, 0.5};  // of its box, as parts of the picture's sides
    double seconds = 0;      // 0: unknown
    Review review = Review::none;
  };
  std::string name;
  std::string subset;
  bool annotated = false;
  bool reviewed = false;
  bool faulty = false;
  std::vector<Object> objects;
  std::string failure;  // why it cannot be read; empty: it can
};

// annotated: whether somebody looked at it. An image that cannot be read is told in the facts; std::bad_alloc is thrown on.
ImageFacts find_image_facts(Store& store, const std::string& name, bool annotated);
void add(Statistics& statistics, const ImageFacts& facts);

// Reads every picture's annotations, one at a time. A picture that cannot be read is listed, not an error.
Statistics count_annotations(Store& store);

// JSON text, indented; class names from the list, all of which are listed.
std::string statistics_json(const Statistics& statistics, const ClassList& classes);
// One row a class: id, class, objects, images, small, medium, large, min_px, median_px, mean_px, max_px, sum_px.
std::string statistics_csv(const Statistics& statistics, const ClassList& classes);

// The class's name; "class_7" if the list is shorter.
std::string shown_class_name(int id, const ClassList& classes);

}  // namespace sam
