// The specification's levers of a card reach the process that uses it.
#include <gtest/gtest.h>

#include "inference/worker_protocol.h"

namespace sam {
namespace {

TEST(ConformanceLevers, FractionGrowthAndTf32ReachTheWorker) {
  for (const bool on : {false, true}) {
    ModelOptions options;
    options.device = "cuda:1";
    options.device_limit_bytes = 7'730'941'132;  // 0.9 of 8 GiB
    options.enable_memory_growth = on;
    options.tf32 = !on;
    WireWriter out;
    write(out, LoadRequest{1, options});
    WireReader in(out.bytes());
    const ModelOptions read = read_load_request(in).options;
    EXPECT_EQ(read.device, "cuda:1");
    EXPECT_EQ(read.device_limit_bytes, options.device_limit_bytes);
    EXPECT_EQ(read.enable_memory_growth, on);
    EXPECT_EQ(read.tf32, !on);
  }
}

}  // namespace
}  // namespace sam
