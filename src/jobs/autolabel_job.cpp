#include "jobs/autolabel_job.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "jobs/picture_match.h"
#include "platform/stopped.h"
#include "platform/utc_text.h"

namespace sam {
namespace {

constexpr std::size_t max_warnings = 100;

// A picture to be labelled and the detector's entry.
struct Found {
  DatasetEntry entry;
  std::string name;
  std::filesystem::path photo;
};

class Autolabel {
 public:
  Autolabel(PictureSource& detections, ClassMapping& classes, Store& store, Pipeline& pipeline,
            const AutolabelOptions& options, const Clock& clock, const std::stop_token& stop)
      : detections_(detections),
        classes_(classes),
        store_(store),
        pipeline_(pipeline),
        options_(options),
        clock_(clock),
        stop_(stop),
        match_(store),
        next_(find_next()) {}

  // False at the end.
  bool one() {
    if (!next_) return false;
    const Found found = *std::exchange(next_, std::nullopt);
    if (!options_.dry_run) pipeline_.show({found.photo});
    next_ = find_next();
    if (next_ && !options_.dry_run) pipeline_.prepare({{next_->photo}});
    try {
      label(found);
    } catch (const DatasetError& error) {
      fail(found, error);
    } catch (const ImageError& error) {
      fail(found, error);
    }
    return true;
  }

  AutolabelSummary summary() && { return std::move(summary_); }
  std::uint64_t taken() const { return taken_; }

 private:
  std::optional<Found> find_next() {
    while (std::optional<DatasetEntry> entry = detections_.next()) {
      ++taken_;
      std::optional<std::string> name = match_.find(*entry);
      const auto known = name ? store_.find(*name) : std::nullopt;
      if (!known) {
        summary_.without_photo.add(entry->name);
      } else if (known->annotation_count > 0 && !options_.annotated_too) {
        summary_.annotated.add(*name);
      } else {
        return Found{*std::move(entry), *name, store_.picture_path(*name)};
      }
    }
    return std::nullopt;
  }

  void label(const Found& found) {
    LoadedPicture loaded = store_.load(found.name);
    if (!loaded.content.annotations.empty() && !options_.annotated_too) return summary_.annotated.add(found.name);
    const DatasetPicture picture = detections_.read(found.entry);
    note(picture.warnings);
    const std::size_t before = loaded.content.annotations.size();
    for (const StoredAnnotation& stored : picture.annotations) {
      if (stop_.stop_requested()) throw Stopped();
      add_mask(found, stored, loaded.content);
    }
    summary_.annotations += loaded.content.annotations.size() - before;
    ++summary_.pictures;
    if (!options_.dry_run) store_.save(loaded.content, loaded.revision);
  }

  void add_mask(const Found& found, const StoredAnnotation& stored, PictureAnnotations& content) {
    const Annotation& detection = stored.annotation;
    if (detection.score != 0 && detection.score < options_.min_score) {
      ++summary_.below_score;
      return;
    }
    const std::optional<int> class_id = classes_.id_of(stored.class_name);
    if (!class_id) {
      ++summary_.left_out_by_class[stored.class_name];
      return;
    }
    Annotation made;
    made.class_id = *class_id;
    made.score = detection.score;
    made.attributes = detection.attributes;
    made.prompt = detection.prompt;
    if (made.prompt.boxes.empty() && made.prompt.points.empty()) made.prompt.boxes = {mask_box(detection.mask)};
    made.id = content.next_id++;
    if (options_.dry_run) {
      made.mask = detection.mask;
    } else if (!predict(found, made)) {
      ++summary_.without_mask;
      return;
    }
    made.created = utc_text(clock_.wall_now());
    if (!options_.accepted) made.review = Review::proposed;
    content.annotations.push_back(std::move(made));
  }

  bool predict(const Found& found, Annotation& made) {
    Prompt prompt;
    prompt.boxes = made.prompt.boxes;
    for (const StoredPoint& point : made.prompt.points) {
      prompt.points.push_back({{point.x, point.y}, point.foreground});
    }
    prompt.refine_edges = options_.refine_edges;
    SegmentResult result = pipeline_.segment({found.photo}, prompt, stop_);
    const auto best = std::max_element(result.instances.begin(), result.instances.end(),
                                       [](const Instance& a, const Instance& b) { return a.score < b.score; });
    if (best == result.instances.end() || mask_area(best->mask) == 0) return false;
    made.mask = std::move(best->mask);
    made.polygon = mask_to_faithful_polygon(made.mask, outline_tolerance_px);
    made.source = "autolabel:" + pipeline_.predictor().family;
    if (made.score == 0) made.score = best->score;
    return true;
  }

  void fail(const Found& found, const std::exception& error) {
    summary_.failed.add(found.name);
    note({found.name + ": " + error.what()});
  }

  void note(const std::vector<std::string>& warnings) {
    for (const std::string& each : warnings) {
      if (summary_.warnings.size() < max_warnings) summary_.warnings.push_back(each);
    }
  }

  PictureSource& detections_;
  ClassMapping& classes_;
  Store& store_;
  Pipeline& pipeline_;
  const AutolabelOptions& options_;
  const Clock& clock_;
  const std::stop_token stop_;
  PictureMatch match_;
  std::uint64_t taken_ = 0;
  AutolabelSummary summary_;
  std::optional<Found> next_;  // last: find_next() uses the others
};

}  // namespace

AutolabelSummary autolabel(PictureSource& detections, ClassMapping& classes, Store& store, Pipeline& pipeline,
                           const AutolabelOptions& options, const Clock& clock, const std::stop_token& stop,
                           const ProgressListener& on_progress) {
  const auto began = clock.now();
  const auto seconds = [&] { return std::chrono::duration<double>(clock.now() - began).count(); };
  Autolabel work(detections, classes, store, pipeline, options, clock, stop);
  do {
    on_progress({work.taken(), detections.picture_count(), seconds()});
    if (stop.stop_requested()) throw Stopped();
  } while (work.one());
  AutolabelSummary summary = std::move(work).summary();
  summary.seconds = seconds();
  return summary;
}

}  // namespace sam
