#include "memory/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "memory/fakes.h"

namespace sam {
namespace {

using testing::HasSubstr;

constexpr std::array<RungKind, rung_count> all_rungs = {
    RungKind::reclaim,         RungKind::reclaim_all, RungKind::shrink_engines,
    RungKind::lower_precision, RungKind::cpu,         RungKind::restart_worker};

// A machine on which memory is short until the rung that helps has run.
class Ladder : public testing::Test {
 protected:
  std::vector<Rung> rungs() {
    std::vector<Rung> list;
    for (const RungKind kind : all_rungs) {
      list.push_back({kind, [this, kind](const OutOfMemory&) {
                        clock_.advance(5);
                        ran_.push_back(kind);
                        if (kind == helps_) short_ = false;
                        if (skipped_[static_cast<std::size_t>(kind)]) return RungResult{0, "there is nothing to do"};
                        return RungResult{kind == helps_ ? 100 * mib : 0, ""};
                      }});
    }
    return list;
  }
  RecoveryLadder make() { return make(rungs()); }
  RecoveryLadder make(std::vector<Rung> list) {
    return {std::move(list),
            [](const OutOfMemory& error) {
              MemoryExhausted::Facts facts;
              facts.requested_bytes = error.requested_bytes();
              facts.used_bytes = 3 * gib;
              facts.limit_bytes = 7373 * mib;
              facts.domain = error.domain();
              facts.advice = "close other programs, choose a smaller model or --precision bf16";
              facts.holders = "weights 1.0 GB, other 2.0 GB";
              return facts;
            },
            [this](RecoveryLadder::Line line, const std::string& sentence) {
              (line == RecoveryLadder::Line::summary ? summaries_ : sentences_).push_back(sentence);
            },
            clock_};
  }
  int work() {
    ++attempts_;
    if (short_) throw OutOfMemory("no room", 512 * mib, "host");
    return 42;
  }
  const RungStatistics& of(const RecoveryStatistics& all, RungKind kind) {
    return all.rungs[static_cast<std::size_t>(kind)];
  }

  FakeClock clock_;
  bool short_ = true;
  std::optional<RungKind> helps_;
  std::array<bool, rung_count> skipped_{};
  std::vector<RungKind> ran_;
  std::vector<std::string> sentences_;
  std::vector<std::string> summaries_;
  int attempts_ = 0;
};

class EachRung : public Ladder, public testing::WithParamInterface<RungKind> {};

TEST_P(EachRung, MakesTheRetrySucceedAloneAndIsCounted) {
  helps_ = GetParam();
  RecoveryLadder ladder = make();
  EXPECT_EQ(ladder.run("encoding coffee.jpg", [&] { return work(); }), 42) << "the caller gets the retry's result";
  const auto position = static_cast<std::size_t>(GetParam());
  EXPECT_EQ(ran_.size(), position + 1) << "no rung after the one that helped";
  EXPECT_EQ(attempts_, static_cast<int>(position) + 2) << "one retry after each rung";
  const RecoveryStatistics statistics = ladder.statistics();
  EXPECT_EQ(statistics.operations, 1u);
  EXPECT_EQ(statistics.exhausted, 0u);
  for (const RungKind kind : all_rungs) {
    EXPECT_EQ(of(statistics, kind).runs, kind <= GetParam() ? 1u : 0u);
    EXPECT_EQ(of(statistics, kind).rescues, kind == GetParam() ? 1u : 0u);
    EXPECT_EQ(of(statistics, kind).freed_bytes, kind == GetParam() ? 100 * mib : 0u);
    EXPECT_DOUBLE_EQ(of(statistics, kind).milliseconds, kind <= GetParam() ? 5.0 : 0.0);
  }
  ASSERT_EQ(summaries_.size(), 1u) << "one line for the whole operation";
  std::string names;
  for (const RungKind kind : ran_) names += (names.empty() ? "" : ", ") + std::string(rung_name(kind));
  EXPECT_EQ(summaries_[0], "encoding coffee.jpg ran out of memory; " + names + " freed 100 MB; then it succeeded");
}

INSTANTIATE_TEST_SUITE_P(RecoveryLadder, EachRung, testing::ValuesIn(all_rungs), [](const auto& tested) {
  std::string name = rung_name(tested.param);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST_F(Ladder, IsNotClimbedByWhatSucceedsOrFailsOtherwise) {
  RecoveryLadder ladder = make();
  short_ = false;
  EXPECT_EQ(ladder.run("encoding", [&] { return work(); }), 42);
  EXPECT_THROW(ladder.run("encoding", []() -> int { throw std::invalid_argument("not an image"); }),
               std::invalid_argument);
  EXPECT_TRUE(ran_.empty());
  EXPECT_TRUE(sentences_.empty());
  EXPECT_TRUE(summaries_.empty());
  EXPECT_EQ(ladder.statistics().operations, 0u);
}

TEST_F(Ladder, ASkippedRungSaysWhyAndCausesNoRetry) {
  skipped_[0] = skipped_[2] = true;
  helps_ = RungKind::lower_precision;
  RecoveryLadder ladder = make();
  EXPECT_EQ(ladder.run("encoding coffee.jpg", [&] { return work(); }), 42);
  EXPECT_EQ(attempts_, 3) << "first, after reclaim all, after lower precision";
  const RecoveryStatistics statistics = ladder.statistics();
  EXPECT_EQ(of(statistics, RungKind::reclaim).skips, 1u);
  EXPECT_EQ(of(statistics, RungKind::reclaim).runs, 0u);
  EXPECT_EQ(of(statistics, RungKind::shrink_engines).skips, 1u);
  EXPECT_THAT(sentences_, testing::Contains("encoding coffee.jpg: reclaim skipped: there is nothing to do"));
}

TEST_F(Ladder, ARungThatThrowsIsLoggedAndCountsAsSkipped) {
  std::vector<Rung> list = rungs();
  list[0].run = [](const OutOfMemory&) -> RungResult { throw std::runtime_error("the cache's disk is full"); };
  list[1].run = [](const OutOfMemory&) -> RungResult { throw 7; };
  helps_ = RungKind::shrink_engines;
  RecoveryLadder ladder = make(std::move(list));
  EXPECT_EQ(ladder.run("encoding", [&] { return work(); }), 42);
  EXPECT_EQ(attempts_, 2);
  EXPECT_EQ(of(ladder.statistics(), RungKind::reclaim).skips, 1u);
  EXPECT_EQ(of(ladder.statistics(), RungKind::reclaim_all).skips, 1u);
  EXPECT_THAT(sentences_, testing::Contains("encoding: reclaim skipped: it failed: the cache's disk is full"));
}

TEST_F(Ladder, EndsWithAnErrorThatSaysEverything) {
  RecoveryLadder ladder = make();
  try {
    ladder.run("encoding coffee.jpg", [&] { return work(); });
    FAIL();
  } catch (const MemoryExhausted& error) {
    EXPECT_STREQ(error.what(),
                 "encoding coffee.jpg was refused 512 MB of host memory on top of what it held: it needs more than the "
                 "7.2 GB that can be had; now "
                 "that it gave back what it held, 3.0 GB in use or reserved (weights 1.0 GB, other 2.0 GB): close "
                 "other programs, "
                 "choose a smaller model or --precision bf16");
    EXPECT_EQ(error.facts().requested_bytes, 512 * mib);
    EXPECT_EQ(error.facts().used_bytes, 3 * gib);
    EXPECT_EQ(error.facts().limit_bytes, 7373 * mib);
    EXPECT_EQ(error.facts().domain, "host");
    EXPECT_THAT(summaries_, testing::ElementsAre("encoding coffee.jpg ran out of memory; reclaim, reclaim all, shrink "
                                                 "engines, lower precision, cpu, restart worker; nothing helped"));
    for (const auto& lines : {sentences_, summaries_}) {
      for (const std::string& line : lines)
        EXPECT_THAT(line, testing::Not(HasSubstr("can be had"))) << "whoever catches it says so, once";
    }
  }
  EXPECT_EQ(ran_, std::vector<RungKind>(all_rungs.begin(), all_rungs.end())) << "in order, each at most once";
  EXPECT_EQ(ladder.statistics().exhausted, 1u);
  helps_ = RungKind::reclaim;
  EXPECT_EQ(ladder.run("the next operation", [&] { return work(); }), 42) << "works as before";
}

// One number to set as a limit, not the step that happened to be refused.
TEST(MemoryExhaustedText, SaysWhatAllOfItNeedsWhereThatIsKnown) {
  MemoryExhausted::Facts facts;
  facts.domain = "host";
  facts.whole_bytes = 290'000'001;
  facts.used_bytes = 33 * mib;
  facts.needed_bytes = 27 * mib;
  facts.limit_bytes = 54 * mib;
  facts.holders = "other 33 MB";
  EXPECT_STREQ(MemoryExhausted("encoding a.jpg", facts).what(),
               "encoding a.jpg needs about 300 MB of host memory, and at most 54 MB can be had; 27 MB were refused on "
               "top of 33 MB in use or reserved (other 33 MB)");
  facts.needed_bytes = 0;
  facts.advice = "buy some";
  EXPECT_STREQ(MemoryExhausted("encoding a.jpg", facts).what(),
               "encoding a.jpg needs about 300 MB of host memory, and at most 54 MB can be had: buy some");
}

TEST_F(Ladder, WhatWasMeasuredBeforeIsNotSaidWhereItWasHadAndNotEnough) {
  for (const std::uint64_t measured : {150 * mib, 250 * mib}) {
    RecoveryLadder ladder(
        {},
        [&](const OutOfMemory&) {
          MemoryExhausted::Facts facts;
          facts.whole_bytes = measured;
          facts.limit_bytes = 200 * mib;
          return facts;
        },
        {}, clock_);
    try {
      ladder.run("encoding", []() -> int { throw OutOfMemory("the engine", mib); });
      FAIL();
    } catch (const MemoryExhausted& error) {
      EXPECT_EQ(error.facts().whole_bytes, measured > 200 * mib ? measured : 0);
    }
  }
}

// When it is caught the operation has given back what it held: what counts is how it was when it was refused.
TEST_F(Ladder, TheErrorHasTheNumbersOfTheMomentItWasRefused) {
  Budget budget("host", 200 * mib);
  budget.set_other(65 * mib);
  const Reservation weights = budget.reserve(Owner::weights, 20 * mib);
  RecoveryLadder ladder = make();
  try {
    ladder.run("encoding coffee.jpg", [&] {
      const Reservation picture = budget.reserve(Owner::images, 100 * mib);
      budget.reserve(Owner::scratch, 32 * mib);
    });
    FAIL();
  } catch (const MemoryExhausted& error) {
    EXPECT_STREQ(error.what(),
                 "encoding coffee.jpg needs at least 217 MB of host memory: 32 MB on top of 185 MB in use or reserved "
                 "(weights 20 MB, images "
                 "100 MB, other 65 MB), and at most 200 MB can be had: close other programs, choose a smaller model or "
                 "--precision bf16");
    EXPECT_EQ(error.facts().used_bytes, 185 * mib);
    EXPECT_EQ(error.facts().limit_bytes, 200 * mib);
    EXPECT_EQ(error.facts().needed_bytes, 32 * mib);
  }
  EXPECT_EQ(budget.reserved_bytes(), 20 * mib);
}

TEST_F(Ladder, WhatIsMissingIsSaidWhereRoundingWouldHideIt) {
  Budget budget("host", 200 * mib);
  RecoveryLadder ladder = make();
  try {
    ladder.run("encoding", [&] { budget.reserve(Owner::scratch, 200 * mib + 4096); });
    FAIL();
  } catch (const MemoryExhausted& error) {
    EXPECT_THAT(error.what(), HasSubstr("at most 200 MB can be had, 4 KB too few: close"));
  }
}

TEST_F(Ladder, WhatIsStoppedOnTheWayUpSaysSoOnce) {
  RecoveryLadder ladder = make();
  EXPECT_THROW(ladder.run("encoding",
                          [&] {
                            if (attempts_ == 2) throw std::runtime_error("stopped");
                            work();
                          }),
               std::runtime_error);
  EXPECT_THAT(summaries_, testing::ElementsAre("encoding ran out of memory; reclaim, reclaim all; then it failed for "
                                               "another reason or was stopped"));
  EXPECT_EQ(ladder.statistics().exhausted, 0u);
}

TEST_F(Ladder, BadAllocEntersAsOutOfMemory) {
  std::string what;
  std::vector<Rung> list = {{RungKind::reclaim, [&](const OutOfMemory& error) {
                               what = error.what();
                               EXPECT_EQ(error.domain(), "host");
                               short_ = false;
                               return RungResult{};
                             }}};
  RecoveryLadder ladder = make(std::move(list));
  const auto allocate = [&] {
    if (short_) throw std::bad_alloc();
  };
  ladder.run("decoding", allocate);
  EXPECT_EQ(what, "the program's own memory could not be had");
}

TEST_F(Ladder, MovesResultsOutWithoutCopying) {
  helps_ = RungKind::reclaim;
  RecoveryLadder ladder = make();
  const auto result = ladder.run("encoding", [&] { return std::make_unique<int>(work()); });
  EXPECT_EQ(*result, 42);
}

TEST_F(Ladder, NestedOperationsClimbOnceForOneFailure) {
  RecoveryLadder ladder = make();
  EXPECT_THROW(ladder.run("a page's request", [&] { return ladder.run("encoding", [&] { return work(); }); }),
               MemoryExhausted);
  EXPECT_EQ(ran_.size(), rung_count);
  EXPECT_EQ(ladder.statistics().operations, 1u);
}

TEST_F(Ladder, WithoutRungsFactsOrListenersItStillAnswers) {
  RecoveryLadder ladder({}, nullptr, nullptr, clock_);
  try {
    ladder.run("encoding", [&] { return work(); });
    FAIL();
  } catch (const MemoryExhausted& error) {
    EXPECT_STREQ(error.what(), "encoding was refused 512 MB of host memory on top of what it held");
    EXPECT_EQ(error.facts().domain, "host");
  }
  RecoveryLadder deaf(
      rungs(), nullptr, [](RecoveryLadder::Line, const std::string&) { throw std::runtime_error("log is gone"); },
      clock_);
  helps_ = RungKind::cpu;
  EXPECT_EQ(deaf.run("encoding", [&] { return work(); }), 42);
}

TEST(RecoveryLadder, FromManyThreadsRunsOneRungAtATimeAndCountsAll) {
  SystemClock clock;
  std::atomic<int> inside{0};
  std::atomic<bool> together{false};
  std::vector<Rung> rungs;
  for (const RungKind kind : all_rungs) {
    rungs.push_back({kind, [&](const OutOfMemory&) {
                       if (++inside > 1) together = true;
                       std::this_thread::yield();
                       --inside;
                       return RungResult{1, ""};
                     }});
  }
  RecoveryLadder ladder(std::move(rungs), nullptr, nullptr, clock);
  std::atomic<int> exhausted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        int left = (t + i) % 8;  // how often it runs out; 7 is once more than there are rungs
        try {
          ladder.run("work", [&] {
            if (left-- > 0) throw OutOfMemory("no room");
          });
        } catch (const MemoryExhausted&) {
          ++exhausted;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(together);
  const RecoveryStatistics statistics = ladder.statistics();
  EXPECT_EQ(statistics.operations, 350u);
  EXPECT_EQ(statistics.exhausted, 50u);
  EXPECT_EQ(exhausted, 50);
  for (std::size_t rung = 0; rung < rung_count; ++rung) {
    EXPECT_EQ(statistics.rungs[rung].rescues, 50u);
    EXPECT_EQ(statistics.rungs[rung].runs, 50u * (rung_count + 1 - rung));
    EXPECT_EQ(statistics.rungs[rung].freed_bytes, statistics.rungs[rung].runs);
  }
}

TEST_F(Ladder, AnAnswerOfNothingIsNoRescue) {
  helps_ = RungKind::reclaim;
  RecoveryLadder ladder = make();
  const auto nothing = ladder.run("segmenting coffee.jpg", [&]() -> std::optional<int> {
    work();
    return std::nullopt;
  });
  EXPECT_FALSE(nothing);
  EXPECT_EQ(of(ladder.statistics(), RungKind::reclaim).rescues, 0u);
  short_ = true;
  EXPECT_EQ(ladder.run("segmenting coffee.jpg", [&] { return std::optional<int>(work()); }), 42);
  EXPECT_EQ(of(ladder.statistics(), RungKind::reclaim).rescues, 1u);
}

TEST_F(Ladder, RungsLearnTheFormThatFailed) {
  std::vector<std::size_t> forms;
  RecoveryLadder ladder = make({{RungKind::lower_precision,
                                 [&](const RungCause& cause) {
                                   forms.push_back(cause.form);
                                   return RungResult{};
                                 }},
                                {RungKind::cpu, [&](const RungCause& cause) {
                                   forms.push_back(cause.form);
                                   short_ = false;
                                   return RungResult{};
                                 }}});
  std::size_t form = 0;
  ladder.run(
      "encoding coffee.jpg",
      [&] {
        ++form;
        return work();
      },
      &form);
  EXPECT_EQ(forms, (std::vector<std::size_t>{1, 2}));
}

}  // namespace
}  // namespace sam
