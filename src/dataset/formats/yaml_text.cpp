#include "dataset/formats/yaml_text.h"

#include <yaml.h>

#include <memory>
#include <new>
#include <optional>

#include "dataset/formats/format.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

constexpr std::size_t max_depth = 16;

struct EventDelete {
  void operator()(yaml_event_t* event) const {
    yaml_event_delete(event);
    delete event;
  }
};
using Event = std::unique_ptr<yaml_event_t, EventDelete>;

// libyaml's events, one after the other.
class Events {
 public:
  Events(std::string_view text, const std::string& place) : place_(place) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Events() { yaml_parser_delete(&parser_); }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  Event next() {
    auto raw = std::make_unique<yaml_event_t>();
    if (yaml_parser_parse(&parser_, raw.get()) == 0) {
      if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
      fail(parser_.problem_mark.line + 1, parser_.problem == nullptr ? "not YAML" : parser_.problem);
    }
    return Event(raw.release());
  }

  [[noreturn]] void fail(std::size_t line, const std::string& reason) const {
    throw FormatError(place_ + ":" + std::to_string(line), reason);
  }

 private:
  yaml_parser_t parser_{};
  const std::string& place_;
};

std::size_t line_of(const yaml_event_t& event) {
  return event.start_mark.line + 1;
}

std::string scalar_of(const yaml_event_t& event) {
  return {reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length};
}

// The node that event starts. depth: of the node.
YamlNode read_node(Events& events, const yaml_event_t& event, std::size_t depth);

void read_list(Events& events, YamlNode& node, std::size_t depth) {
  for (Event event = events.next(); event->type != YAML_SEQUENCE_END_EVENT; event = events.next()) {
    node.items.push_back(read_node(events, *event, depth + 1));
  }
}

void read_map(Events& events, YamlNode& node, std::size_t depth) {
  for (Event key = events.next(); key->type != YAML_MAPPING_END_EVENT; key = events.next()) {
    if (key->type != YAML_SCALAR_EVENT) events.fail(line_of(*key), "a key is not a plain text");
    const Event value = events.next();
    node.fields.push_back({scalar_of(*key), read_node(events, *value, depth + 1)});
  }
}

YamlNode read_node(Events& events, const yaml_event_t& event, std::size_t depth) {
  YamlNode node;
  node.line = line_of(event);
  if (depth > max_depth) events.fail(node.line, "nested deeper than " + std::to_string(max_depth));
  switch (event.type) {
    case YAML_SCALAR_EVENT:
      node.text = scalar_of(event);
      return node;
    case YAML_SEQUENCE_START_EVENT:
      node.kind = YamlNode::Kind::list;
      read_list(events, node, depth);
      return node;
    case YAML_MAPPING_START_EVENT:
      node.kind = YamlNode::Kind::map;
      read_map(events, node, depth);
      return node;
    case YAML_ALIAS_EVENT:
      events.fail(node.line, "an alias (*name) is not read; write what it stands for");
    default:
      events.fail(node.line, "a value is missing");
  }
}

struct Emitter {
  Emitter() {
    if (yaml_emitter_initialize(&emitter) == 0) throw std::bad_alloc();
  }
  ~Emitter() { yaml_emitter_delete(&emitter); }
  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;
  yaml_emitter_t emitter{};
};

int append_bytes(void* text, unsigned char* bytes, std::size_t count) {
  try {
    static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), count);
    return 1;
  } catch (const std::bad_alloc&) {  // which must not pass through C
    return 0;
  }
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  for (std::size_t bad = first_invalid_utf8(text); bad < text.size(); bad = first_invalid_utf8(text)) {
    valid.append(text.substr(0, bad)) += '?';
    text.remove_prefix(bad + 1);
  }
  return valid.append(text);
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : fields) {
    if (name == key) return &value;
  }
  return nullptr;
}

YamlNode parse_yaml(std::string_view text, const std::string& place) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  Events events(text, place);
  YamlNode root;
  root.kind = YamlNode::Kind::map;
  bool found = false;
  for (Event event = events.next(); event->type != YAML_STREAM_END_EVENT; event = events.next()) {
    if (event->type == YAML_STREAM_START_EVENT || event->type == YAML_DOCUMENT_END_EVENT) continue;
    if (event->type != YAML_DOCUMENT_START_EVENT) events.fail(line_of(*event), "not a YAML document");
    if (found) events.fail(line_of(*event), "a second document; one is read");
    found = true;
    root = read_node(events, *events.next(), 1);
  }
  return root;
}

std::string yaml_scalar(std::string_view text) {
  const std::string valid = valid_utf8(text);
  std::string out;
  Emitter emitter;
  yaml_emitter_set_output(&emitter.emitter, append_bytes, &out);
  yaml_emitter_set_unicode(&emitter.emitter, 1);
  yaml_emitter_set_width(&emitter.emitter, -1);
  yaml_event_t event;
  const auto put = [&](int made) {
    if (made == 0 || yaml_emitter_emit(&emitter.emitter, &event) == 0) throw std::bad_alloc();
  };
  put(yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
  put(yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1));
  put(yaml_scalar_event_initialize(&event, nullptr, nullptr, reinterpret_cast<const unsigned char*>(valid.data()),
                                   static_cast<int>(valid.size()), 1, 1, YAML_DOUBLE_QUOTED_SCALAR_STYLE));
  put(yaml_document_end_event_initialize(&event, 1));
  put(yaml_stream_end_event_initialize(&event));
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

}  // namespace sam
