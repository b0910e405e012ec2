// simdjson's documents, opened so that lack of memory is std::bad_alloc: 3.0.1's on-demand parser does not look whether it was given the
// buffer for unescaped texts and writes the first text to address 0; and its other failures to get memory look like damage to the text.
// The one header that shows a library: for .cpp files only. Threading: one thread a parser. Ownership: parser and text must outlive the document.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <new>
#include <string_view>
#include <utility>

namespace sam {

// Throws std::bad_alloc for the one error that says nothing about the text.
inline simdjson::error_code without_bad_alloc(simdjson::error_code error) {
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  return error;
}

// readable_bytes: how many may be read from text.data() on, at least simdjson::SIMDJSON_PADDING more than the text has. Gives simdjson's error
// where text is no JSON; throws std::bad_alloc.
inline simdjson::error_code open_json(simdjson::ondemand::parser& parser, std::string_view text,
                                      std::size_t readable_bytes, simdjson::ondemand::document& document) {
  struct Opened : simdjson::ondemand::document {
    bool has_text_buffer() { return iter.string_buf_loc() != nullptr; }
  };
  Opened opened;
  const auto error =
      parser.iterate(text.data(), text.size(), readable_bytes).get(static_cast<simdjson::ondemand::document&>(opened));
  if (without_bad_alloc(error) != simdjson::SUCCESS) return error;
  if (!opened.has_text_buffer()) throw std::bad_alloc();
  document = std::move(static_cast<simdjson::ondemand::document&>(opened));
  return simdjson::SUCCESS;
}

}  // namespace sam
