#include "dataset/formats/xml_element.h"

#include <algorithm>

#include "dataset/formats/xml_parser.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

constexpr std::size_t max_parts = 1'000'000;
constexpr std::size_t chunk_bytes = 1 << 20;
constexpr std::string_view blanks = " \t\r\n";

void trim(std::string& text) {
  text.erase(text.find_last_not_of(blanks) + 1);
  text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
}

class Children final : public XmlParser {
 public:
  Children(const std::string& place, const XmlUse& use) : XmlParser(place), use_(use) {}

  void read(std::string_view text) {
    std::size_t at = 0;
    do {
      const std::size_t length = std::min(chunk_bytes, text.size() - at);
      parse(text.data() + at, length, at + length == text.size());
      at += length;
    } while (!paused() && at < text.size());
  }

 private:
  void start(const char* name, const char** attributes) override {
    if (enough_) return;
    count();
    XmlElement element{name, {}, {}, {}};
    for (; *attributes != nullptr; attributes += 2) {
      count();
      element.attributes.emplace_back(attributes[0], attributes[1]);
    }
    if (depth() == 1) {
      told(use_.root, element);
    } else {
      open_.push_back(std::move(element));
    }
  }

  void text(const char* bytes, std::size_t length) override {
    if (!enough_ && !open_.empty()) open_.back().text.append(bytes, length);
  }

  void end() override {
    if (enough_ || open_.empty()) return;
    XmlElement element = std::move(open_.back());
    open_.pop_back();
    trim(element.text);
    if (!open_.empty()) {
      open_.back().children.push_back(std::move(element));
      return;
    }
    parts_ = 0;
    told(use_.child, element);
  }

  void count() {
    if (++parts_ > max_parts) fail("an element has more than " + std::to_string(max_parts) + " elements in it");
  }

  void told(const std::function<bool(const XmlElement&)>& function, const XmlElement& element) {
    if (!function || function(element)) return;
    enough_ = true;
    pause();
  }

  const XmlUse& use_;
  std::vector<XmlElement> open_;  // from the root's child to the element that is being read
  std::size_t parts_ = 0;
  bool enough_ = false;
};

}  // namespace

const std::string* XmlElement::attribute(std::string_view attribute_name) const {
  for (const auto& [each, value] : attributes) {
    if (each == attribute_name) return &value;
  }
  return nullptr;
}

const XmlElement* XmlElement::child(std::string_view child_name) const {
  for (const XmlElement& each : children) {
    if (each.name == child_name) return &each;
  }
  return nullptr;
}

std::string_view XmlElement::child_text(std::string_view child_name) const {
  const XmlElement* found = child(child_name);
  return found != nullptr ? std::string_view(found->text) : std::string_view();
}

void read_xml(std::string_view text, const std::string& place, const XmlUse& use) {
  Children(place, use).read(text);
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  std::size_t valid_until = first_invalid_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == valid_until) {  // one byte is lost, and what follows is looked at anew
      escaped += '?';
      valid_until = i + 1 + first_invalid_utf8(text.substr(i + 1));
      continue;
    }
    const char c = text[i];
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\n':
        escaped += "&#10;";
        break;
      case '\r':
        escaped += "&#13;";
        break;
      case '\t':
        escaped += "&#9;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return escaped;
}

}  // namespace sam
