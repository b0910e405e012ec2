#include "memory/probes/nvml_probe.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "platform/shared_library.h"

namespace sam {
namespace {

// Own declarations of the few functions used; layouts as in nvml.h since driver 418 (the v1 memory structure never changed).
using NvmlDevice = struct NvmlDeviceHandle*;
struct NvmlMemory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};
constexpr int nvml_success = 0;
constexpr unsigned nvml_text_bytes = 96;

using NvmlInit = int();
using NvmlShutdown = int();
using NvmlErrorString = const char*(int);
using NvmlGetCount = int(unsigned*);
using NvmlGetHandle = int(unsigned, NvmlDevice*);
using NvmlGetText = int(NvmlDevice, char*, unsigned);
using NvmlGetMemory = int(NvmlDevice, NvmlMemory*);

class Nvml {
 public:
  Nvml(SharedLibrary library, NvmlShutdown* shutdown, NvmlGetMemory* get_memory)
      : library_(std::move(library)), shutdown_(shutdown), get_memory_(get_memory) {}
  ~Nvml() { shutdown_(); }
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  std::optional<NvmlMemory> memory(NvmlDevice device) const {
    NvmlMemory memory{};
    if (get_memory_(device, &memory) != nvml_success || memory.total == 0) return std::nullopt;
    return memory;
  }

 private:
  SharedLibrary library_;
  NvmlShutdown* shutdown_;
  NvmlGetMemory* get_memory_;
};

class NvmlProbe final : public Probe {
 public:
  NvmlProbe(std::shared_ptr<const Nvml> nvml, NvmlDevice device, std::size_t cuda_index, std::string name)
      : nvml_(std::move(nvml)),
        device_(device),
        domain_("cuda:" + std::to_string(cuda_index)),
        name_(std::move(name)) {}

  const std::string& domain() const override { return domain_; }
  const std::string& name() const override { return name_; }

  std::optional<MemoryReading> read() override {
    const auto memory = nvml_->memory(device_);
    if (!memory) return std::nullopt;
    MemoryReading reading;
    reading.total_bytes = memory->total;
    reading.used_bytes = memory->used;
    reading.free_bytes = memory->free;
    reading.source = "NVML";
    return reading;
  }

 private:
  std::shared_ptr<const Nvml> nvml_;
  NvmlDevice device_;
  std::string domain_;
  std::string name_;
};

std::string text_of(NvmlGetText* get, NvmlDevice device) {
  std::array<char, nvml_text_bytes> text{};
  return get(device, text.data(), nvml_text_bytes - 1) == nvml_success ? text.data() : "";
}

}  // namespace

std::vector<std::size_t> visible_cards(const std::optional<std::string>& visible,
                                       const std::vector<std::string>& uuids) {
  std::vector<std::size_t> cards;
  if (!visible) {
    for (std::size_t i = 0; i < uuids.size(); ++i) cards.push_back(i);
    return cards;
  }
  std::size_t begin = 0;
  while (begin <= visible->size()) {
    const std::size_t end = std::min(visible->find(',', begin), visible->size());
    std::string entry = visible->substr(begin, end - begin);
    std::erase(entry, ' ');
    begin = end + 1;
    std::size_t card = uuids.size();
    if (entry.starts_with("GPU-")) {
      const auto fits = [&](const std::string& uuid) { return uuid.starts_with(entry); };
      card = static_cast<std::size_t>(std::find_if(uuids.begin(), uuids.end(), fits) - uuids.begin());
    } else {
      std::size_t index = 0;
      const auto [stop, error] = std::from_chars(entry.data(), entry.data() + entry.size(), index);
      if (error == std::errc() && stop == entry.data() + entry.size()) card = index;
    }
    if (card >= uuids.size() || std::find(cards.begin(), cards.end(), card) != cards.end()) break;
    cards.push_back(card);
  }
  return cards;
}

std::vector<std::unique_ptr<Probe>> make_nvml_probes(const NvmlOptions& options, std::string* why_none) {
  const auto none = [&](const std::string& reason) {
    if (why_none != nullptr) *why_none = reason;
    return std::vector<std::unique_ptr<Probe>>();
  };
  auto library = SharedLibrary::open(options.library);
  if (!library) return none(options.library + " not found: no NVIDIA driver");
  auto* init = library->function<NvmlInit>("nvmlInit_v2");
  auto* shutdown = library->function<NvmlShutdown>("nvmlShutdown");
  auto* error_string = library->function<NvmlErrorString>("nvmlErrorString");
  auto* get_count = library->function<NvmlGetCount>("nvmlDeviceGetCount_v2");
  auto* get_handle = library->function<NvmlGetHandle>("nvmlDeviceGetHandleByIndex_v2");
  auto* get_uuid = library->function<NvmlGetText>("nvmlDeviceGetUUID");
  auto* get_name = library->function<NvmlGetText>("nvmlDeviceGetName");
  auto* get_memory = library->function<NvmlGetMemory>("nvmlDeviceGetMemoryInfo");
  if (!init || !shutdown || !error_string || !get_count || !get_handle || !get_uuid || !get_name || !get_memory)
    return none(options.library + " lacks a function that is needed: the driver is too old");
  if (const int status = init(); status != nvml_success) return none(std::string("NVML: ") + error_string(status));

  auto nvml = std::make_shared<const Nvml>(std::move(*library), shutdown, get_memory);
  unsigned count = 0;
  if (const int status = get_count(&count); status != nvml_success)
    return none(std::string("NVML: ") + error_string(status));
  std::vector<NvmlDevice> handles;
  std::vector<std::string> uuids;
  for (unsigned i = 0; i < count; ++i) {
    NvmlDevice handle = nullptr;
    if (get_handle(i, &handle) != nvml_success) continue;  // a card that fell off the bus
    handles.push_back(handle);
    uuids.push_back(text_of(get_uuid, handle));
  }
  std::vector<std::unique_ptr<Probe>> probes;
  for (const std::size_t card : visible_cards(options.visible_devices, uuids)) {
    std::string name = text_of(get_name, handles[card]);
    probes.push_back(
        std::make_unique<NvmlProbe>(nvml, handles[card], probes.size(), name.empty() ? "NVIDIA GPU" : name));
  }
  if (probes.empty()) return none("NVML: no visible NVIDIA card");
  return probes;
}

}  // namespace sam
