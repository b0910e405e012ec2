// A library loaded at run time, so that one binary runs with or without it.
// Ownership: the library stays loaded while the object lives.
#pragma once

#include <optional>
#include <string>

namespace sam {

class SharedLibrary {
 public:
  // Nothing if the system has no such library (or cannot load it).
  static std::optional<SharedLibrary> open(const std::string& file_name);

  SharedLibrary(SharedLibrary&& other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
  SharedLibrary& operator=(SharedLibrary&& other) noexcept;
  SharedLibrary(const SharedLibrary&) = delete;
  SharedLibrary& operator=(const SharedLibrary&) = delete;
  ~SharedLibrary();

  // Null if the library has no such symbol.
  template <typename Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(symbol(name));
  }

 private:
  explicit SharedLibrary(void* handle) : handle_(handle) {}
  void* symbol(const char* name) const;

  void* handle_;
};

}  // namespace sam
