// Who may talk to a server on 127.0.0.1: programs of this machine, and pages that came from this server; not a foreign page that
// made its name point here (DNS rebinding), nor one that sends requests across origins (CSRF).
// Threading: free function without state.
#pragma once

#include <optional>

#include "server/http.h"

namespace sam {

// The refusal, or nothing. Host must name this machine (127.0.0.1, localhost, [::1]) with any port: what counts against rebinding is
// the name, and ssh -L may give the page another port than ours. Origin, where a browser sends one, must be that host and port.
// Sec-Fetch-Site, where sent, must not say that another site asked, except to open the page itself.
std::optional<Response> refuse_foreign(const Request& request);

}  // namespace sam
