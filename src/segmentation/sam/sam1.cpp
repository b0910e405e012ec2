// SAM 1 and its relatives with the official decoder signature (MobileSAM, EfficientViT-SAM with that decoder, …).
#include <algorithm>
#include <optional>
#include <utility>

#include "image/antialiased_reducer.h"
#include "segmentation/sam/frame.h"
#include "segmentation/sam/instances.h"
#include "segmentation/sam/preprocess.h"
#include "segmentation/sam/prompt_tensors.h"
#include "segmentation/sam/signature.h"

namespace sam {
namespace {

constexpr int preprocessing_version = 2;  // 2: large pictures are reduced while they are decoded

// A file of four masks has the single-mask token's answer first, then the three for ambiguous prompts.
constexpr int masks_with_single_token = 4;

// How the encoder takes pictures.
struct PictureInput {
  std::string name;
  ElementType type = ElementType::f32;
  bool channels_last = false;  // [h,w,3], else [1,3,h,w]
  int height = -1;             // -1: open
  int width = -1;
};

std::optional<PictureInput> picture_input(const TensorInfo& input) {
  if (input.type != ElementType::f32 && input.type != ElementType::u8) return std::nullopt;
  const Shape& shape = input.shape;
  if (shape.size() == 3 && shape[2] == 3) {
    return PictureInput{input.name, input.type, true, static_cast<int>(shape[0]), static_cast<int>(shape[1])};
  }
  // Planes come padded to a size that only the file knows.
  if (shape.size() == 4 && shape[0] <= 1 && shape[1] == 3 && shape[2] > 0 && shape[3] > 0) {
    return PictureInput{input.name, input.type, false, static_cast<int>(shape[2]), static_cast<int>(shape[3])};
  }
  return std::nullopt;
}

bool is_encoder(const ModelDescription& model) {
  return model.inputs.size() == 1 && picture_input(model.inputs[0]) && model.outputs.size() == 1 &&
         model.outputs[0].type == ElementType::f32 && model.outputs[0].shape.size() == 4;
}

bool is_decoder(const ModelDescription& model) {
  return are_exactly(model.inputs, {"image_embeddings", "point_coords", "point_labels", "mask_input", "has_mask_input",
                                    "orig_im_size"}) &&
         has_f32(model.outputs, "iou_predictions") &&
         (has_f32(model.outputs, "low_res_masks") || has_f32(model.outputs, "masks"));
}

class Sam1Predictor final : public Predictor {
 public:
  explicit Sam1Predictor(SamFiles files)
      : info_(make_info(sam1_family, files, preprocessing_version)),
        input_(*picture_input(files.encoder->description().inputs[0])),
        mask_input_(mask_input_size(files)),
        frame_side_(frame_side(files, mask_input_)) {
    const ModelDescription& decoder = files.decoder->description();
    check_fits(files, files.encoder->description().outputs[0], *find_tensor(decoder.inputs, "image_embeddings"));
    has_low_resolution_ = find_tensor(decoder.outputs, "low_res_masks") != nullptr;
    const Shape& scores = find_tensor(decoder.outputs, "iou_predictions")->shape;
    const bool one_mask = scores.size() == 2 && scores[1] == 1;
    info_.max_candidates = one_mask ? 1 : masks_with_single_token - 1;
    info_.looks_at = encoder_limit();
    encoder_ = std::move(files.encoder);
    decoder_ = std::move(files.decoder);
  }

  const PredictorInfo& info() const override { return info_; }

  Embedding encode(const Image& picture, Size picture_size, std::stop_token stop) override {
    if (stop.stop_requested()) throw Stopped();
    const Size fitted = fitted_size(picture.size(), encoder_limit());
    const Image resized = picture.size() == fitted ? picture : resize_antialiased(picture.view(), fitted);
    if (stop.stop_requested()) throw Stopped();
    const Tensor input = make_input(resized);
    const std::vector<std::string> outputs = {encoder_->description().outputs[0].name};
    Embedding embedding;
    embedding.predictor_key = info_.key;
    embedding.model_key = info_.model_key;
    embedding.picture_size = picture_size;
    embedding.working_size = picture.size();
    embedding.tensors = encoder_->run({&input, 1}, outputs, stop);
    embedding.tensors.front().name = "image_embeddings";
    return embedding;
  }

  std::vector<Instance> decode(const Embedding& embedding, const Prompt& prompt, std::stop_token stop) override {
    check_made_by(info_, embedding);
    const Size picture = embedding.picture_size;
    const Prompt checked = checked_sam_prompt(prompt, picture, mask_input_);
    if (stop.stop_requested()) throw Stopped();
    const Frame frame = longest_side_frame(picture, embedding.working_size, frame_side_, frame_limit());

    std::vector<Tensor> inputs =
        make_prompt_tensors(*decoder_, constants_, checked, make_prompt_points(checked, frame, true), mask_input_);
    inputs.push_back(make_size_input(picture));
    inputs.push_back(embedding.tensors.at(0));
    const std::vector<std::string> outputs = {has_low_resolution_ ? "low_res_masks" : "masks", "iou_predictions"};
    const std::vector<Tensor> answer = decoder_->run(inputs, outputs, stop);
    const std::vector<int> chosen = choose(answer[1], checked.multimask);
    if (!has_low_resolution_) return make_full_size_instances(answer[0], answer[1], chosen, picture);
    return make_instances(answer[0], answer[1], chosen, {frame_side_, frame_side_}, frame.content, picture);
  }

  // A decoder without low-resolution masks gives all of them at the picture's size.
  std::uint64_t decode_bytes(const Embedding& embedding, const Prompt&) const override {
    if (has_low_resolution_) return 0;
    return pixel_count(embedding.picture_size) * sizeof(float) * masks_with_single_token;
  }

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
  // What pictures are fitted into, in the encoder's pixels: its fixed sides, where open the frame's.
  Size encoder_limit() const {
    return {input_.width > 0 ? input_.width : frame_side_, input_.height > 0 ? input_.height : frame_side_};
  }

  // The same in the frame: some encoders work at half its resolution (EfficientViT-SAM at 512).
  Size frame_limit() const {
    const Size limit = encoder_limit();
    const int side = std::max(limit.width, limit.height);
    return {limit.width * frame_side_ / side, limit.height * frame_side_ / side};
  }

  Tensor make_input(const Image& resized) {
    const std::int64_t height = input_.height > 0 ? input_.height : resized.size().height;
    const std::int64_t width = input_.width > 0 ? input_.width : resized.size().width;
    if (input_.channels_last) {
      const Tensor tensor = encoder_->make_tensor(input_.name, input_.type, {height, width, 3});
      write_raw_hwc(resized.view(), tensor);
      return tensor;
    }
    const Tensor tensor = encoder_->make_tensor(input_.name, input_.type, {1, 3, height, width});
    if (input_.type == ElementType::u8) {
      write_raw_nchw(resized.view(), tensor);
    } else {
      write_sam1_nchw(resized.view(), tensor);
    }
    return tensor;
  }

  // The graph enlarges its masks to the size asked for; where low_res_masks is taken, that work is for nothing and kept small.
  Tensor make_size_input(Size picture) {
    if (has_low_resolution_) return constants_.get(*decoder_, "orig_im_size", {2}, 64);
    const Tensor tensor = decoder_->make_tensor("orig_im_size", ElementType::f32, {2});
    tensor.values<float>()[0] = static_cast<float>(picture.height);
    tensor.values<float>()[1] = static_cast<float>(picture.width);
    return tensor;
  }

  static std::vector<int> choose(const Tensor& scores, bool multimask) {
    const bool single_token = scores.element_count() == masks_with_single_token;
    if (single_token && !multimask) return {0};
    return best_scores(scores.values<float>(), single_token ? 1 : 0, multimask);
  }

  PredictorInfo info_;
  PictureInput input_;
  Size mask_input_;
  int frame_side_;
  bool has_low_resolution_ = false;
  std::unique_ptr<Model> encoder_;
  std::unique_ptr<Model> decoder_;
  ConstantTensors constants_;  // of the decoder
};

}  // namespace

const SamFamily sam1_family = {
    "sam1",
    "SAM 1",
    "SAM 1 (encoder: one input [h,w,3] or [1,3,H,W] of f32 or u8, one output [1,C,h,w]; decoder: image_embeddings, "
    "point_coords, point_labels, mask_input, has_mask_input, orig_im_size of f32 -> masks or low_res_masks, "
    "iou_predictions)",
    is_encoder,
    is_decoder,
    [](SamFiles files) -> std::unique_ptr<Predictor> { return std::make_unique<Sam1Predictor>(std::move(files)); },
};

}  // namespace sam
