#include "inference/openvino_report.h"

#include <openvino/openvino.hpp>

#include "inference/openvino_error.h"

namespace sam {

EngineReport report_openvino() {
  EngineReport report{"OpenVINO", {}, {}, {}};
  try {
    const ov::Core core;
    report.devices.push_back("CPU: " + core.get_property("CPU", ov::device::full_name));  // the plugin we run on
    report.version = ov::get_openvino_version().buildNumber;
  } catch (const std::exception& error) {
    report.problem = "cannot be used: " + engine_message_line(error.what()) + "; run script/setup again";
  }
  return report;
}

}  // namespace sam
