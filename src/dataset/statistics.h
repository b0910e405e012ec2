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

namespace sam {

struct SubsetStatistics {
  std::size_t images = 0;
  std::size_t annotations = 0;
};

struct ClassStatistics {
  std::size_t images = 0;  // that have an object of the class
  AreaStatistics areas;
};

// Objects an image: 0, 1, 2, 3-4, 5-8, … by powers of two; the last: more.
inline constexpr std::size_t object_steps = 10;
std::string object_step_text(std::size_t step);

struct Statistics {
  std::size_t images = 0;
  std::size_t labelled_images = 0;  // with objects
  std::size_t empty_images = 0;     // somebody looked at them and there is nothing
  std::size_t annotations = 0;
  AreaStatistics areas;
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
  };
  std::string name;
  std::string subset;
  bool annotated = false;
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
