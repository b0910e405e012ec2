// A row of the table of model families: how its files are recognised and what is made of them.
// Threading: values; the functions keep no state. Ownership: make() takes the models over.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "inference/model.h"
#include "segmentation/predictor.h"

namespace sam {

struct SamFiles {
  std::filesystem::path encoder_file;
  std::filesystem::path decoder_file;
  std::unique_ptr<Model> encoder;
  std::unique_ptr<Model> decoder;
  std::string title;  // for people; empty: the family's
};

struct SamFamily {
  const char* name;   // PredictorInfo::family
  const char* title;  // for people
  const char* known;  // the signature, for the message that refuses an unknown file
  bool (*is_encoder)(const ModelDescription&);
  bool (*is_decoder)(const ModelDescription&);
  // Requires: both files are this family's. Throws ModelError if they do not fit each other.
  std::unique_ptr<Predictor> (*make)(SamFiles);
};

extern const SamFamily sam1_family;
extern const SamFamily sam2_family;

}  // namespace sam
