#include "memory/governor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <random>
#include <thread>

#include "memory/a_governor.h"

namespace sam {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using Level = MemoryLevel;

TEST_F(AGovernor, PublishesWhatItSaw) {
  use_ = {1 * gib, 2 * gib};
  Governor& governor = make();
  EXPECT_THAT(governor.domains(), ElementsAre("host", "cuda:0"));
  const MemorySnapshot snapshot = governor.snapshot();
  EXPECT_EQ(snapshot.domain_count, 2u);
  EXPECT_EQ(snapshot.time_ns, std::chrono::nanoseconds(clock_.now().time_since_epoch()).count());
  EXPECT_EQ(host().used_bytes, 4 * gib);
  EXPECT_EQ(host().total_bytes, 16 * gib);
  EXPECT_EQ(host().free_bytes, 12 * gib);
  EXPECT_EQ(host().own_bytes, 3 * gib);
  EXPECT_DOUBLE_EQ(host().utilization, 0.25);
  EXPECT_TRUE(host().readable);
  EXPECT_EQ(snapshot.level, Level::normal);
  EXPECT_TRUE(governor.should_cache());
  EXPECT_TRUE(governor.check_memory_status().ok);
  EXPECT_EQ(governor.check_memory_status().message, "");
}

TEST_F(AGovernor, SetsTheBudgetToTheSmallerOfTheSettingAndWhatIsFree) {
  options_.host_memory_limit = {6 * gib, 0};
  use_ = {1 * gib, 1 * gib};
  std::vector<GovernedDomain> domains = {{&host_, &host_budget_, {6 * gib, 0.9}, [this] { return use_; }}};
  governor_ = make_governor(options_, std::move(domains), clock_);
  governor_->sample();
  EXPECT_EQ(host_budget_.report().limit_bytes, 6 * gib) << "the setting: own 2 + free 12 is more";
  host_.set(15 * gib, 16 * gib);
  governor_->sample();
  EXPECT_EQ(host_budget_.report().limit_bytes, 3 * gib) << "own 2 + free 1";
  EXPECT_EQ(host().limit_bytes, 3 * gib);
  EXPECT_DOUBLE_EQ(host().pressure, 2.0 / 3.0);
}

TEST_F(AGovernor, TheFractionHoldsForADevice) {
  options_.gpu_memory_fraction = 0.5;
  std::vector<GovernedDomain> domains = {{&host_, &host_budget_, {}, nullptr}, {&device_, &device_budget_, {0, 0.5}}};
  governor_ = make_governor(options_, std::move(domains), clock_);
  governor_->sample();
  EXPECT_EQ(device_budget_.report().limit_bytes, 4 * gib);
}

TEST_F(AGovernor, CountsWhatIsHeldWithoutAReservationAsOther) {
  use_ = {3 * gib, 5 * gib};
  make();
  const Reservation images = host_budget_.reserve(Owner::images, 1 * gib);
  const Reservation embeddings = host_budget_.reserve(Owner::embeddings, 1 * gib);
  const Reservation weights = host_budget_.reserve(Owner::weights, 4 * gib);
  governor_->sample();
  EXPECT_EQ(host().other_bytes, 2 * gib) << "1 GiB of this process and 1 GiB of the workers";
  EXPECT_EQ(host().reserved_bytes, 6 * gib);
  EXPECT_EQ(host_budget_.report().other_bytes, 2 * gib);
  const Reservation promised = host_budget_.reserve(Owner::scratch, 3 * gib);
  governor_->sample();
  EXPECT_EQ(host().other_bytes, 1 * gib) << "promised bytes that are not taken yet are nobody else's";
}

// Where the driver does not say whose memory is whose.
TEST_F(AGovernor, APromiseThatIsNotTakenYetIsNotCountedTwice) {
  device_.set(5 * gib, 8 * gib);  // by others
  make();
  auto promise = device_budget_.reserve(Owner::weights, 2 * gib);
  governor_->sample();
  EXPECT_EQ(device().own_bytes, 0u);
  EXPECT_EQ(device_budget_.available_bytes(), 1 * gib) << "3 GiB are free, 2 of them are promised";
  device_.set(7 * gib, 8 * gib);  // now it is taken
  governor_->sample();
  EXPECT_EQ(device().own_bytes, 2 * gib);
  EXPECT_EQ(device_budget_.available_bytes(), 1 * gib);
  device_.set(4 * gib, 8 * gib);  // others end
  governor_->sample();
  EXPECT_EQ(device().own_bytes, 0u) << "not more than is certain";
  promise.release();
  governor_->sample();
  EXPECT_GE(device_budget_.available_bytes(), 3 * gib);
}

TEST_F(AGovernor, TellsOfChangesOnly) {
  make();
  pass(500);
  EXPECT_TRUE(heard_.empty());
  host_.set(13500 * mib, 16 * gib);
  pass(300);
  EXPECT_TRUE(heard_.empty()) << "not before the hold time";
  pass(100);
  EXPECT_THAT(heard_, ElementsAre(std::pair(Level::normal, Level::warning)));
  EXPECT_FALSE(governor_->should_cache());
  EXPECT_TRUE(governor_->check_memory_status().ok);
  EXPECT_THAT(governor_->check_memory_status().message,
              HasSubstr("host memory is tight: 13.2 of 16.0 GB are in use (82.4%)"));
  host_.set(15800 * mib, 16 * gib);
  pass(1000);
  host_.set(4 * gib, 16 * gib);
  pass(1000);
  EXPECT_THAT(heard_, ElementsAre(std::pair(Level::normal, Level::warning), std::pair(Level::warning, Level::critical),
                                  std::pair(Level::critical, Level::normal)));
  EXPECT_EQ(events("level").size(), 3u);
  EXPECT_TRUE(governor_->should_cache());
}

TEST_F(AGovernor, IsNotOkAtCriticalAndSaysWhatHelps) {
  make();
  device_.set(7900 * mib, 8 * gib);
  pass(500);
  const MemoryStatus status = governor_->check_memory_status();
  EXPECT_FALSE(status.ok);
  EXPECT_THAT(status.message, HasSubstr("memory of cuda:0 is critical: 7.7 of 8.0 GB are in use (96.4%)"));
  EXPECT_THAT(status.message, HasSubstr("choose a smaller model"));
  EXPECT_DOUBLE_EQ(governor_->get_memory_usage(), 7900.0 / 8192);
  EXPECT_EQ(governor_->safe_get_memory_info().formatted, "Used: 7.71 GB / Total: 8.00 GB (96.4%)");
}

TEST_F(AGovernor, TheLevelIsTheWorseOfUtilizationAndPressure) {
  use_ = {12 * gib, 1 * gib};  // of a limit of 14.4 GiB; the machine is used to 25 %
  make();
  pass(400);
  EXPECT_EQ(governor_->level(), Level::warning);
  EXPECT_EQ(host().level, Level::warning);
  EXPECT_EQ(device().level, Level::normal);
}

TEST_F(AGovernor, WaitingForMemoryIsAWarningWhateverTheBytesSay) {
  make();
  MemoryReading reading = reading_of(4 * gib, 16 * gib);
  reading.stalled = 0.10;
  host_.set(reading);
  pass(300);
  EXPECT_EQ(governor_->level(), Level::normal);
  pass(100);
  EXPECT_EQ(governor_->level(), Level::warning);
  reading.stalled = 0.9;
  host_.set(reading);
  pass(1000);
  EXPECT_EQ(governor_->level(), Level::warning) << "slow is not full";
  reading.stalled = 0.0;
  host_.set(reading);
  pass(100);
  EXPECT_EQ(governor_->level(), Level::normal);
}

TEST_F(AGovernor, ADomainThatCannotBeReadCountsNoMoreAndIsSaidOnce) {
  make();
  device_.set(7900 * mib, 8 * gib);
  pass(500);
  EXPECT_EQ(governor_->level(), Level::critical);
  device_.script([]() -> std::optional<MemoryReading> { throw std::runtime_error("the card fell off the bus"); });
  pass(1000);
  EXPECT_EQ(governor_->level(), Level::normal);
  EXPECT_FALSE(device().readable);
  EXPECT_EQ(device().used_bytes, 7900 * mib) << "the last known number";
  EXPECT_EQ(governor_->safe_get_memory_info().formatted, cpu_memory_sentence);
  EXPECT_DOUBLE_EQ(governor_->get_memory_usage(), 0.25) << "the host's";
  EXPECT_EQ(log_.count("memory of cuda:0 cannot be read"), 1);
  device_.set(1 * gib, 8 * gib);
  pass(100);
  EXPECT_TRUE(device().readable);
  EXPECT_EQ(events("probe").size(), 2u);
}

TEST_F(AGovernor, TheLastLimitHoldsForADomainThatCannotBeReadAnyMore) {
  make();
  device_.set(6 * gib, 8 * gib);
  pass(100);
  ASSERT_EQ(device_budget_.report().limit_bytes, 2 * gib) << "others hold the rest";
  device_.set(std::nullopt);
  pass(5000);
  EXPECT_EQ(device().limit_bytes, 2 * gib);
  const Reservation held = device_budget_.reserve(Owner::weights, 2 * gib);
  EXPECT_THROW(device_budget_.reserve(Owner::scratch, 1), OutOfMemory);
  device_.set(3 * gib, 8 * gib);
  pass(100);
  EXPECT_EQ(device_budget_.report().limit_bytes, 5 * gib) << "what is free; whether the rest is ours nobody says";
}

TEST_F(AGovernor, AHostThatWasNeverReadLimitsNothingAndTheLogSaysWhatHelps) {
  host_.set(std::nullopt);
  make(false);
  pass(1000);
  EXPECT_TRUE(host_budget_.try_reserve(Owner::images, 64 * gib)) << "a fraction of an unknown total is no limit";
  EXPECT_EQ(governor_->level(), Level::normal);
  EXPECT_EQ(
      log_.count("host memory cannot be read: nothing limits this program; set SAM_HOST_MEMORY_LIMIT in bytes, such "
                 "as 6GiB"),
      1);
  EXPECT_EQ(log_.warnings(), 1);
  host_.set(8 * gib, 16 * gib);
  governor_->sample();
  EXPECT_EQ(host_budget_.report().limit_bytes, 8 * gib) << "what is free, now that it is known";
}

TEST_F(AGovernor, ACardThatWasNeverReadIsNotUsed) {
  device_.set(std::nullopt);
  make();
  EXPECT_FALSE(device_budget_.try_reserve(Owner::weights, 1));
  EXPECT_EQ(log_.count("memory of cuda:0 cannot be read; nothing is put there until it can be"), 1);
}

TEST_F(AGovernor, AHostThatWasNeverReadHasWhatWasSetInBytes) {
  host_.set(std::nullopt);
  governor_ = make_governor(options_, {{&host_, &host_budget_, {6 * gib, 0.9}, nullptr}}, clock_);
  governor_->sample();
  EXPECT_EQ(host().limit_bytes, 6 * gib);
  EXPECT_EQ(log_.count("host memory cannot be read; the limit of 6.0 GB that was set counts alone"), 1);
  EXPECT_TRUE(host_budget_.try_reserve(Owner::images, 6 * gib));
  EXPECT_FALSE(host_budget_.try_reserve(Owner::images, 6 * gib + 1));
  host_.set(8 * gib, 16 * gib);
  governor_->sample();
  EXPECT_EQ(host_budget_.report().limit_bytes, 6 * gib);
}

TEST_F(AGovernor, WithoutADeviceTheSpecificationsMethodsSpeakOfTheHost) {
  make(false);
  EXPECT_EQ(governor_->safe_get_memory_info().formatted, "Running on CPU - memory stats not available");
  EXPECT_DOUBLE_EQ(governor_->get_memory_usage(), 0.25);
}

TEST_F(AGovernor, ADriverThatHangsBlocksNobody) {
  options_.device_timeout = milliseconds(30);
  options_.host_period = milliseconds(1);
  options_.device_period = milliseconds(1);
  std::promise<void> back;
  const std::shared_future<void> waiting = back.get_future().share();
  device_.script([&]() -> std::optional<MemoryReading> {
    waiting.wait();
    return reading_of(2 * gib, 8 * gib);
  });
  make();  // waits for the timeout, then goes on
  EXPECT_FALSE(device().readable);
  EXPECT_TRUE(host().readable);
  EXPECT_EQ(log_.count("memory of cuda:0 cannot be read"), 1);
  clock_.advance(1000);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) governor_->sample();
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(500))
      << "a device known to hang is not waited for again";
  governor_->start();
  const int reads = host_.reads;
  while (host_.reads < reads + 10) std::this_thread::yield();
  EXPECT_EQ(device_.reads, 1);
  back.set_value();
  while (!device().readable) std::this_thread::yield();
  EXPECT_EQ(device().used_bytes, 2 * gib);
  EXPECT_EQ(log_.count("memory of cuda:0 cannot be read"), 1);
  governor_->stop();
}

TEST_F(AGovernor, LeavesAReaderThatHangsBehindIfItMay) {
  options_.device_timeout = milliseconds(20);
  std::promise<void> back;
  auto ended = std::make_shared<std::promise<void>>();
  struct Card {
    explicit Card(std::shared_future<void> until)
        : probe("cuda:0", [until = std::move(until)]() -> std::optional<MemoryReading> {
            until.wait();
            return reading_of(1, 8);
          }) {}
    FakeProbe probe;
  };
  auto card = std::shared_ptr<Card>(new Card(back.get_future().share()), [ended](Card* dead) {
    delete dead;
    ended->set_value();
  });
  {
    std::vector<GovernedDomain> domains = {{&host_, &host_budget_, {}, nullptr},
                                           {&card->probe, &device_budget_, {}, nullptr, card}};
    auto governor = make_governor(options_, std::move(domains), clock_);
    governor->sample();
  }
  EXPECT_EQ(log_.count("memory of cuda:0 still does not answer"), 1);
  card.reset();
  back.set_value();
  ended->get_future().wait();  // the thread that was left behind held the card until now
}

TEST_F(AGovernor, ListenersMaySampleAndAreToldInOrder) {
  make();
  std::vector<Level> told;
  governor_->add_listener([&](Level, const MemorySnapshot& now) {
    told.push_back(now.level);
    if (told.size() == 1) {
      host_.set(1 * gib, 16 * gib);
      governor_->optimize_memory(true);
    }
  });
  governor_->add_listener([](Level, const MemorySnapshot&) { throw std::runtime_error("the page is gone"); });
  host_.set(14 * gib, 16 * gib);
  pass(400);
  EXPECT_THAT(told, ElementsAre(Level::warning, Level::normal));
  EXPECT_THAT(heard_, ElementsAre(std::pair(Level::normal, Level::warning), std::pair(Level::warning, Level::normal)));
}

TEST_F(AGovernor, KeepsTheLastTwoHundredEvents) {
  make();
  for (int i = 1; i <= 250; ++i) governor_->note("recovery", "rung " + std::to_string(i));
  const auto all = governor_->events_after(0);
  ASSERT_EQ(all.size(), 200u);
  EXPECT_EQ(all.back().text, "rung 250");
  EXPECT_EQ(all.back().kind, "recovery");
  EXPECT_EQ(all.back().wall_ms, 1'700'000'000'000);
  EXPECT_EQ(all.back().number - all.front().number, 199u);
  EXPECT_EQ(governor_->events_after(all.back().number - 3).size(), 3u);
  EXPECT_TRUE(governor_->events_after(all.back().number).empty());
}

TEST_F(AGovernor, SamplesOnAThreadOfItsOwn) {
  options_.host_period = options_.device_period = milliseconds(1);
  make();
  governor_->start();
  governor_->start();  // twice is once
  const int host = host_.reads;
  const int device = device_.reads;
  while (host_.reads < host + 5 || device_.reads < device + 1) {
    clock_.advance(1);
    std::this_thread::sleep_for(milliseconds(1));
  }
  governor_->stop();
  const int after = host_.reads;
  std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(host_.reads, after);
  governor_->start();
  while (host_.reads == after) std::this_thread::yield();
}

TEST_F(AGovernor, TakesTheHostAndEightDevicesAtMost) {
  std::vector<GovernedDomain> domains(max_domains + 1, GovernedDomain{&host_, &host_budget_});
  EXPECT_THROW(make_governor(options_, domains, clock_), std::invalid_argument);
}

TEST_F(AGovernor, StaysConsistentUnderThreads) {
  options_.host_period = options_.device_period = milliseconds(1);
  make();
  FakeCache images(host_budget_, ReclaimStep::images, Owner::images);
  governor_->add_reclaimer(images);
  governor_->start();
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 200; ++i) {
        host_.set((random() % 16) * gib, 16 * gib);
        clock_.advance(50);
        try {
          images.keep(random() % mib);
        } catch (const OutOfMemory&) {  // the machine is full just now
        }
        if (seed == 0) governor_->optimize_memory(true);
        if (seed == 1) governor_->sample();
        const MemorySnapshot now = governor_->snapshot();
        std::uint64_t sum = 0;
        for (const std::uint64_t bytes : now.domains[0].by_owner) sum += bytes;
        if (sum != now.domains[0].reserved_bytes || now.domain_count != 2) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  governor_->stop();
  governor_->remove_reclaimer(images);
  EXPECT_EQ(wrong, 0);
  images.reclaim(~std::uint64_t{0});
  EXPECT_EQ(host_budget_.reserved_bytes(), 0u);
}

}  // namespace
}  // namespace sam
