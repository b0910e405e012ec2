// SAM 2 and 2.1 as samexporter writes them; re-exports under the same names that add low_res_masks work too.
#include <utility>

#include "segmentation/sam/frame.h"
#include "segmentation/sam/instances.h"
#include "segmentation/sam/preprocess.h"
#include "segmentation/sam/prompt_tensors.h"
#include "segmentation/sam/signature.h"

namespace sam {
namespace {

constexpr int preprocessing_version = 1;
constexpr const char* embedding_names[] = {"image_embed", "high_res_feats_0", "high_res_feats_1"};

bool is_encoder(const ModelDescription& model) {
  if (model.inputs.size() != 1 || model.inputs[0].type != ElementType::f32) return false;
  const Shape& shape = model.inputs[0].shape;
  return shape.size() == 4 && shape[0] <= 1 && shape[1] == 3 && shape[2] > 0 && shape[3] > 0 &&
         are_exactly(model.outputs, {"image_embed", "high_res_feats_0", "high_res_feats_1"});
}

bool is_decoder(const ModelDescription& model) {
  return are_exactly(model.inputs, {"image_embed", "high_res_feats_0", "high_res_feats_1", "point_coords",
                                    "point_labels", "mask_input", "has_mask_input"}) &&
         has_f32(model.outputs, "iou_predictions") &&
         (has_f32(model.outputs, "low_res_masks") || has_f32(model.outputs, "masks"));
}

class Sam2Predictor final : public Predictor {
 public:
  explicit Sam2Predictor(SamFiles files)
      : info_(make_info(sam2_family, files, preprocessing_version)),
        mask_input_(mask_input_size(files)),
        frame_side_(frame_side(files, mask_input_)) {
    const ModelDescription& encoder = files.encoder->description();
    const ModelDescription& decoder = files.decoder->description();
    for (const char* name : embedding_names) {
      check_fits(files, *find_tensor(encoder.outputs, name), *find_tensor(decoder.inputs, name));
    }
    // looks_at stays 0 x 0: bilinear without antialiasing takes single pixels of a large picture, not means of them.
    const Shape& input = encoder.inputs[0].shape;
    encoder_size_ = {static_cast<int>(input[3]), static_cast<int>(input[2])};
    logits_name_ = find_tensor(decoder.outputs, "low_res_masks") != nullptr ? "low_res_masks" : "masks";
    const Shape& scores = find_tensor(decoder.outputs, "iou_predictions")->shape;
    info_.max_candidates = scores.size() == 2 && scores[1] > 0 ? static_cast<int>(scores[1]) : 3;
    encoder_ = std::move(files.encoder);
    decoder_ = std::move(files.decoder);
  }

  const PredictorInfo& info() const override { return info_; }

  Embedding encode(const Image& picture, Size picture_size, std::stop_token stop) override {
    if (stop.stop_requested()) throw Stopped();
    const Image resized = picture.size() == encoder_size_ ? picture : resize_bilinear(picture.view(), encoder_size_);
    const TensorInfo& info = encoder_->description().inputs[0];
    const Tensor input = encoder_->make_tensor(info.name, info.type, {1, 3, encoder_size_.height, encoder_size_.width});
    write_imagenet_nchw(resized.view(), input);
    const std::vector<std::string> outputs(std::begin(embedding_names), std::end(embedding_names));
    Embedding embedding;
    embedding.predictor_key = info_.key;
    embedding.model_key = info_.model_key;
    embedding.picture_size = picture_size;
    embedding.working_size = picture.size();
    embedding.tensors = encoder_->run({&input, 1}, outputs, stop);
    return embedding;
  }

  std::vector<Instance> decode(const Embedding& embedding, const Prompt& prompt, std::stop_token stop) override {
    check_made_by(info_, embedding);
    const Size picture = embedding.picture_size;
    const Prompt checked = checked_sam_prompt(prompt, picture, mask_input_);
    if (stop.stop_requested()) throw Stopped();
    const Frame frame = squash_frame(picture, frame_side_);
    std::vector<Tensor> inputs =
        make_prompt_tensors(*decoder_, constants_, checked, make_prompt_points(checked, frame, false), mask_input_);
    inputs.insert(inputs.end(), embedding.tensors.begin(), embedding.tensors.end());
    const std::vector<std::string> outputs = {logits_name_, "iou_predictions"};
    const std::vector<Tensor> answer = decoder_->run(inputs, outputs, stop);
    const std::vector<int> chosen = best_scores(answer[1].values<float>(), 0, checked.multimask);
    // One step from the logits to the picture, as samexporter's client does.
    return make_instances(answer[0], answer[1], chosen, {}, {}, picture);
  }

  std::uint64_t decode_bytes(const Embedding&, const Prompt&) const override { return 0; }

  Tensor make_tensor(std::string name, ElementType type, Shape shape) override {
    return decoder_->make_tensor(std::move(name), type, std::move(shape));
  }

  std::uint64_t bytes_held() const override { return encoder_->bytes_held() + decoder_->bytes_held(); }

  void release_memory() override {
    constants_.release_memory();
    encoder_->release_memory();
    decoder_->release_memory();
  }

 private:
  PredictorInfo info_;
  Size mask_input_;
  int frame_side_;
  Size encoder_size_;
  std::string logits_name_;
  std::unique_ptr<Model> encoder_;
  std::unique_ptr<Model> decoder_;
  ConstantTensors constants_;  // of the decoder
};

}  // namespace

const SamFamily sam2_family = {
    "sam2",
    "SAM 2",
    "SAM 2 of samexporter (encoder: one input [1,3,H,W] of f32 -> image_embed, high_res_feats_0, high_res_feats_1; "
    "decoder: those three, point_coords, point_labels, mask_input, has_mask_input of f32 -> masks, iou_predictions)",
    is_encoder,
    is_decoder,
    [](SamFiles files) -> std::unique_ptr<Predictor> { return std::make_unique<Sam2Predictor>(std::move(files)); },
};

}  // namespace sam
