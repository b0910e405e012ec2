// A large XML file, one child of the root after the other, as the bytes that stand in the file: who gets a slice parses it where and
// when it likes. Memory: one slice, whatever the file's size.
// Threading: one thread. Ownership: the file must outlive this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dataset/formats/xml_parser.h"
#include "platform/file_system.h"

namespace sam {

struct XmlSlice {
  std::string name;  // of the element
  std::string text;  // "<image …>…</image>"
  std::uint64_t line = 0;
};

class XmlSlices final : private XmlParser {
 public:
  // place: the file's name, for messages.
  XmlSlices(InputFile& file, std::string place);

  // Throws FormatError: not well-formed, not UTF-8, a root of another name, a slice of more than 64 MB; FileError.
  std::optional<XmlSlice> next(std::string_view root);

 private:
  void start(const char* name, const char** attributes) override;
  void end() override;
  void text(const char*, std::size_t) override { see_event(); }
  void other() override { see_event(); }
  void see_event();
  void read_more();

  InputFile& file_;
  std::string_view root_;
  std::string kept_;  // of the file, from kept_from_ on: what a slice may still need
  std::uint64_t kept_from_ = 0;
  std::uint64_t read_to_ = 0;
  std::uint64_t seen_to_ = 0;  // the end of the last event
  std::uint64_t slice_from_ = 0;
  bool in_slice_ = false;
  bool progressed_ = true;  // since the last chunk
  std::size_t chunk_bytes_;
  XmlSlice slice_;
  bool made_ = false;
};

}  // namespace sam
