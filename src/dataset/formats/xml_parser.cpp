#include "dataset/formats/xml_parser.h"

#include <expat.h>

#include <algorithm>
#include <new>

#include "dataset/formats/format.h"

namespace sam {

void XmlParserFree::operator()(XML_ParserStruct* parser) const {
  XML_ParserFree(parser);
}

struct XmlParser::Events {
  template <typename Event>
  static void guard(void* user, Event event) {
    auto& self = *static_cast<XmlParser*>(user);
    if (self.thrown_) return;  // libexpat may have one more event before it stops
    try {
      event(self);
    } catch (...) {
      self.thrown_ = std::current_exception();
      XML_StopParser(self.parser_.get(), XML_FALSE);
    }
  }

  static void start(void* user, const char* name, const char** attributes) {
    guard(user, [&](XmlParser& self) {
      if (++self.depth_ > max_xml_depth) self.fail("elements are nested deeper than " + std::to_string(max_xml_depth));
      self.start(name, attributes);
    });
  }

  static void end(void* user, const char*) {
    guard(user, [&](XmlParser& self) {
      self.end();
      --self.depth_;
    });
  }

  static void text(void* user, const char* bytes, int length) {
    guard(user, [&](XmlParser& self) { self.text(bytes, static_cast<std::size_t>(length)); });
  }

  static void other(void* user, const char*, int) {
    guard(user, [](XmlParser& self) { self.other(); });
  }

  static void document_type(void* user, const char*, const char*, const char*, int) {
    guard(user, [](XmlParser& self) {
      self.fail("it declares a document type (<!DOCTYPE …>), which may define entities; remove it");
    });
  }
};

XmlParser::XmlParser(std::string place) : place_(std::move(place)), parser_(XML_ParserCreate(nullptr)) {
  if (!parser_) throw std::bad_alloc();
  XML_SetUserData(parser_.get(), this);
  XML_SetElementHandler(parser_.get(), Events::start, Events::end);
  XML_SetCharacterDataHandler(parser_.get(), Events::text);
  XML_SetDefaultHandler(parser_.get(), Events::other);
  XML_SetStartDoctypeDeclHandler(parser_.get(), Events::document_type);
}

XmlParser::~XmlParser() = default;

void XmlParser::check(int status) {
  if (thrown_) std::rethrow_exception(thrown_);
  if (status == XML_STATUS_ERROR) {
    const XML_Error error = XML_GetErrorCode(parser_.get());
    if (error == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
    fail(std::string("not well-formed XML: ") + XML_ErrorString(error));
  }
  paused_ = status == XML_STATUS_SUSPENDED;
  XML_ParsingStatus parsing;
  XML_GetParsingStatus(parser_.get(), &parsing);
  finished_ = parsing.parsing == XML_FINISHED;
}

void XmlParser::parse(const char* bytes, std::size_t length, bool last) {
  check(XML_Parse(parser_.get(), bytes, static_cast<int>(length), last ? 1 : 0));
}

void XmlParser::resume() {
  check(XML_ResumeParser(parser_.get()));
}

void XmlParser::pause() {
  XML_StopParser(parser_.get(), XML_TRUE);
}

std::uint64_t XmlParser::event_start() const {
  return static_cast<std::uint64_t>(std::max<XML_Index>(XML_GetCurrentByteIndex(parser_.get()), 0));  // -1: nothing yet
}

std::uint64_t XmlParser::event_end() const {
  return event_start() + static_cast<std::uint64_t>(XML_GetCurrentByteCount(parser_.get()));
}

std::uint64_t XmlParser::line() const {
  return XML_GetCurrentLineNumber(parser_.get());
}

void XmlParser::fail(const std::string& what) const {
  throw FormatError(place_ + ", line " + std::to_string(line()) + ", byte " + std::to_string(event_start()), what);
}

}  // namespace sam
