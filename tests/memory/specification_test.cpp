// The specification's own tests of memory management ("Testing Memory Management"): allocation limits, growth behaviour and effectiveness of
// optimization, for each of TEST_MEMORY_FRACTIONS (0.9,0.7,0.5). They run on a scripted card of 8 GiB, whose blocks are promises, and on the
// host, whose blocks are real memory, 16 MiB for each GiB. script/test memory prints what they saw.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "memory/captured_log.h"
#include "memory/fakes.h"
#include "memory/governor.h"
#include "memory/probes/machine_probes.h"
#include "platform/shared_memory.h"

namespace sam {
namespace {

using testing::HasSubstr;

std::vector<double> fractions() {
  const char* text = std::getenv("TEST_MEMORY_FRACTIONS");
  std::stringstream list(text != nullptr && *text != '\0' ? text : "0.9,0.7,0.5");
  std::vector<double> values;
  for (std::string item; std::getline(list, item, ',');) {
    char* end = nullptr;
    const double value = std::strtod(item.c_str(), &end);
    if (item.empty() || *end != '\0' || !(value > 0 && value <= 1)) {
      std::fprintf(stderr, "TEST_MEMORY_FRACTIONS: \"%s\" is no fraction above 0 and up to 1\n", item.c_str());
      std::exit(2);
    }
    values.push_back(value);
  }
  return values;
}

// What this process has mapped of shared memory: the blocks, and nothing that a sanitizer adds.
std::uint64_t shared_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "RssShmem:" && status >> kib) return kib * 1024;
  }
  return 0;
}

// A place to allocate on: eight blocks large, not quite half of one in use by others.
class Place {
 public:
  virtual ~Place() = default;
  virtual std::string says() const = 0;
  virtual const char* state() const = 0;  // of the specification's log line
  virtual std::uint64_t block_bytes() const = 0;
  virtual std::uint64_t block_uses() const = 0;  // what a block really takes
  virtual void take_block() = 0;
  virtual void drop_block() = 0;

  std::uint64_t total_bytes() const { return 8 * block_bytes(); }
  std::uint64_t base_bytes() const { return block_bytes() * 45 / 100; }
};

class ScriptedCard final : public Place {
 public:
  std::string says() const override {
    const std::size_t cards = make_device_probes({}).probes.size();
    return "the scripted device cuda:0 (" +
           (cards == 0 ? "no GPU here" : std::to_string(cards) + " GPU here, not used by this test") + ")";
  }
  const char* state() const override { return "GPU"; }
  std::uint64_t block_bytes() const override { return gib; }
  std::uint64_t block_uses() const override { return blocks_ * gib; }
  void take_block() override { ++blocks_; }
  void drop_block() override { --blocks_; }

 private:
  std::uint64_t blocks_ = 0;
};

class RealHost final : public Place {
 public:
  std::string says() const override { return "the host domain, with real blocks of 16 MiB for 1 GiB"; }
  const char* state() const override { return "host"; }
  std::uint64_t block_bytes() const override { return 16 * mib; }
  std::uint64_t block_uses() const override { return shared_resident_bytes() - before_; }
  void take_block() override {
    blocks_.emplace_back("block", static_cast<std::size_t>(block_bytes()));
    for (std::size_t i = 0; i < blocks_.back().size_bytes(); i += 4096) blocks_.back().data()[i] = std::byte{1};
  }
  void drop_block() override { blocks_.pop_back(); }

 private:
  const std::uint64_t before_ = shared_resident_bytes();
  std::vector<SharedMemory> blocks_;
};

// Blocks that are in use cannot be taken; blocks that are kept in case they are needed again can.
class Blocks final : public Reclaimer {
 public:
  Blocks(Budget& budget, Place& place) : budget_(budget), place_(place) {}
  ~Blocks() override {
    while (!held_.empty()) drop();
  }

  const std::string& domain() const override { return budget_.domain(); }
  ReclaimStep step() const override { return ReclaimStep::images; }
  std::uint64_t reclaim(std::uint64_t wanted_bytes) override {
    std::uint64_t freed = 0;
    while (!in_use && freed < wanted_bytes && !held_.empty()) freed += drop();
    return freed;
  }
  void allocate() {  // throws OutOfMemory
    held_.push_back(budget_.reserve(Owner::images, place_.block_bytes()));
    place_.take_block();
  }
  std::size_t count() const { return held_.size(); }

  bool in_use = true;

 private:
  std::uint64_t drop() {
    const std::uint64_t bytes = held_.back().bytes();
    place_.drop_block();
    held_.pop_back();
    return bytes;
  }

  Budget& budget_;
  Place& place_;
  std::vector<Reservation> held_;
};

struct Case {
  double fraction = 0;
  bool host = false;
};

class Specification : public testing::TestWithParam<Case> {
 protected:
  Specification() {
    options_.gpu_memory_fraction = GetParam().fraction;
    MemoryLimit limit;
    limit.fraction = GetParam().fraction;
    const auto read = [this] {
      return std::optional(reading_of(place().base_bytes() + place().block_uses(), place().total_bytes()));
    };
    probe_.script(read);
    const auto use = [this] { return ProgramUse{place().block_uses(), 0}; };
    std::vector<GovernedDomain> domains;
    if (!GetParam().host) domains.push_back({&other_probe_, &other_budget_, {}, [] { return ProgramUse{}; }});
    domains.push_back({&probe_, &budget_, limit, use});
    governor_ = make_governor(options_, std::move(domains), clock_);
    governor_->add_reclaimer(blocks_);
    settle();
    spdlog::info("fraction {} on {}", GetParam().fraction, place().says());
    log("Initial");
  }
  ~Specification() override { governor_->remove_reclaimer(blocks_); }

  Place& place() { return GetParam().host ? static_cast<Place&>(host_) : card_; }
  DomainSnapshot seen() const { return governor_->snapshot().domains[GetParam().host ? 0 : 1]; }
  void settle() {  // longer than the hold time
    for (int i = 0; i < 5; ++i) {
      clock_.advance(100);
      governor_->sample();
    }
  }
  std::string formatted() const {
    const DomainSnapshot now = seen();
    return memory_info(reading_of(now.used_bytes, now.total_bytes)).formatted;
  }
  void log(const std::string& when) {
    if (when == "Initial") return spdlog::info("Initial {} memory state: {}", place().state(), formatted());
    spdlog::info("{}: {}", when, formatted());
  }
  std::uint64_t limit() {
    return static_cast<std::uint64_t>(GetParam().fraction * static_cast<double>(place().total_bytes()));
  }
  std::size_t blocks_within_limit() { return static_cast<std::size_t>(limit() / place().block_bytes()); }

  ScriptedCard card_;
  RealHost host_;
  FakeClock clock_;
  MemoryOptions options_;
  FakeProbe probe_{GetParam().host ? "host" : "cuda:0", 0, 1};
  FakeProbe other_probe_{"host", 1 * gib, 16 * gib};
  Budget budget_{GetParam().host ? "host" : "cuda:0", 0};
  Budget other_budget_{"host", 16 * gib};
  Blocks blocks_{budget_, place()};
  std::unique_ptr<Governor> governor_;
};

TEST_P(Specification, AllocatesFiveBlocksUntilCriticalThenOptimizesThenMeasures) {
  const std::uint64_t initial = seen().used_bytes;
  bool critical = false;
  for (int i = 1; i <= 5 && !critical; ++i) {
    try {
      blocks_.allocate();
    } catch (const OutOfMemory& error) {
      spdlog::warn("Refused: {}", error.what());
      break;
    }
    settle();
    const MemoryStatus status = governor_->check_memory_status();
    log("After allocation " + std::to_string(i));
    EXPECT_EQ(seen().used_bytes, initial + blocks_.count() * place().block_bytes());
    EXPECT_LE(seen().own_bytes, limit()) << "never beyond the fraction";
    EXPECT_LE(budget_.reserved_bytes(), limit());
    critical = !status.ok;
    const double worst = std::max(seen().utilization, seen().pressure);
    EXPECT_EQ(critical, worst >= 0.95) << status.message;
    EXPECT_EQ(status.message.empty(), worst < 0.80) << status.message;
    EXPECT_EQ(governor_->should_cache(), worst < 0.80);
    if (critical) spdlog::warn("Hit critical memory threshold! {}", status.message);
  }
  EXPECT_EQ(blocks_.count(), std::min<std::size_t>(5, blocks_within_limit()));

  spdlog::info("Attempting memory optimization...");
  blocks_.in_use = false;
  const OptimizeResult result = governor_->optimize_memory(true);
  log("After optimization");
  EXPECT_TRUE(result.done);
  EXPECT_EQ(seen().used_bytes, initial) << "all of it came back";
  settle();
  EXPECT_TRUE(governor_->check_memory_status().ok);
  EXPECT_TRUE(governor_->should_cache());
}

TEST_P(Specification, WithGrowthMemoryIsTakenOnDemandUpToTheLimitAndRefusedThere) {
  EXPECT_EQ(budget_.reserved_bytes(), 0u) << "nothing is taken before it is needed";
  std::size_t granted = 0;
  for (;; ++granted) {
    try {
      blocks_.allocate();
    } catch (const OutOfMemory& error) {
      spdlog::info("Refused: {}", error.what());
      EXPECT_EQ(error.domain(), budget_.domain());
      EXPECT_EQ(error.requested_bytes(), place().block_bytes());
      EXPECT_THAT(error.what(), HasSubstr("are in use"));
      break;
    }
    EXPECT_EQ(budget_.reserved_bytes(), (granted + 1) * place().block_bytes());
    governor_->sample();
  }
  EXPECT_EQ(granted, blocks_within_limit());
  settle();
  log("At the limit");
  EXPECT_LE(seen().own_bytes, limit());
  blocks_.in_use = false;
  EXPECT_GT(governor_->reclaim(budget_.domain(), 1, ReclaimStep::images), 0u);
  governor_->sample();
  EXPECT_NO_THROW(blocks_.allocate()) << "what came back can be had again";
}

TEST_P(Specification, WithoutGrowthTheLimitHoldsStrictlyFromTheStart) {
  const Reservation arena = budget_.reserve(Owner::scratch, budget_.available_bytes());  // taken once
  EXPECT_EQ(arena.bytes(), limit());
  EXPECT_THROW(blocks_.allocate(), OutOfMemory);
  settle();
  EXPECT_EQ(seen().own_bytes, 0u) << "although nothing of it is used yet";
  EXPECT_EQ(seen().reserved_bytes, limit());
  EXPECT_THROW(blocks_.allocate(), OutOfMemory);
  log("With the arena taken");
}

TEST_P(Specification, OptimizationGivesBackAllThatIsNotInUse) {
  CapturedLog captured;
  const std::uint64_t initial = seen().used_bytes;
  const std::size_t blocks = std::min<std::size_t>(3, blocks_within_limit());
  for (std::size_t i = 0; i < blocks; ++i) blocks_.allocate();
  EXPECT_EQ(governor_->optimize_memory(true).freed_bytes, 0u) << "what is in use stays";
  EXPECT_EQ(blocks_.count(), blocks);
  blocks_.in_use = false;
  const OptimizeResult result = governor_->optimize_memory(true);
  EXPECT_EQ(result.freed_bytes, blocks * place().block_bytes());
  EXPECT_EQ(seen().used_bytes, initial);
  EXPECT_EQ(seen().reserved_bytes, 0u);
  EXPECT_EQ(captured.count("Memory optimization performed"), 2);
}

std::vector<Case> cases() {
  std::vector<Case> list;
  for (const double fraction : fractions()) {
    list.push_back({fraction, false});
    list.push_back({fraction, true});
  }
  return list;
}

INSTANTIATE_TEST_SUITE_P(Memory, Specification, testing::ValuesIn(cases()), [](const auto& tested) {
  return std::string(tested.param.host ? "host" : "device") + "_" +
         std::to_string(std::lround(tested.param.fraction * 1000));
});

}  // namespace
}  // namespace sam
