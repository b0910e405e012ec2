#include "pipeline/prediction_key.h"

#include <cstring>

#include "platform/file_system.h"

namespace sam {
namespace {

void add(std::string& key, double value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  key.append(bytes, sizeof bytes);
}

}  // namespace

std::string picture_key(const PicturePath& picture) {
  std::string key = picture.path.string();
  try {
    if (const auto status = PosixFileSystem().status(picture.path)) {
      key += '\n' + std::to_string(status->size_bytes) + '\n' + std::to_string(status->modified_ns) + '\n' +
             std::to_string(status->inode);
    }
  } catch (const FileError&) {
  }
  return key;
}

std::string embedding_key(const std::string& key, const PredictorInfo& predictor) {
  return key + '\n' + predictor.model_key;
}

std::string prediction_key(const std::string& embedding_key, const Prompt& prompt) {
  std::string key = embedding_key;
  key += prompt.multimask ? "\nm" : "\ns";
  if (prompt.refine_edges) key += 'e';
  for (const Box& box : prompt.boxes) {
    key += 'b';
    for (const double value : {box.x0, box.y0, box.x1, box.y1}) add(key, value);
  }
  for (const PromptPoint& point : prompt.points) {
    key += point.foreground ? '+' : '-';
    add(key, point.position.x);
    add(key, point.position.y);
  }
  if (prompt.mask_input) key += "\nl" + prompt.mask_input->key;
  if (!prompt.text.empty()) key += "\nt" + prompt.text;
  return key;
}

std::uint64_t prediction_bytes(const std::vector<Instance>& instances) {
  std::uint64_t bytes = 0;
  for (const Instance& instance : instances) {
    bytes += sizeof(Instance) + instance.mask.runs.capacity() * sizeof(std::uint32_t);
    if (instance.logits) bytes += instance.logits->values.capacity() * sizeof(float);
  }
  return bytes;
}

}  // namespace sam
