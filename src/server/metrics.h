// The memory system as Prometheus reads it: the text exposition format, version 0.0.4, written by prometheus-cpp.
// Threading: a free function without state.
#pragma once

#include <string>

#include "server/server.h"

namespace sam {

inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(const ServerOptions& options);

}  // namespace sam
