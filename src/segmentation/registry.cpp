#include "segmentation/registry.h"

#include <algorithm>
#include <array>
#include <utility>

#include "segmentation/sam/family.h"
#include "segmentation/sam/signature.h"

namespace sam {
namespace {

// The first row that knows the file wins: the more particular signature stands above the more general.
constexpr std::array<const SamFamily*, 2> families = {&sam2_family, &sam1_family};

const SamFamily* family_of_encoder(const ModelDescription& model) {
  for (const SamFamily* family : families) {
    if (family->is_encoder(model)) return family;
  }
  return nullptr;
}

const SamFamily* family_of_decoder(const ModelDescription& model) {
  for (const SamFamily* family : families) {
    if (family->is_decoder(model)) return family;
  }
  return nullptr;
}

std::string known_text() {
  std::string text;
  for (const SamFamily* family : families) text += (text.empty() ? "" : "; ") + std::string(family->known);
  return text;
}

// "m.onnx is a SAM 2 encoder", "… is not a kind of model known here: inputs …"
std::string role_text(const std::filesystem::path& file, const ModelDescription& model) {
  if (const SamFamily* family = family_of_decoder(model)) {
    return file.string() + " is a " + family->title + " decoder";
  }
  if (const SamFamily* family = family_of_encoder(model)) {
    return file.string() + " is a " + family->title + " encoder";
  }
  return file.string() + " is no kind of model known here (found: " + signature_text(model) + ")";
}

[[noreturn]] void refuse(const SamFiles& files) {
  const ModelDescription& encoder = files.encoder->description();
  const ModelDescription& decoder = files.decoder->description();
  const std::string found = role_text(files.encoder_file, encoder) + ", " + role_text(files.decoder_file, decoder);
  const SamFamily* encoder_family = family_of_encoder(encoder);
  const SamFamily* decoder_family = family_of_decoder(decoder);
  if (family_of_decoder(encoder) != nullptr && family_of_encoder(decoder) != nullptr) {
    throw ModelError("encoder and decoder are swapped: " + found + "; give them the other way round");
  }
  if (encoder_family != nullptr && decoder_family != nullptr) {
    throw ModelError("encoder and decoder are of two kinds: " + found + "; give two files of one kind");
  }
  throw ModelError("cannot use these files as encoder and decoder: " + found + "; known: " + known_text());
}

// With types and shapes that every family takes where it looks at them.
ModelDescription presumed(const OnnxGraph& graph) {
  ModelDescription model;
  for (const std::string& name : graph.inputs) model.inputs.push_back({name, ElementType::f32, {1, 3, 1024, 1024}});
  for (const std::string& name : graph.outputs) model.outputs.push_back({name, ElementType::f32, {1, 256, 64, 64}});
  return model;
}

}  // namespace

bool has_sam_names(const OnnxGraph& encoder, const OnnxGraph& decoder) {
  const SamFamily* family = family_of_encoder(presumed(encoder));
  return family != nullptr && family == family_of_decoder(presumed(decoder));
}

std::vector<std::string> needless_outputs(const OnnxGraph& decoder) {
  const bool has_logits =
      std::find(decoder.outputs.begin(), decoder.outputs.end(), "low_res_masks") != decoder.outputs.end();
  return has_logits ? std::vector<std::string>{"masks"} : std::vector<std::string>();
}

std::unique_ptr<Predictor> make_sam_predictor(const std::filesystem::path& encoder,
                                              const std::filesystem::path& decoder, const ModelLoader& load,
                                              std::string title) {
  SamFiles files = {encoder, decoder, load(encoder), load(decoder), std::move(title)};
  for (const SamFamily* family : families) {
    if (family->is_encoder(files.encoder->description()) && family->is_decoder(files.decoder->description())) {
      return family->make(std::move(files));
    }
  }
  refuse(files);
}

}  // namespace sam
