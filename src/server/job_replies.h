// Jobs and what they found, as JSON text of docs/openapi.yaml. Threading: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "jobs/job.h"

namespace sam {

std::string job_json(const JobStatus& job);
std::string jobs_json(const std::vector<JobStatus>& jobs);
std::string job_result_json(const JobResult& result);

}  // namespace sam
