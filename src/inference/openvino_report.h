// Whether OpenVINO can be used here, in which version, and with which of its devices.
// Threading: a free function without state.
#pragma once

#include "inference/engines.h"

namespace sam {

EngineReport report_openvino();

}  // namespace sam
