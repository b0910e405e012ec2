#include "jobs/statistics_job.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "dataset/project_survey.h"
#include "jobs/parallel.h"
#include "platform/stopped.h"

namespace sam {

Statistics gather_statistics(Store& store, FileSystem& files, const Splits& splits, unsigned threads,
                             const Clock& clock, const std::stop_token& stop, const ProgressListener& on_progress) {
  constexpr std::size_t batch_pictures = 256;
  const auto began = clock.now();
  const std::vector<SurveyedPicture> pictures =
      survey_project(open_category_folder(store.folder(), files), files).pictures;
  Statistics statistics;
  std::vector<ImageFacts> batch;
  for (std::size_t begin = 0; begin < pictures.size(); begin += batch_pictures) {
    if (stop.stop_requested()) throw Stopped();
    on_progress({begin, pictures.size(), std::chrono::duration<double>(clock.now() - began).count()});
    batch.assign(std::min(batch_pictures, pictures.size() - begin), {});
    for_each_index(batch.size(), threads, [&](std::size_t i) {
      const SurveyedPicture& picture = pictures[begin + i];
      batch[i] = find_image_facts(store, picture.photo.name, picture.annotated);
      const auto subset = splits.find(picture.photo.name);
      if (subset != splits.end()) batch[i].subset = subset->second;
    });
    for (const ImageFacts& facts : batch) add(statistics, facts);
  }
  return statistics;
}

}  // namespace sam
