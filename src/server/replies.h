// What the program answers, as JSON text of docs/openapi.yaml.
// Threading: free functions without state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "segmentation/everything/segment_choice.h"
#include "server/http.h"
#include "server/windows.h"
#include "session/session.h"

namespace sam {

struct ProjectReply {
  std::string version;
  std::size_t image_count = 0;
  std::optional<std::string> current;
};

std::string project_json(const ProjectReply& project, const std::filesystem::path& folder, const ClassList& classes,
                         const Pipeline& pipeline);
std::string picture_json(const PictureState& state, const std::optional<OpenWindow>& holder);
std::string candidates_json(const SegmentResult& result);
// As candidates, with their stability.
std::string segments_json(const Segments& segments);

std::string predictor_json(const Pipeline& pipeline);

// {"windows": …}, also the data of the event.
std::string windows_json(const std::vector<OpenWindow>& windows);

// Data of events.
std::string encoding_event_json(const std::string& name, const EncodingStatus& status);
std::string changed_event_json(const std::string& name, const std::string& revision, const std::string& window);

// The folder's own name, whether its path ends with a slash or not.
std::string last_part(const std::filesystem::path& folder);

Response json_response(std::string body);

}  // namespace sam
