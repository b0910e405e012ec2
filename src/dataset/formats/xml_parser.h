// The rules that all reading of XML shares, on libexpat: no document types (and with them no entities but XML's own five), a limit of
// depth, errors with line and byte.
// Threading: one thread. Ownership: owns the parser; bytes are only looked at.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

struct XML_ParserStruct;  // libexpat's own name

namespace sam {

inline constexpr int max_xml_depth = 32;

struct XmlParserFree {
  void operator()(XML_ParserStruct* parser) const;
};

// Derived classes get the events that are left; what they throw comes out of parse() and resume().
class XmlParser {
 public:
  explicit XmlParser(std::string place);
  virtual ~XmlParser();
  XmlParser(const XmlParser&) = delete;
  XmlParser& operator=(const XmlParser&) = delete;

 protected:
  // attributes: name, value, …, null.
  virtual void start(const char* name, const char** attributes) = 0;
  virtual void end() = 0;
  virtual void text(const char* bytes, std::size_t length) = 0;
  virtual void other() {}  // comments, processing instructions, the XML declaration

  // Throws FormatError: not well-formed. last: nothing follows.
  void parse(const char* bytes, std::size_t length, bool last);
  void resume();  // goes on after pause()
  void pause();   // called from an event: parse() or resume() returns behind it, and paused() is true
  bool paused() const { return paused_; }
  bool finished() const { return finished_; }

  int depth() const { return depth_; }  // of the element that starts, ends or has text; the root's is 1
  std::uint64_t event_start() const;    // byte of the file
  std::uint64_t event_end() const;
  std::uint64_t line() const;
  // FormatError with place, line and byte.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  struct Events;
  void check(int status);

  std::string place_;
  std::unique_ptr<XML_ParserStruct, XmlParserFree> parser_;
  std::exception_ptr thrown_;  // by an event: it may not pass through a library of C
  int depth_ = 0;
  bool paused_ = false;
  bool finished_ = false;
};

}  // namespace sam
