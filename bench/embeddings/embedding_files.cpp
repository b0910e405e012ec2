// Embeddings kept as files: milliseconds to save and to load one, and the IoU of masks decoded from the file with those of the embedding itself.
// Usage: embedding_files_bench ENCODER DECODER [most pictures], photos from SAM_BENCH_DATA.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "cache/disk_cache.h"
#include "image/decode.h"
#include "inference/engines.h"
#include "segmentation/embedding_file.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr int rounds = 21;

double median_ms(const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[rounds / 2];
}

std::vector<Prompt> prompts_of(Size size) {
  const double w = size.width;
  const double h = size.height;
  std::vector<Prompt> prompts;
  for (const auto& [x, y] : {std::pair(0.5, 0.5), std::pair(0.25, 0.3), std::pair(0.7, 0.8), std::pair(0.9, 0.1)}) {
    Prompt click;
    click.points = {{{x * w, y * h}, true}};
    click.multimask = true;
    prompts.push_back(click);
    click.points.push_back({{(1 - x) * w, (1 - y) * h * 0.9}, false});
    prompts.push_back(click);
  }
  Prompt box;
  box.boxes = {{0.2 * w, 0.2 * h, 0.7 * w, 0.8 * h}};
  prompts.push_back(box);
  return prompts;
}

struct Agreement {
  double least = 1;
  double sum = 0;
  int masks = 0;
  int skipped = 0;  // empty or nearly so, where an IoU says nothing
};

void compare(Predictor& predictor, const Embedding& kept, const Embedding& read, Agreement& agreement) {
  for (const Prompt& prompt : prompts_of(kept.picture_size)) {
    const auto before = predictor.decode(kept, prompt, {});
    const auto after = predictor.decode(read, prompt, {});
    for (std::size_t i = 0; i < before.size() && i < after.size(); ++i) {
      if (mask_area(before[i].mask) < 100) {
        ++agreement.skipped;
        continue;
      }
      const double iou = mask_iou(before[i].mask, after[i].mask);
      agreement.least = std::min(agreement.least, iou);
      agreement.sum += iou;
      ++agreement.masks;
    }
  }
}

std::optional<Embedding> load(DiskCache& cache, const std::string& key, Predictor& predictor) {
  std::optional<Embedding> embedding;
  cache.read(key, [&](int descriptor, std::uint64_t bytes) {
    auto reader = EmbeddingReader::open(descriptor, bytes, key);
    if (reader) {
      embedding = reader->read([&](std::string name, ElementType type, Shape shape) {
        return predictor.make_tensor(std::move(name), type, std::move(shape));
      });
    }
    return embedding.has_value();
  });
  return embedding;
}

int measure(int argc, char** argv) {
  const char* data = std::getenv("SAM_BENCH_DATA");
  if (argc < 3 || data == nullptr) {
    std::puts("usage: SAM_BENCH_DATA=DIR embedding_files_bench ENCODER DECODER [most pictures]");
    return 2;
  }
  start_image_library(argv[0]);
  const auto predictor = make_sam_predictor(argv[1], argv[2], [](const fs::path& file) {
    ModelOptions options;
    options.file = file;
    return load_model(options);
  });
  std::vector<fs::path> photos;
  for (const auto& entry : fs::directory_iterator(data)) photos.push_back(entry.path());
  std::sort(photos.begin(), photos.end());
  photos.resize(std::min<std::size_t>(photos.size(), argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 5));
  const fs::path folder = fs::temp_directory_path() / ("embedding_files_bench-" + std::to_string(::getpid()));
  DiskCache cache(folder, ".embedding", std::uint64_t{1} << 30);
  Agreement agreement;
  for (const fs::path& photo : photos) {
    const ImageInfo info = read_image_info(photo, {});
    const auto begin = std::chrono::steady_clock::now();
    const Embedding kept = predictor->encode(decode_image(photo, {}), info.file_size, {});
    const std::chrono::duration<double, std::milli> encode = std::chrono::steady_clock::now() - begin;
    const std::string key = photo.filename().string();
    std::uint64_t bytes = 0;
    const double save_ms = median_ms([&] {
      const EmbeddingWriter writer(kept, key);
      bytes = writer.file_bytes();
      cache.write(key, bytes, [&](int descriptor) { return writer.write(descriptor); });
    });
    std::optional<Embedding> read;
    const double load_ms = median_ms([&] {
      read.reset();
      read = load(cache, key, *predictor);
    });
    std::printf("%-24s encode %7.1f ms, save %6.2f ms, load %6.2f ms, %.1f MiB in memory, %.1f MiB on disk\n",
                key.c_str(), encode.count(), save_ms, load_ms, static_cast<double>(kept.byte_size()) / (1 << 20),
                static_cast<double>(bytes) / (1 << 20));
    compare(*predictor, kept, read.value(), agreement);
  }
  std::printf("%d masks: IoU at least %.5f, on average %.5f (%d nearly empty ones left out)\n", agreement.masks,
              agreement.least, agreement.sum / std::max(agreement.masks, 1), agreement.skipped);
  fs::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace sam

int main(int argc, char** argv) {
  return sam::measure(argc, argv);
}
