// Which predictors there are, and how a model file is recognised: one table, a row a family.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "inference/model.h"
#include "inference/onnx_file.h"
#include "segmentation/predictor.h"

namespace sam {

// Loads one network; the composition root decides where (in process, in a worker) and with which engine.
using ModelLoader = std::function<std::unique_ptr<Model>(const std::filesystem::path& file)>;

// The predictor that needs no files.
std::unique_ptr<Predictor> make_grabcut_predictor();

// Whether the names alone are those of a family's encoder and decoder. If they are not, make_sam_predictor will hardly take the files.
bool has_sam_names(const OnnxGraph& encoder, const OnnxGraph& decoder);

// Outputs of a decoder that no family asks it for: masks at the picture's size where there are logits to make them of, which costs less.
std::vector<std::string> needless_outputs(const OnnxGraph& decoder);

// Recognises the family from the names and shapes in both files. Throws ModelError; for an unknown kind the message lists what was
// found and what is known. title: what people call the model; empty: the family's name.
std::unique_ptr<Predictor> make_sam_predictor(const std::filesystem::path& encoder,
                                              const std::filesystem::path& decoder, const ModelLoader& load,
                                              std::string title = {});

}  // namespace sam
