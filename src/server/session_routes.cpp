#include <algorithm>
#include <charconv>

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

void tell_of_windows(const ApiParts& parts) {
  parts.events->publish_state("windows", [&] { return windows_json(parts.windows.list()); });
}

Response picture_response(const ApiParts& parts, const PictureState& state) {
  return json_response(picture_json(state, parts.windows.holder(state.content.image)));
}

Response put_current(const ApiParts& parts, const Request& request) {
  const CurrentRequest asked = parse_current_request(request.body);
  require_picture(parts.store, asked.name);
  const PictureState state = telling_of_broken(parts, asked.name, [&] { return parts.session.show(asked.name); });
  if (!asked.window.empty()) {
    parts.windows.show(asked.window, asked.name, asked.held);
    tell_of_windows(parts);
  }
  return picture_response(parts, state);
}

Response get_picture(const ApiParts& parts, const Request& request) {
  const std::string& name = picture_name(parts, request);
  return picture_response(parts, telling_of_broken(parts, name, [&] { return parts.session.state(name); }));
}

Response put_holder(const ApiParts& parts, const Request& request) {
  const std::string& name = picture_name(parts, request);
  const std::string window = parse_holder_request(request.body);
  const PictureState state = telling_of_broken(parts, name, [&] { return parts.session.state(name); });
  parts.windows.take_over(window, name);
  tell_of_windows(parts);
  return picture_response(parts, state);
}

Response segment(const ApiParts& parts, const Request& request) {
  const std::string& name = picture_name(parts, request);
  const SegmentRequest prompt = parse_segment_request(request.body);
  return telling_of_broken(
      parts, name, [&] { return json_response(candidates_json(parts.session.segment(name, prompt, request.stop))); });
}

// Whether the annotations of a picture may be changed now. Throws HeldElsewhere.
void require_may_edit(const ApiParts& parts, const std::string& name, const std::string& window, bool held = false) {
  parts.windows.require_may_edit(window, name, held);
}

// Nothing but what is answered: an edit that was made before the picture went to another window.
std::optional<PictureState> made_already(const ApiParts& parts, const std::string& name, const EditRequest& asked) {
  if (asked.options.edit_id.empty()) return std::nullopt;
  PictureState state = parts.session.state(name);
  if (state.last_edit != asked.options.edit_id) return std::nullopt;
  return state;
}

// What was made of the list of annotations, for the progress.
EditMade made_of(const std::optional<PictureEntry>& before, const PictureState& state) {
  if (!before) return {};
  EditMade made;
  made.objects = static_cast<int>(state.content.annotations.size()) - before->annotation_count;
  made.is_new_image = !before->annotated;
  if (made.objects <= 0) return made;
  const auto newest = std::max_element(state.content.annotations.begin(), state.content.annotations.end(),
                                       [](const Annotation& a, const Annotation& b) { return a.id < b.id; });
  made.seconds = newest->seconds;
  return made;
}

Response edit(ApiParts& parts, const Request& request) {
  const std::string& name = picture_name(parts, request);
  const EditRequest asked = parse_edit_request(request.body);
  try {
    require_may_edit(parts, name, asked.window, asked.held);
  } catch (const HeldElsewhere&) {
    const auto state = telling_of_broken(parts, name, [&] { return made_already(parts, name, asked); });
    if (!state) throw;
    return picture_response(parts, *state);
  }
  const std::optional<PictureEntry> before = parts.store.find(name);
  const PictureState state = telling_of_broken(
      parts, name, [&] { return parts.session.apply(name, asked.revision, asked.edit, asked.options); });
  if (state.revision != asked.revision) {
    parts.events->publish({"changed", changed_event_json(name, state.revision, asked.window)});
    parts.progress.edited(made_of(before, state));
  }
  return picture_response(parts, state);
}

Response save(const ApiParts& parts, const Request& request) {
  const std::string& name = picture_name(parts, request);
  const std::string window = parse_save_request(request.body);
  require_may_edit(parts, name, window);
  const PictureState state = telling_of_broken(parts, name, [&] { return parts.session.save(name); });
  parts.events->publish({"changed", changed_event_json(name, state.revision, window)});
  return picture_response(parts, state);
}

// A text of the query; empty where it is not there. Throws RequestError (422).
std::string query_text(const Request& request, const char* name) {
  constexpr std::size_t most_bytes = 100;
  const auto found = request.query.find(name);
  if (found == request.query.end()) return {};
  if (found->second.size() > most_bytes) {
    throw RequestError("'" + std::string(name) + "' must be at most " + std::to_string(most_bytes) + " bytes long",
                       422);
  }
  return found->second;
}

// One reader's place among the listeners, given back when its stream ends; as long as it is there its window is open.
class Subscription {
 public:
  Subscription(std::shared_ptr<EventHub> hub, Windows& windows, std::string window, const std::string& person)
      : hub_(std::move(hub)), windows_(windows), window_(std::move(window)), queue_(hub_->subscribe()) {
    if (!queue_) throw RequestError("too many windows listen already; close one", 503);
    try {
      windows_.stream_opened(window_, person);
    } catch (...) {
      hub_->unsubscribe(queue_);
      throw;
    }
  }
  ~Subscription() {
    windows_.stream_ended(window_);
    hub_->unsubscribe(queue_);
  }
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  EventQueue& queue() { return *queue_; }

 private:
  const std::shared_ptr<EventHub> hub_;
  Windows& windows_;
  const std::string window_;
  const std::shared_ptr<EventQueue> queue_;
};

Response events(const ApiParts& parts, const Request& request) {
  const std::string window = query_text(request, "window");
  auto subscription =
      std::make_shared<Subscription>(parts.events, parts.windows, window, query_text(request, "person"));
  subscription->queue().push({"memory", memory_json(parts.options)});
  if (!window.empty()) tell_of_windows(parts);
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
      {"PUT", api + "/session/current", small_body_bytes,
       [&parts](const Request& request) { return put_current(parts, request); }},
      {"GET", api + "/images/{name}", 0, [&parts](const Request& request) { return get_picture(parts, request); }},
      {"POST", api + "/images/{name}/segment", prompt_body_bytes,
       [&parts](const Request& request) { return segment(parts, request); }},
      {"POST", api + "/images/{name}/edits", edit_body_bytes,
       [&parts](const Request& request) { return edit(parts, request); }},
      {"POST", api + "/images/{name}/save", small_body_bytes,
       [&parts](const Request& request) { return save(parts, request); }},
      {"PUT", api + "/images/{name}/holder", small_body_bytes,
       [&parts](const Request& request) { return put_holder(parts, request); }},
      {"GET", api + "/windows", 0,
       [&parts](const Request&) { return json_response(windows_json(parts.windows.list())); }},
      {"GET", api + "/events", 0, [&parts](const Request& request) { return events(parts, request); }},
  };
}

}  // namespace sam
