// Sentences about how tight a domain is, for the log and the page.
// Threading: free functions without state.
#pragma once

#include <string>

#include "memory/memory_snapshot.h"

namespace sam {

// "host memory: warning (before: normal), 6.5 of 8.0 GB are in use (81.2%), 3.1 of 7.2 GB by this program"
std::string level_change_text(const std::string& domain, MemoryLevel before, const DomainSnapshot& now);

// "host memory is critical: 7.8 of 8.0 GB are in use (97.5%), 7.0 of 7.2 GB by this program: close other programs, choose a smaller model …"
std::string memory_status_text(const std::string& domain, const DomainSnapshot& now);

// Of a domain that cannot be read any more, or never could: what counts now, and what helps. For the log.
std::string unreadable_text(const std::string& domain, const DomainSnapshot& now);

}  // namespace sam
