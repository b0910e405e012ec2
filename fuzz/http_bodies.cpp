// Bodies of requests: a value or a RequestError. The first byte says which request.
#include "fuzz_target.h"
#include "server/problem.h"
#include "server/requests.h"

namespace sam {

void fuzz_one(std::string_view input) {
  if (input.empty()) return;
  const std::string_view body = input.substr(1);
  passes_or_throws<RequestError>([&] {
    switch (input[0] % 8) {
      case 0:
        parse_edit_request(body);
        break;
      case 1:
        parse_segment_request(body);
        break;
      case 2:
        parse_current_request(body);
        break;
      case 3:
        parse_predictor_request(body);
        break;
      case 4:
        parse_clear_request(body);
        break;
      case 5:
        parse_memory_settings(body);
        break;
      case 6:
        parse_holder_request(body);
        break;
      default:
        parse_save_request(body);
    }
  });
}

}  // namespace sam
