#include <gtest/gtest.h>

#include "server/metrics.h"

namespace sam {
namespace {

TEST(CacheMetrics, EachCacheHasItsFigures) {
  ServerOptions options;
  options.caches = [] {
    CacheReport memory{"embeddings", 2, 200, 5, 6, 7};
    CacheReport disk{"embeddings_on_disk", 3, 300, 8, 9, 1};
    disk.writes = 11;
    disk.dropped = 12;
    disk.damaged = 13;
    return std::vector<CacheReport>{memory, disk};
  };
  const std::string text = metrics_text(options);
  for (const char* line :
       {"sam_cache_entries{cache=\"embeddings\"} 2\n", "sam_cache_bytes{cache=\"embeddings_on_disk\"} 300\n",
        "sam_cache_hits_total{cache=\"embeddings_on_disk\"} 8\n",
        "sam_cache_misses_total{cache=\"embeddings_on_disk\"} 9\n",
        "sam_cache_evictions_total{cache=\"embeddings\"} 7\n",
        "sam_cache_writes_total{cache=\"embeddings_on_disk\"} 11\n",
        "sam_cache_dropped_total{cache=\"embeddings_on_disk\"} 12\n",
        "sam_cache_damaged_total{cache=\"embeddings_on_disk\"} 13\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

}  // namespace
}  // namespace sam
