#include "dataset/statistics.h"

#include <algorithm>
#include <bit>
#include <new>
#include <nlohmann/json.hpp>
#include <set>

#include "dataset/csv_reader.h"
#include "dataset/json_text.h"

namespace sam {
namespace {

using nlohmann::ordered_json;

std::size_t object_step(std::size_t objects) {
  if (objects <= 2) return objects;
  return std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(objects - 1)) + 1, object_steps - 1);
}

ordered_json areas_json(const AreaStatistics& areas) {
  return {{"min", areas.min_px()},  {"median", areas.median_px()}, {"mean", areas.mean_px()}, {"max", areas.max_px()},
          {"small", areas.small()}, {"medium", areas.medium()},    {"large", areas.large()}};
}

ordered_json class_json(int id, const ClassStatistics& counted, const ClassList& classes) {
  return {{"id", id},
          {"name", shown_class_name(id, classes)},
          {"annotations", counted.areas.count()},
          {"images", counted.images},
          {"pixels", counted.areas.sum_px()},
          {"areas", areas_json(counted.areas)}};
}

// All of the list, and what objects have besides.
std::map<int, ClassStatistics> with_all_classes(const Statistics& statistics, const ClassList& classes) {
  std::map<int, ClassStatistics> all = statistics.classes;
  for (std::size_t id = 0; id < classes.names.size(); ++id) all[static_cast<int>(id)];
  return all;
}

}  // namespace

std::string object_step_text(std::size_t step) {
  if (step <= 2) return std::to_string(step);
  const std::size_t first = (std::size_t{1} << (step - 2)) + 1;
  if (step + 1 == object_steps) return std::to_string(first) + "+";
  return std::to_string(first) + "-" + std::to_string((first - 1) * 2);
}

ImageFacts find_image_facts(Store& store, const std::string& name, bool annotated) {
  ImageFacts facts;
  facts.name = name;
  facts.annotated = annotated;
  try {
    for (const Annotation& each : store.load(name).content.annotations)
      facts.objects.push_back({each.class_id, mask_area(each.mask), each.source});
  } catch (const std::bad_alloc&) {  // the picture is not to blame, and the counts would be wrong
    throw;
  } catch (const std::exception& error) {
    facts.failure = error.what();
  }
  return facts;
}

void add(Statistics& statistics, const ImageFacts& facts) {
  ++statistics.images;
  SubsetStatistics& subset = statistics.subsets[facts.subset];
  ++subset.images;
  if (!facts.failure.empty()) {
    statistics.unreadable.push_back(facts.name + ": " + facts.failure);
    return;
  }
  const std::size_t count = facts.objects.size();
  if (count > 0) ++statistics.labelled_images;
  if (count == 0 && facts.annotated) ++statistics.empty_images;
  subset.annotations += count;
  statistics.annotations += count;
  statistics.most_objects = std::max(statistics.most_objects, count);
  ++statistics.objects[object_step(count)];
  std::set<int> classes;
  for (const ImageFacts::Object& each : facts.objects) {
    statistics.areas.add(each.area_px);
    statistics.classes[each.class_id].areas.add(each.area_px);
    ++statistics.sources[each.source];
    classes.insert(each.class_id);
  }
  for (int id : classes) ++statistics.classes[id].images;
}

Statistics count_annotations(Store& store) {
  Statistics statistics;
  constexpr std::size_t page = 256;
  for (std::size_t offset = 0; offset < store.picture_count(); offset += page) {
    for (const PictureEntry& entry : store.pictures(offset, page))
      add(statistics, find_image_facts(store, entry.name, entry.state == PictureEntry::State::labelled));
  }
  return statistics;
}

std::string shown_class_name(int id, const ClassList& classes) {
  const bool known = id >= 0 && static_cast<std::size_t>(id) < classes.names.size();
  return known ? classes.names[static_cast<std::size_t>(id)] : "class_" + std::to_string(id);
}

std::string statistics_json(const Statistics& statistics, const ClassList& classes) {
  ordered_json json = {{"images", statistics.images},
                       {"labelled_images", statistics.labelled_images},
                       {"empty_images", statistics.empty_images},
                       {"fresh_images", statistics.fresh_images()},
                       {"annotations", statistics.annotations},
                       {"areas", areas_json(statistics.areas)}};
  json["classes"] = ordered_json::array();
  for (const auto& [id, counted] : with_all_classes(statistics, classes))
    json["classes"].push_back(class_json(id, counted, classes));
  json["objects_an_image"] = ordered_json::object();
  for (std::size_t step = 0; step < object_steps; ++step)
    json["objects_an_image"][object_step_text(step)] = statistics.objects[step];
  json["most_objects"] = statistics.most_objects;
  json["sources"] = statistics.sources;
  json["subsets"] = ordered_json::object();
  for (const auto& [name, subset] : statistics.subsets)
    json["subsets"][name] = {{"images", subset.images}, {"annotations", subset.annotations}};
  json["unreadable"] = statistics.unreadable;
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string statistics_csv(const Statistics& statistics, const ClassList& classes) {
  std::string text = "id,class,objects,images,small,medium,large,min_px,median_px,mean_px,max_px,sum_px\n";
  for (const auto& [id, counted] : with_all_classes(statistics, classes)) {
    const AreaStatistics& areas = counted.areas;
    text += std::to_string(id) + ',' + csv_field(shown_class_name(id, classes));
    for (const std::uint64_t value :
         {std::uint64_t{areas.count()}, std::uint64_t{counted.images}, std::uint64_t{areas.small()},
          std::uint64_t{areas.medium()}, std::uint64_t{areas.large()}, areas.min_px()})
      text += ',' + std::to_string(value);
    for (const double value : {areas.median_px(), areas.mean_px()}) {
      text += ',';
      append_json_number(text, value);
    }
    text += ',' + std::to_string(areas.max_px()) + ',' + std::to_string(areas.sum_px()) + '\n';
  }
  return text;
}

}  // namespace sam
