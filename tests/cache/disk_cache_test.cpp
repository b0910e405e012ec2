#include "cache/disk_cache.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <thread>
#include <vector>

#include "cache/temporary_folder.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr const char* suffix = ".embedding";

bool write_all(int descriptor, const std::string& bytes) {
  return ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

bool put(DiskCache& cache, const std::string& key, const std::string& bytes) {
  return cache.write(key, bytes.size(), [&](int descriptor) { return write_all(descriptor, bytes); });
}

std::optional<std::string> get(DiskCache& cache, const std::string& key) {
  std::string bytes;
  const bool found = cache.read(key, [&](int descriptor, std::uint64_t size) {
    bytes.resize(size);
    return ::read(descriptor, bytes.data(), size) == static_cast<ssize_t>(size);
  });
  return found ? std::optional(bytes) : std::nullopt;
}

class DiskCacheTest : public testing::Test {
 protected:
  fs::path folder() const { return temporary_.path() / "embeddings"; }

  // The file of the only entry, or of the one that is not among `known`.
  fs::path file_beside(const std::vector<fs::path>& known = {}) const {
    for (const auto& entry : fs::directory_iterator(folder())) {
      if (std::find(known.begin(), known.end(), entry.path()) == known.end()) return entry.path();
    }
    return {};
  }

  static void age(const fs::path& file, std::chrono::seconds by) {
    fs::last_write_time(file, fs::file_time_type::clock::now() - by);
  }

  std::size_t files() const {
    std::error_code error;
    std::size_t count = 0;
    for (fs::directory_iterator entry(folder(), error), end; !error && entry != end; ++entry) ++count;
    return count;
  }

  TemporaryFolder temporary_;
};

TEST_F(DiskCacheTest, GivesBackWhatWasWritten) {
  DiskCache cache(folder(), suffix, 1000);
  EXPECT_FALSE(get(cache, "a"));
  EXPECT_TRUE(put(cache, "a", "alpha"));
  EXPECT_EQ(get(cache, "a"), "alpha");
  EXPECT_TRUE(put(cache, "a", "replaced"));
  EXPECT_EQ(get(cache, "a"), "replaced");
  const DiskStatistics seen = cache.statistics();
  EXPECT_EQ(seen.entries, 1u);
  EXPECT_EQ(seen.bytes, 8u);
  EXPECT_EQ(seen.hits, 2u);
  EXPECT_EQ(seen.misses, 1u);
  EXPECT_EQ(seen.writes, 2u);
  EXPECT_EQ(seen.damaged, 0u);
}

TEST_F(DiskCacheTest, TouchesNothingBeforeTheFirstWrite) {
  DiskCache cache(folder(), suffix, 1000);
  cache.look_through();
  EXPECT_FALSE(get(cache, "a"));
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(DiskCacheTest, TheLeastRecentlyUsedGoFirstAlsoAfterARestart) {
  const std::string kilobyte(1000, 'x');
  {
    DiskCache cache(folder(), suffix, 10'000);
    std::vector<fs::path> known;
    for (const char* key : {"a", "b", "c", "d"}) {
      ASSERT_TRUE(put(cache, key, kilobyte));
      known.push_back(file_beside(known));
      age(known.back(), std::chrono::seconds(100 - 10 * static_cast<int>(known.size())));
    }
    EXPECT_TRUE(get(cache, "a"));  // used now: the oldest file is the most recently used
  }
  DiskCache cache(folder(), suffix, 3'000);
  cache.look_through();
  EXPECT_LE(cache.statistics().bytes, 3'000u);
  EXPECT_EQ(cache.statistics().evictions, 2u);
  EXPECT_TRUE(get(cache, "a"));
  EXPECT_TRUE(get(cache, "d"));
  EXPECT_FALSE(get(cache, "b"));
  EXPECT_FALSE(get(cache, "c"));
}

TEST_F(DiskCacheTest, IsNeverLargerThanItsLimit) {
  DiskCache cache(folder(), suffix, 10'000);
  for (int i = 0; i < 200; ++i) {
    put(cache, std::to_string(i), std::string(static_cast<std::size_t>(100 + 37 * i % 3000), 'x'));
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(folder())) bytes += entry.file_size();
    ASSERT_LE(bytes, 10'000u) << i;
  }
  EXPECT_GT(cache.statistics().evictions, 100u);
}

TEST_F(DiskCacheTest, WhatIsLargerThanTheLimitIsNotWritten) {
  DiskCache cache(folder(), suffix, 100);
  EXPECT_TRUE(put(cache, "a", "small"));
  EXPECT_FALSE(put(cache, "b", std::string(101, 'x')));
  EXPECT_TRUE(get(cache, "a"));
  EXPECT_EQ(cache.statistics().dropped, 1u);
}

TEST_F(DiskCacheTest, WhatIsDamagedIsRemoved) {
  DiskCache cache(folder(), suffix, 1000);
  put(cache, "a", "alpha");
  EXPECT_FALSE(cache.read("a", [](int, std::uint64_t) { return false; }));
  EXPECT_EQ(files(), 0u);
  const DiskStatistics seen = cache.statistics();
  EXPECT_EQ(seen.damaged, 1u);
  EXPECT_EQ(seen.misses, 1u);
  EXPECT_EQ(seen.entries, 0u);
  EXPECT_EQ(seen.bytes, 0u);
}

TEST_F(DiskCacheTest, AnErrorOfTheReaderLeavesTheFile) {
  DiskCache cache(folder(), suffix, 1000);
  put(cache, "a", "alpha");
  EXPECT_THROW(cache.read("a", [](int, std::uint64_t) -> bool { throw std::bad_alloc(); }), std::bad_alloc);
  EXPECT_EQ(get(cache, "a"), "alpha");
}

TEST_F(DiskCacheTest, LinksFoldersAndPipesInAFilesPlaceAreNotFollowed) {
  DiskCache cache(folder(), suffix, 1000);
  put(cache, "a", "alpha");
  const fs::path file = file_beside();
  const fs::path other = temporary_.path() / "other";
  TemporaryFolder::write(other, "somebody else's");
  fs::remove(file);
  fs::create_symlink(other, file);
  EXPECT_FALSE(get(cache, "a"));
  EXPECT_FALSE(fs::is_symlink(file));
  EXPECT_EQ(TemporaryFolder::read(other), "somebody else's");

  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_FALSE(get(cache, "a"));  // and does not wait for a writer
  EXPECT_FALSE(fs::exists(file));

  fs::create_directory(file);
  EXPECT_FALSE(get(cache, "a"));
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(cache.statistics().damaged, 3u);
  EXPECT_TRUE(put(cache, "a", "again"));
  EXPECT_EQ(get(cache, "a"), "again");
}

TEST_F(DiskCacheTest, AFolderThatIsNotEmptyCostsOnlyItsOwnEntry) {
  DiskCache cache(folder(), suffix, 1000);
  put(cache, "a", "alpha");
  const fs::path file = file_beside();
  fs::remove(file);
  fs::create_directory(file);
  TemporaryFolder::write(file / "kept", "x");
  EXPECT_FALSE(get(cache, "a"));
  EXPECT_FALSE(put(cache, "a", "again"));
  EXPECT_TRUE(fs::exists(file / "kept"));
  EXPECT_TRUE(put(cache, "b", "beta"));
  EXPECT_EQ(cache.statistics().dropped, 1u);
  EXPECT_EQ(files(), 2u) << "a temporary file was left";
}

TEST_F(DiskCacheTest, AFolderRemovedWhileItRunsIsMadeAgain) {
  DiskCache cache(folder(), suffix, 1000);
  put(cache, "a", "alpha");
  fs::remove_all(folder());
  EXPECT_FALSE(get(cache, "a"));
  EXPECT_TRUE(put(cache, "b", "beta"));
  EXPECT_EQ(get(cache, "b"), "beta");
}

TEST_F(DiskCacheTest, AFolderThatCannotBeMadeEndsWritingOnce) {
  TemporaryFolder::write(folder(), "a file in the folder's place");
  DiskCache cache(folder(), suffix, 1000);
  cache.look_through();
  EXPECT_FALSE(put(cache, "a", "alpha"));
  EXPECT_FALSE(get(cache, "a"));
  fs::remove(folder());
  EXPECT_FALSE(put(cache, "a", "alpha")) << "it gave up until the next start";
  EXPECT_EQ(cache.statistics().dropped, 2u);
  EXPECT_EQ(cache.statistics().writes, 0u);
}

TEST_F(DiskCacheTest, AFullDiskEndsWritingAndLeavesNothingBehind) {
  DiskCache cache(folder(), suffix, 100'000);
  ASSERT_TRUE(put(cache, "a", "alpha"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 4096;  // the operating system refuses what is longer, as it does when the disk is full
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string large(10'000, 'x');
  const bool written = cache.write("b", large.size(), [&](int descriptor) {
    return write_all(descriptor, large.substr(0, 4096)) && write_all(descriptor, large.substr(4096));
  });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(written);
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(get(cache, "a"), "alpha") << "what is there is still read";
  EXPECT_FALSE(put(cache, "c", "gamma"));
}

TEST_F(DiskCacheTest, RemovesWhatAKilledWriterLeftButNotWhatIsBeingWritten) {
  fs::create_directories(folder());
  TemporaryFolder::write(folder() / ".sam-1-0.tmp", "old");
  age(folder() / ".sam-1-0.tmp", std::chrono::hours(2));
  TemporaryFolder::write(folder() / ".sam-2-0.tmp", "young");
  TemporaryFolder::write(folder() / "README", "not ours");
  DiskCache cache(folder(), suffix, 1000);
  cache.look_through();
  EXPECT_FALSE(fs::exists(folder() / ".sam-1-0.tmp"));
  EXPECT_TRUE(fs::exists(folder() / ".sam-2-0.tmp"));
  EXPECT_TRUE(fs::exists(folder() / "README"));
  EXPECT_EQ(cache.statistics().entries, 0u);
}

TEST_F(DiskCacheTest, ClearingRemovesEntriesAndNothingElse) {
  DiskCache cache(folder(), suffix, 1000);
  put(cache, "a", "alpha");
  put(cache, "b", "beta");
  TemporaryFolder::write(folder() / "README", "not ours");
  const DiskCache::Cleared cleared = cache.clear();
  EXPECT_EQ(cleared.entries, 2u);
  EXPECT_EQ(cleared.bytes, 9u);
  EXPECT_EQ(files(), 1u);
  EXPECT_FALSE(get(cache, "a"));
  EXPECT_EQ(cache.statistics().bytes, 0u);
}

TEST_F(DiskCacheTest, TenThousandFilesAreCountedAndTheOldestFound) {
  fs::create_directories(folder());
  for (int i = 0; i < 10'000; ++i) TemporaryFolder::write(folder() / (std::to_string(i) + suffix), "x");
  age(folder() / ("77" + std::string(suffix)), std::chrono::hours(1));
  DiskCache cache(folder(), suffix, 9'999);
  const auto begin = std::chrono::steady_clock::now();
  cache.look_through();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  RecordProperty("look_ms", std::to_string(took.count()));
  EXPECT_FALSE(fs::exists(folder() / ("77" + std::string(suffix))));
  EXPECT_LE(cache.statistics().bytes, 9'999u);
  EXPECT_EQ(cache.statistics().entries, files());
}

// Half the time each writes and half the time each reads; whatever is read is whole.
void work_on(const fs::path& folder, unsigned seed, int rounds) {
  DiskCache cache(folder, suffix, 20'000);
  for (int i = 0; i < rounds; ++i) {
    seed = seed * 1664525 + 1013904223;
    const std::string key = std::to_string(seed >> 28);
    if ((seed >> 20) % 2 == 0) {
      put(cache, key, key + std::string(2000, static_cast<char>('a' + (seed >> 28) % 26)));
    } else if (const auto bytes = get(cache, key)) {
      const std::string whole = key + std::string(2000, static_cast<char>('a' + (seed >> 28) % 26));
      if (*bytes != whole) ::_exit(1);
    }
  }
  if (cache.statistics().damaged != 0) ::_exit(2);
}

TEST_F(DiskCacheTest, TwoStoresOnOneFolderInTwoThreads) {
  std::thread other([&] { work_on(folder(), 1, 400); });
  work_on(folder(), 2, 400);
  other.join();
  DiskCache cache(folder(), suffix, 20'000);
  cache.look_through();
  EXPECT_LE(cache.statistics().bytes, 20'000u);
  EXPECT_GT(cache.statistics().entries, 0u);
}

TEST_F(DiskCacheTest, TwoStoresOnOneFolderInTwoProcesses) {
  std::vector<pid_t> children;
  for (unsigned seed = 1; seed <= 2; ++seed) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      work_on(folder(), seed, 400);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder())) {
    EXPECT_EQ(entry.path().extension(), suffix);
    bytes += entry.file_size();
  }
  EXPECT_LE(bytes, 20'000u + 2 * 20'000u / 16) << "each may be over by a sixteenth";
}

}  // namespace
}  // namespace sam
