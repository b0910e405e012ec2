// Errors as answers: application/problem+json (RFC 9457), and the one table from exception types to statuses.
// Threading: free functions without state.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

#include "server/http.h"

namespace sam {

// A request that is not understood: 400 unless another status is given.
class RequestError : public std::runtime_error {
 public:
  explicit RequestError(const std::string& what, int status = 400) : std::runtime_error(what), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

// The title says what happened, in plain words. detail: what, why, what to do. type: "/problems/…", or about:blank when empty.
Response problem(int status, const std::string& detail, const std::string& type = "");

// Any exception; those the table does not know are 500.
Response problem_of(std::exception_ptr error);

}  // namespace sam
