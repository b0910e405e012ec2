// The filter of the image list, from a query. Threading: free function without state.
#pragma once

#include "dataset/picture_filter.h"
#include "server/http.h"

namespace sam {

// A parameter that is there and empty is as one that is not there. Throws RequestError (422) with what is allowed.
PictureFilter parse_picture_filter(const Request& request);

}  // namespace sam
