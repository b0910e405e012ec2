#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <optional>

#include "inference/onnxruntime_library.h"
#include "inference/onnxruntime_model.h"
#include "inference/openvino_error.h"
#include "platform/shared_library.h"

namespace sam {
namespace {

// Of the CUDA driver API; 0 is success.
using InitFunction = int(unsigned flags);
using CountFunction = int(int* count);
using NameFunction = int(char* name, int size, int device);

struct Cards {
  std::vector<std::string> names;  // in CUDA's order, those that CUDA_VISIBLE_DEVICES leaves
  std::string problem;
};

Cards visible_cards_by_driver() {
  Cards cards;
  static const std::optional<SharedLibrary> driver = SharedLibrary::open("libcuda.so.1");
  if (!driver) {
    cards.problem = "no NVIDIA driver (libcuda.so.1 is not there); install driver 580 or newer";
    return cards;
  }
  auto* const init = driver->function<InitFunction>("cuInit");
  auto* const count_cards = driver->function<CountFunction>("cuDeviceGetCount");
  auto* const name_card = driver->function<NameFunction>("cuDeviceGetName");
  int count = 0;
  const int status = init == nullptr || count_cards == nullptr || name_card == nullptr ? -1 : init(0);
  if (status != 0 || count_cards(&count) != 0 || count == 0) {
    cards.problem = "the NVIDIA driver shows no card (cuInit: " + std::to_string(status) +
                    "); see nvidia-smi and CUDA_VISIBLE_DEVICES";
    return cards;
  }
  for (int i = 0; i < count; ++i) {
    char name[256] = "";
    name_card(name, sizeof name, i);
    cards.names.emplace_back(name);
  }
  return cards;
}

// Loads ONNX Runtime's CUDA part, which is the only way to know that it can be loaded.
std::string provider_problem(const OnnxRuntimeLibrary& library) {
  try {
    const std::vector<std::string> providers = Ort::GetAvailableProviders();
    if (std::find(providers.begin(), providers.end(), "CUDAExecutionProvider") == providers.end()) {
      return library.file.string() + " (" + library.version +
             ") was built without CUDA; run script/setup cuda, or set SAM_ONNXRUNTIME to one with it";
    }
    preload_cuda_libraries(cuda_library_folders(library.file));
    const Ort::Env environment(ORT_LOGGING_LEVEL_FATAL, "sam");
    Ort::SessionOptions session;
    session.AppendExecutionProvider_CUDA_V2(*Ort::CUDAProviderOptions());
    return {};
  } catch (const std::exception& error) {
    return "ONNX Runtime's CUDA part cannot be loaded: " + engine_message_line(error.what()) +
           "; run script/setup cuda, or name the folders of CUDA 13 and cuDNN 9 in SAM_CUDA_LIBRARIES (docs/models.md)";
  }
}

}  // namespace

std::string missing_onnxruntime_cuda() {
  const Cards cards = visible_cards_by_driver();
  if (!cards.problem.empty()) return cards.problem;
  const OnnxRuntimeLibrary& library = process_onnxruntime();
  return library.api == nullptr ? library.problem : provider_problem(library);
}

EngineReport report_onnxruntime() {
  EngineReport report{"ONNX Runtime", {}, {}, missing_onnxruntime_cuda()};
  if (!report.problem.empty()) return report;
  report.version = process_onnxruntime().version;
  const Cards cards = visible_cards_by_driver();
  for (std::size_t i = 0; i < cards.names.size(); ++i) {
    report.devices.push_back("cuda:" + std::to_string(i) + ": " + cards.names[i]);
  }
  return report;
}

}  // namespace sam
