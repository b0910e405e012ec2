#include "server/filter_query.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/api.h"
#include "server/problem.h"

namespace sam {
namespace {

constexpr std::size_t max_text_bytes = 256;  // longer than any file name

constexpr std::pair<std::string_view, PictureFilter::State> state_names[] = {
    {"new", PictureFilter::fresh},
    {"labelled", PictureFilter::labelled},
    {"empty", PictureFilter::empty},
    {"proposed", PictureFilter::proposed},
    {"reviewed", PictureFilter::reviewed},
    {"unreviewed", PictureFilter::unreviewed},
    {"rejected", PictureFilter::has_rejected},
    {"faulty", PictureFilter::faulty},
    {"broken", PictureFilter::broken},
};

PictureFilter::State state_of(std::string_view name) {
  for (const auto& [known, state] : state_names) {
    if (known == name) return state;
  }
  std::string allowed;
  for (const auto& [known, state] : state_names) allowed += (allowed.empty() ? "" : ", ") + std::string(known);
  throw RequestError("'state' must be one or several of " + allowed + ", separated by commas", 422);
}

const std::string* given(const Request& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() || found->second.empty() ? nullptr : &found->second;
}

}  // namespace

PictureFilter parse_picture_filter(const Request& request) {
  constexpr std::size_t most_objects = std::numeric_limits<std::uint32_t>::max();
  PictureFilter filter;
  if (const std::string* states = given(request, "state")) {
    unsigned all = 0;
    for (std::string_view rest = *states;;) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      all |= state_of(rest.substr(0, comma));
      if (comma == rest.size()) break;
      rest.remove_prefix(comma + 1);
    }
    filter.states = static_cast<std::uint16_t>(all);
  }
  if (given(request, "class") != nullptr) {
    filter.class_id = static_cast<int>(query_number(request, "class", 0, 0, std::numeric_limits<int>::max()));
  }
  if (given(request, "at_least") != nullptr) {
    filter.at_least = static_cast<std::uint32_t>(query_number(request, "at_least", 0, 0, most_objects));
  }
  if (given(request, "at_most") != nullptr) {
    filter.at_most = static_cast<std::uint32_t>(query_number(request, "at_most", 0, 0, most_objects));
  }
  if (filter.at_most && *filter.at_most < filter.at_least) {
    throw RequestError("'at_least' (" + std::to_string(filter.at_least) + ") is more than 'at_most' (" +
                           std::to_string(*filter.at_most) + "); no image has so many objects and so few",
                       422);
  }
  if (const std::string* text = given(request, "text")) {
    if (text->size() > max_text_bytes) {
      throw RequestError("'text' has " + std::to_string(text->size()) + " bytes; a part of a file name has at most " +
                             std::to_string(max_text_bytes),
                         422);
    }
    filter.text = *text;
  }
  return filter;
}

}  // namespace sam
