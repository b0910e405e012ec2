#include "memory/memory_report.h"

#include "memory/byte_text.h"

namespace sam {
namespace {

DomainReport read_domain(Probe& probe) {
  DomainReport report{probe.domain(), probe.name(), "not readable", {}, false};
  if (const auto reading = probe.read()) {
    report.readable = true;
    report.source = reading->source;
    report.info = memory_info(*reading);
  } else {
    report.info.formatted = unreadable_sentence(report.domain);
  }
  return report;
}

std::string status_line(const MemoryReport& report) {
  std::string line = "SAM Annotator " + byte_text(report.program_bytes) + " · Host " + report.host.info.formatted;
  for (const DomainReport& device : report.devices) line += " · " + device.name + " " + device.info.formatted;
  if (report.devices.empty()) line += " · no GPU";
  return line;
}

}  // namespace

MemoryReport read_memory_report(Probe& host, const std::vector<Probe*>& devices,
                                const std::function<std::uint64_t()>& program_bytes) {
  MemoryReport report;
  report.host = read_domain(host);
  for (Probe* device : devices) report.devices.push_back(read_domain(*device));
  report.program_bytes = program_bytes();
  report.line = status_line(report);
  return report;
}

}  // namespace sam
