#include "inference/onnxruntime_library.h"

#include <dlfcn.h>
#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>
#include <string_view>

namespace sam {
namespace {

// The interface we are written to; a library gives its own and every older one.
constexpr std::uint32_t kApiVersion = 29;
static_assert(ORT_API_VERSION >= kApiVersion,
              "the system's ONNX Runtime headers are too old: remove them or set ONNXRUNTIME_INCLUDE");

constexpr const char* kHowToGet =
    "run script/setup cuda, or set SAM_ONNXRUNTIME to the library or folder of ONNX Runtime 1.29 or newer "
    "(docs/models.md)";

// Dependencies first. The number that ends the file's name is CUDA's choice and ONNX Runtime's.
constexpr std::array<std::string_view, 8> kCudaLibraries{"libcudart.so.",   "libnvrtc.so.",  "libnvJitLink.so.",
                                                         "libcublasLt.so.", "libcublas.so.", "libcurand.so.",
                                                         "libcufft.so.",    "libcudnn.so."};

std::vector<std::filesystem::path> split_paths(const char* text) {
  std::vector<std::filesystem::path> paths;
  std::istringstream stream(text == nullptr ? "" : text);
  for (std::string path; std::getline(stream, path, ':');) {
    if (!path.empty()) paths.emplace_back(path);
  }
  return paths;
}

// Sorted, so that what is found does not depend on the file system's order.
std::vector<std::filesystem::path> entries(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> result;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    result.push_back(it->path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

// A file is itself; of a folder, its libonnxruntime.so, whatever version ends the name (wheels have no plain one).
std::filesystem::path library_in(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return path;
  for (const std::filesystem::path& entry : entries(path)) {
    if (entry.filename().string().starts_with("libonnxruntime.so")) return entry;
  }
  return path / "libonnxruntime.so.1";  // which does not exist: dlopen says so in its own words
}

// The library's own name for where it was loaded from.
std::filesystem::path file_of(const void* symbol, const std::string& fallback) {
  Dl_info info{};
  return dladdr(symbol, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : fallback;
}

OnnxRuntimeLibrary open_library(const std::string& file) {
  OnnxRuntimeLibrary library;
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    library.problem = ::dlerror();
    return library;
  }
  using GetApiBase = const OrtApiBase*();
  auto* const get_api_base = reinterpret_cast<GetApiBase*>(::dlsym(handle, "OrtGetApiBase"));
  if (get_api_base == nullptr) {
    library.problem = file + " is not ONNX Runtime: it has no OrtGetApiBase";
    return library;
  }
  const OrtApiBase* const base = get_api_base();
  library.version = base->GetVersionString();
  library.file = file_of(reinterpret_cast<const void*>(get_api_base), file);
  library.api = base->GetApi(kApiVersion);
  if (library.api == nullptr) library.problem = library.file.string() + " is ONNX Runtime " + library.version;
  return library;
}

}  // namespace

OnnxRuntimeSearch default_onnxruntime_search() {
  OnnxRuntimeSearch search;
  if (const char* named = std::getenv("SAM_ONNXRUNTIME"); named != nullptr && *named != '\0') search.named = named;
  search.folders = {SAM_DEPS "/onnxruntime-gpu/onnxruntime/capi", SAM_DEPS "/onnxruntime/lib"};
  return search;
}

OnnxRuntimeLibrary open_onnxruntime(const OnnxRuntimeSearch& search) {
  std::vector<std::string> files;
  if (search.named) {
    files.push_back(library_in(*search.named).string());
  } else {
    files.push_back(search.system);
    for (const std::filesystem::path& folder : search.folders) files.push_back(library_in(folder).string());
  }
  std::string reasons;
  for (const std::string& file : files) {
    OnnxRuntimeLibrary library = open_library(file);
    if (library.api != nullptr) return library;
    const bool absent = library.problem.find("No such file") != std::string::npos;
    if (search.named || !absent) reasons += (reasons.empty() ? "" : "; ") + library.problem;
  }
  OnnxRuntimeLibrary none;
  none.problem = (reasons.empty() ? "ONNX Runtime is not there" : "no ONNX Runtime that can be used: " + reasons) +
                 "; " + kHowToGet;
  return none;
}

const OnnxRuntimeLibrary& process_onnxruntime() {
  static const OnnxRuntimeLibrary library = [] {
    OnnxRuntimeLibrary found = open_onnxruntime(default_onnxruntime_search());
    if (found.api != nullptr) Ort::InitApi(found.api);
    return found;
  }();
  return library;
}

std::vector<std::filesystem::path> cuda_library_folders(const std::filesystem::path& onnxruntime) {
  std::vector<std::filesystem::path> folders;
  std::vector<std::filesystem::path> roots = split_paths(std::getenv("SAM_CUDA_LIBRARIES"));
  roots.push_back(onnxruntime.parent_path().parent_path().parent_path() / "nvidia");
  for (const std::filesystem::path& root : roots) {
    folders.push_back(root);
    for (const std::filesystem::path& part : entries(root)) folders.push_back(part / "lib");
  }
  return folders;
}

std::vector<std::filesystem::path> preload_cuda_libraries(const std::vector<std::filesystem::path>& folders) {
  std::vector<std::filesystem::path> loaded;
  for (const std::string_view name : kCudaLibraries) {
    for (const std::filesystem::path& folder : folders) {
      const auto files = entries(folder);
      const auto file = std::find_if(files.begin(), files.end(), [&](const std::filesystem::path& path) {
        return path.filename().string().starts_with(name);
      });
      if (file == files.end()) continue;
      if (::dlopen(file->c_str(), RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE) != nullptr) loaded.push_back(*file);
      break;
    }
  }
  return loaded;
}

}  // namespace sam
