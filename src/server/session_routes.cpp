#include <charconv>
#include <limits>

#include "server/api.h"
#include "server/memory_replies.h"
#include "server/problem.h"
#include "server/replies.h"
#include "server/requests.h"

namespace sam {
namespace {

constexpr std::size_t small_body_bytes = 16 << 10;
constexpr std::size_t prompt_body_bytes = 256 << 10;
constexpr std::size_t edit_body_bytes = 64 << 20;  // the mask of the largest picture, at its worst

const std::string& picture_name(const ApiParts& parts, const Request& request) {
  const std::string& name = request.params.at("name");
  require_picture(parts.store, name);
  return name;
}

// A picture that turned out to be unreadable changes the list; the error names it.
template <typename Work>
auto telling_of_broken(const ApiParts& parts, const std::string& name, Work work) {
  try {
    return work();
  } catch (const ImageError& error) {
    parts.events->publish({"images", "{}"});
    throw named(name, error);
  }
}

Response project(const ApiParts& parts) {
  return json_response(project_json({parts.options.version, parts.store.picture_count(), parts.session.current()},
                                    parts.store.folder(), parts.store.classes(), parts.pipeline));
}

// A listed picture need not have a path: it may be a link that leads out of the project.
EncodingState encoding_of(const ApiParts& parts, const PictureEntry& entry) {
  if (entry.state == PictureEntry::State::broken) return EncodingState::none;
  try {
    return parts.pipeline.encoding({parts.store.picture_path(entry.name)}).state;
  } catch (const DatasetError&) {
    return EncodingState::none;
  }
}

Response images(const ApiParts& parts, const Request& request) {
  const std::size_t offset = query_number(request, "offset", 0, 0, std::numeric_limits<std::uint32_t>::max());
  const std::size_t limit = query_number(request, "limit", 200, 1, 1000);
  std::vector<ListedPicture> list;
  for (PictureEntry& entry : parts.store.pictures(offset, limit)) {
    const EncodingState encoding = encoding_of(parts, entry);
    list.push_back({std::move(entry), encoding});
  }
  return json_response(images_json(parts.store.picture_count(), offset, list));
}

Response put_current(const ApiParts& parts, const Request& request) {
  const std::string name = parse_current_request(request.body);
  require_picture(parts.store, name);
  return telling_of_broken(parts, name, [&] { return json_response(picture_json(parts.session.show(name))); });
}

Response get_picture(const ApiParts& parts, const Request& request) {
  const std::string& name = picture_name(parts, request);
  return telling_of_broken(parts, name, [&] { return json_response(picture_json(parts.session.state(name))); });
}

Response segment(const ApiParts& parts, const Request& request) {
  const std::string& name = picture_name(parts, request);
  const SegmentRequest prompt = parse_segment_request(request.body);
  return telling_of_broken(
      parts, name, [&] { return json_response(candidates_json(parts.session.segment(name, prompt, request.stop))); });
}

Response edit(const ApiParts& parts, const Request& request) {
  const std::string& name = picture_name(parts, request);
  const EditRequest asked = parse_edit_request(request.body);
  const PictureState state =
      telling_of_broken(parts, name, [&] { return parts.session.apply(name, asked.revision, asked.edit); });
  if (state.revision != asked.revision) {
    parts.events->publish({"changed", changed_event_json(name, state.revision, asked.window)});
  }
  return json_response(picture_json(state));
}

Response save(const ApiParts& parts, const Request& request) {
  const std::string& name = picture_name(parts, request);
  const std::string window = parse_save_request(request.body);
  const PictureState state = telling_of_broken(parts, name, [&] { return parts.session.save(name); });
  parts.events->publish({"changed", changed_event_json(name, state.revision, window)});
  return json_response(picture_json(state));
}

// One reader's place among the listeners, given back when its stream ends.
class Subscription {
 public:
  explicit Subscription(std::shared_ptr<EventHub> hub) : hub_(std::move(hub)), queue_(hub_->subscribe()) {
    if (!queue_) throw RequestError("too many windows listen already; close one", 503);
  }
  ~Subscription() { hub_->unsubscribe(queue_); }
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  EventQueue& queue() { return *queue_; }

 private:
  const std::shared_ptr<EventHub> hub_;
  const std::shared_ptr<EventQueue> queue_;
};

Response events(const ApiParts& parts) {
  auto subscription = std::make_shared<Subscription>(parts.events);
  subscription->queue().push({"memory", memory_json(parts.options)});
  Response response;
  response.content_type = "text/event-stream";
  response.headers = {{"Cache-Control", "no-store"}};
  response.stream = [subscription](const Response::Write& write) {
    const std::optional<Event> event = subscription->queue().pop(1000);
    if (event) return write(event_text(*event));
    return !subscription->queue().ended() && write(":\n\n");  // a comment: finds out whether the client is there
  };
  return response;
}

}  // namespace

std::size_t query_number(const Request& request, const char* name, std::size_t fallback, std::size_t least,
                         std::size_t most) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return fallback;
  const std::string& text = found->second;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    throw RequestError(
        "'" + std::string(name) + "' must be an integer from " + std::to_string(least) + " to " + std::to_string(most),
        422);
  }
  return value;
}

void require_picture(const Store& store, const std::string& name) {
  if (!store.find(name)) throw RequestError("there is no picture '" + name + "' in this project", 404);
}

ImageError named(const std::string& name, const ImageError& error) {
  return ImageError(name + " " + error.what());
}

std::vector<Route> session_routes(ApiParts& parts) {
  const std::string api = "/api/v1";
  return {
      {"GET", api + "/project", 0, [&parts](const Request&) { return project(parts); }},
      {"GET", api + "/images", 0, [&parts](const Request& request) { return images(parts, request); }},
      {"PUT", api + "/session/current", small_body_bytes,
       [&parts](const Request& request) { return put_current(parts, request); }},
      {"GET", api + "/images/{name}", 0, [&parts](const Request& request) { return get_picture(parts, request); }},
      {"POST", api + "/images/{name}/segment", prompt_body_bytes,
       [&parts](const Request& request) { return segment(parts, request); }},
      {"POST", api + "/images/{name}/edits", edit_body_bytes,
       [&parts](const Request& request) { return edit(parts, request); }},
      {"POST", api + "/images/{name}/save", small_body_bytes,
       [&parts](const Request& request) { return save(parts, request); }},
      {"GET", api + "/events", 0, [&parts](const Request&) { return events(parts); }},
  };
}

}  // namespace sam
