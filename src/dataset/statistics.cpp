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

ordered_json times_json(const TimeStatistics& times) {
  return {{"objects", times.count()}, {"median", times.median_s()}, {"mean", times.mean_s()}, {"sum", times.sum_s()}};
}

// Steps with objects and those between them.
ordered_json histogram_json(const Statistics& statistics) {
  ordered_json steps = ordered_json::array();
  const auto& counts = statistics.area_histogram;
  std::size_t end = area_steps;
  while (end > 0 && counts[end - 1] == 0) --end;
  const auto filled = std::find_if(counts.begin(), counts.end(), [](std::size_t count) { return count > 0; });
  for (auto step = static_cast<std::size_t>(filled - counts.begin()); step < end; ++step) {
    steps.push_back(
        {{"from", std::uint64_t{1} << step}, {"below", std::uint64_t{2} << step}, {"objects", counts[step]}});
  }
  return steps;
}

ordered_json positions_json(const PositionMap& positions) {
  ordered_json rows = ordered_json::array();
  for (std::size_t y = 0; y < position_side; ++y) {
    const auto begin = positions.begin() + static_cast<std::ptrdiff_t>(y * position_side);
    rows.push_back(std::vector<std::size_t>(begin, begin + position_side));
  }
  return rows;
}

ImageKind kind_of(const ImageFacts& facts) {
  if (!facts.failure.empty()) return ImageKind::broken;
  if (facts.faulty) return ImageKind::faulty;
  if (facts.reviewed) return ImageKind::reviewed;
  const bool has_proposals = std::any_of(facts.objects.begin(), facts.objects.end(),
                                         [](const auto& each) { return each.review == Review::proposed; });
  if (has_proposals) return ImageKind::proposed;
  if (!facts.objects.empty()) return ImageKind::labelled;
  return facts.annotated ? ImageKind::empty : ImageKind::fresh;
}

std::size_t position_of(Point centre) {
  const auto cell = [](double share) {
    const double at = share * position_side;
    return at > 0 ? std::min(static_cast<std::size_t>(at), position_side - 1) : std::size_t{0};
  };
  return cell(centre.y) * position_side + cell(centre.x);
}

ordered_json class_json(int id, const ClassStatistics& counted, const ClassList& classes) {
  return {{"id", id},
          {"name", shown_class_name(id, classes)},
          {"annotations", counted.areas.count()},
          {"images", counted.images},
          {"pixels", counted.areas.sum_px()},
          {"areas", areas_json(counted.areas)},
          {"seconds", times_json(counted.times)}};
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

const char* image_kind_name(ImageKind kind) {
  constexpr std::array<const char*, image_kinds> names = {"broken",   "faulty", "reviewed", "proposed",
                                                          "labelled", "empty",  "new"};
  return names[static_cast<std::size_t>(kind)];
}

ImageFacts find_image_facts(Store& store, const std::string& name, bool annotated) {
  ImageFacts facts;
  facts.name = name;
  facts.annotated = annotated;
  try {
    const PictureAnnotations content = store.load(name).content;
    facts.reviewed = content.reviewed;
    facts.faulty = content.faulty;
    for (const Annotation& each : content.annotations) {
      const Box box = mask_box(each.mask);
      const Point centre = {(box.x0 + box.x1) / 2 / std::max(1, content.size.width),
                            (box.y0 + box.y1) / 2 / std::max(1, content.size.height)};
      facts.objects.push_back({each.class_id, mask_area(each.mask), each.source, centre, each.seconds, each.review});
    }
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
  ++statistics.kinds[static_cast<std::size_t>(kind_of(facts))];
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
    ClassStatistics& of_class = statistics.classes[each.class_id];
    statistics.areas.add(each.area_px);
    of_class.areas.add(each.area_px);
    ++statistics
          .area_histogram[std::min<std::size_t>(std::bit_width(std::max<std::uint64_t>(1, each.area_px)), area_steps) -
                          1];
    ++statistics.positions[position_of(each.centre)];
    statistics.times.add(each.seconds);
    of_class.times.add(each.seconds);
    statistics.proposals += each.review == Review::proposed ? 1 : 0;
    statistics.rejected += each.review == Review::rejected ? 1 : 0;
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
                       {"proposals", statistics.proposals},
                       {"rejected", statistics.rejected},
                       {"areas", areas_json(statistics.areas)},
                       {"seconds", times_json(statistics.times)}};
  json["states"] = ordered_json::object();
  for (std::size_t kind = 0; kind < image_kinds; ++kind)
    json["states"][image_kind_name(static_cast<ImageKind>(kind))] = statistics.kinds[kind];
  json["area_histogram"] = histogram_json(statistics);
  json["positions"] = positions_json(statistics.positions);
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
