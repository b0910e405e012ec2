// What clients send, from JSON text to values. Strict: wrong types, missing fields, numbers out of range, deep nesting and long
// lists are RequestError (400 if it is not JSON, 422 if it is not what is asked for), naming the field.
// Threading: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "jobs/visualization.h"
#include "session/session.h"

namespace sam {

struct EditRequest {
  std::string revision;
  std::string window;  // the page's own id, repeated in the event
  Edit edit;
  EditOptions options;
  bool held = false;  // as CurrentRequest's
};

struct CurrentRequest {
  std::string name;
  std::string window;  // empty: of none
  bool held = false;   // it had the image when the program that was here before ended
};

EditRequest parse_edit_request(std::string_view body);
SegmentRequest parse_segment_request(std::string_view body);
// {"name": …, "window": …, "held": …}
CurrentRequest parse_current_request(std::string_view body);
// {"window": …}, which must be there.
std::string parse_holder_request(std::string_view body);
// {"use": "model"} or {"use": "grabcut"}
PredictorChoice parse_predictor_request(std::string_view body);
// {"keep_current": …}
bool parse_clear_request(std::string_view body);
// {"prepare_ahead": …}
bool parse_memory_settings(std::string_view body);
// {"view": …, "opacity": …, "labels": …}
VisualizationOptions parse_visualization_request(std::string_view body);
// {"window": …}, or no body at all.
std::string parse_save_request(std::string_view body);

}  // namespace sam
