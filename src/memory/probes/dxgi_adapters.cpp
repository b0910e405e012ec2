#include "memory/probes/dxgi_memory.h"

#ifdef _WIN32
#include <dxgi1_4.h>
#include <windows.h>

#include <memory>
#endif

namespace sam {

#ifndef _WIN32

std::vector<DxgiAdapter> dxgi_adapters() {
  return {};
}

#else

namespace {

constexpr UINT nvidia_vendor = 0x10DE;

struct Release {
  void operator()(IUnknown* object) const { object->Release(); }
};
template <typename Interface>
using Owned = std::unique_ptr<Interface, Release>;

std::string utf8(const WCHAR* text) {
  const int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, nullptr, 0, nullptr, nullptr);
  if (size <= 1) return "graphics card";
  std::string result(static_cast<std::size_t>(size), '\0');
  WideCharToMultiByte(CP_UTF8, 0, text, -1, result.data(), size, nullptr, nullptr);
  result.pop_back();  // the closing zero
  return result;
}

std::optional<DxgiAdapter> describe(IDXGIAdapter1& adapter) {
  DXGI_ADAPTER_DESC1 description{};
  if (FAILED(adapter.GetDesc1(&description)) || description.VendorId != nvidia_vendor) return std::nullopt;
  void* object = nullptr;
  if (FAILED(adapter.QueryInterface(__uuidof(IDXGIAdapter3), &object))) return std::nullopt;  // before Windows 10
  const std::shared_ptr<IDXGIAdapter3> kept(static_cast<IDXGIAdapter3*>(object), Release());
  const std::uint64_t dedicated_bytes = description.DedicatedVideoMemory;
  const auto query = [kept, dedicated_bytes]() -> std::optional<DxgiMemory> {
    DXGI_QUERY_VIDEO_MEMORY_INFO info{};
    if (FAILED(kept->QueryVideoMemoryInfo(0, DXGI_MEMORY_SEGMENT_GROUP_LOCAL, &info))) return std::nullopt;
    return DxgiMemory{dedicated_bytes, info.Budget, info.CurrentUsage};
  };
  return DxgiAdapter{utf8(description.Description), query};
}

}  // namespace

std::vector<DxgiAdapter> dxgi_adapters() {
  using CreateFactory = HRESULT WINAPI(REFIID, void**);
  std::vector<DxgiAdapter> adapters;
  const HMODULE library = LoadLibraryW(L"dxgi.dll");  // a part of Windows, never unloaded
  if (library == nullptr) return adapters;
  const FARPROC address = GetProcAddress(library, "CreateDXGIFactory1");
  if (address == nullptr) return adapters;
  auto* const create = reinterpret_cast<CreateFactory*>(reinterpret_cast<void*>(address));
  void* object = nullptr;
  if (FAILED(create(__uuidof(IDXGIFactory1), &object))) return adapters;
  const Owned<IDXGIFactory1> factory(static_cast<IDXGIFactory1*>(object));
  IDXGIAdapter1* next = nullptr;
  for (UINT i = 0; factory->EnumAdapters1(i, &next) == S_OK; ++i) {
    const Owned<IDXGIAdapter1> adapter(next);
    if (auto described = describe(*adapter)) adapters.push_back(*std::move(described));
  }
  return adapters;
}

#endif

}  // namespace sam
