// What POST /jobs asks for, from JSON text. Threading: free function without state.
#pragma once

#include <string_view>
#include <variant>

#include "jobs/project_jobs.h"

namespace sam {

struct EmbedAsked {};
struct StatisticsAsked {};

using JobAsked = std::variant<EmbedAsked, ExportAsked, ImportAsked, ClassesAsked, StatisticsAsked, EverythingAsked>;

// Throws RequestError naming the field and what it may be.
JobAsked parse_job_request(std::string_view body);

}  // namespace sam
