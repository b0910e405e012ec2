// Who may open a project, on disks with and without locks.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <sstream>

#include "dataset/project_folder.h"

namespace sam {
namespace {

using testing::HasSubstr;

class LockCalls final : public PosixFileCalls {
 public:
  int flock(int fd, int operation) override {
    if (interruptions > 0) {
      --interruptions;
      errno = EINTR;
      return -1;
    }
    if (error == 0) return PosixFileCalls::flock(fd, operation);
    errno = error;
    return -1;
  }
  int open(const char* path, int flags, mode_t mode) override {
    if (lock_is_read_only && std::string_view(path).ends_with("/.lock") && (flags & O_ACCMODE) != O_RDONLY) {
      errno = EACCES;
      return -1;
    }
    return PosixFileCalls::open(path, flags, mode);
  }

  int error = 0;          // of flock()
  int interruptions = 0;  // before it answers
  bool lock_is_read_only = false;
};

class ProjectLockTest : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    put("images/a.bmp", bmp(40, 30));
    spdlog::set_default_logger(logger_);
  }
  void TearDown() override {
    spdlog::set_default_logger(before_);
    ProjectFolder::TearDown();
  }
  std::unique_ptr<Store> open_with_calls() { return open_store(options(), disk_, clock_); }
  std::string open_error() {
    try {
      open_with_calls();
    } catch (const DatasetError& error) {
      return error.what();
    }
    return "";
  }

  std::shared_ptr<LockCalls> calls_ = std::make_shared<LockCalls>();
  PosixFileSystem disk_{calls_};
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> logger_ =
      std::make_shared<spdlog::logger>("locks", std::make_shared<spdlog::sinks::ostream_sink_st>(log_));
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

TEST_F(ProjectLockTest, ASecondStoreIsRefusedUntilTheFirstIsGone) {
  auto first = open_with_calls();
  EXPECT_THAT(open_error(), HasSubstr("already open in process " + std::to_string(::getpid())));
  first.reset();
  EXPECT_EQ(open_error(), "");
}

TEST_F(ProjectLockTest, WhereTheDiskKnowsNoLocksItWorksWithAWarning) {
  for (const int error : {ENOLCK, ENOTSUP, EOPNOTSUPP, ENOSYS, EINVAL}) {
    SCOPED_TRACE(error);
    log_.str("");
    calls_->error = error;
    const auto store = open_with_calls();
    EXPECT_THAT(log_.str(), HasSubstr("do not open this project twice"));
    LoadedPicture loaded = store->load("a.bmp");
    loaded.content.annotations = {rectangle(1, 0, {2, 2, 12, 12}, loaded.content.size)};
    EXPECT_NO_THROW(store->save(loaded.content, loaded.revision));
  }
}

TEST_F(ProjectLockTest, ADiskThatFailsIsAnErrorAndNoWarning) {
  calls_->error = EIO;
  EXPECT_THAT(open_error(), HasSubstr("Input/output error"));
}

TEST_F(ProjectLockTest, AnInterruptionIsNoAnswer) {
  calls_->interruptions = 3;
  EXPECT_EQ(open_error(), "");
}

// Of a process that is gone, whose number somebody else may have by now.
TEST_F(ProjectLockTest, AStaleFileNeverBlocks) {
  for (const std::string& note : {std::string("999999999\n"), std::to_string(::getpid()), std::string("1\n"),
                                  std::string(), std::string("\0\xff no number", 12), std::string(100'000, '7')}) {
    put("annotations/.lock", note);
    const auto store = open_with_calls();
    EXPECT_EQ(get("annotations/.lock"), std::to_string(::getpid()) + "\n");
    EXPECT_THAT(open_error(), HasSubstr("already open in process " + std::to_string(::getpid())));
  }
  EXPECT_EQ(log_.str(), "");
}

TEST_F(ProjectLockTest, AnotherUsersStaleFileDoesNotBlockEither) {
  put("annotations/.lock", "1\n");
  calls_->lock_is_read_only = true;
  const auto store = open_with_calls();
  EXPECT_THAT(open_error(), HasSubstr("already open in process 1;")) << "locked all the same";
}

}  // namespace
}  // namespace sam
