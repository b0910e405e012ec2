#include "segmentation/sam/signature.h"

#include <algorithm>
#include <stdexcept>

#include "platform/hash.h"

namespace sam {
namespace {

std::string list_text(std::span<const TensorInfo> tensors) {
  std::string text;
  for (const TensorInfo& tensor : tensors) {
    text += (text.empty() ? "" : ", ") + tensor.name + " " + element_name(tensor.type) + " " + shape_text(tensor.shape);
  }
  return text.empty() ? "none" : text;
}

bool fits(const TensorInfo& output, const TensorInfo& input) {
  if (output.type != input.type || output.shape.size() != input.shape.size()) return false;
  for (std::size_t i = 0; i < output.shape.size(); ++i) {
    if (output.shape[i] >= 0 && input.shape[i] >= 0 && output.shape[i] != input.shape[i]) return false;
  }
  return true;
}

}  // namespace

const TensorInfo* find_tensor(std::span<const TensorInfo> tensors, const std::string& name) {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const TensorInfo& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

bool has_f32(std::span<const TensorInfo> tensors, const std::string& name) {
  const TensorInfo* tensor = find_tensor(tensors, name);
  return tensor != nullptr && tensor->type == ElementType::f32;
}

bool are_exactly(std::span<const TensorInfo> tensors, std::initializer_list<const char*> names) {
  return tensors.size() == names.size() &&
         std::all_of(names.begin(), names.end(), [&](const char* name) { return has_f32(tensors, name); });
}

std::string signature_text(const ModelDescription& description) {
  return "inputs " + list_text(description.inputs) + "; outputs " + list_text(description.outputs);
}

void check_fits(const SamFiles& files, const TensorInfo& encoder_output, const TensorInfo& decoder_input) {
  if (fits(encoder_output, decoder_input)) return;
  throw ModelError("the decoder " + files.decoder_file.string() + " takes " + list_text({&decoder_input, 1}) +
                   " but the encoder " + files.encoder_file.string() + " gives " + list_text({&encoder_output, 1}) +
                   "; give two files exported from the same model");
}

Size mask_input_size(const SamFiles& files) {
  const TensorInfo* mask = find_tensor(files.decoder->description().inputs, "mask_input");
  if (mask == nullptr || mask->shape.size() != 4 || mask->shape[2] < 1 || mask->shape[3] < 1) {
    throw ModelError("the decoder " + files.decoder_file.string() +
                     " does not tell the size of its mask_input; expected [1,1,h,w]");
  }
  return {static_cast<int>(mask->shape[3]), static_cast<int>(mask->shape[2])};
}

int frame_side(const SamFiles& files, Size mask_input) {
  if (mask_input.width == mask_input.height) return 4 * mask_input.width;
  throw ModelError("the decoder " + files.decoder_file.string() + " has a mask_input of " +
                   std::to_string(mask_input.width) + " x " + std::to_string(mask_input.height) +
                   "; a square one is expected");
}

PredictorInfo make_info(const SamFamily& family, const SamFiles& files, int preprocessing_version) {
  const ModelDescription& encoder = files.encoder->description();
  const ModelDescription& decoder = files.decoder->description();
  PredictorInfo info;
  info.family = family.name;
  info.key = info.family + "-" +
             content_hash(std::to_string(preprocessing_version) + "|" + encoder.hash + "|" + encoder.engine + "|" +
                          decoder.hash + "|" + decoder.engine);
  info.model_key =
      info.family + "-" + content_hash(std::to_string(preprocessing_version) + "|" + encoder.hash + "|" + decoder.hash);
  info.describe = (files.title.empty() ? std::string(family.title) : files.title) + " (" +
                  files.encoder_file.filename().string() + "), " + encoder.engine;
  info.takes_mask_input = true;
  return info;
}

void check_made_by(const PredictorInfo& info, const Embedding& embedding) {
  if (embedding.model_key == info.model_key) return;
  throw std::invalid_argument("the embedding was made by " + embedding.predictor_key + ", not by the model of " +
                              info.key);
}

}  // namespace sam
