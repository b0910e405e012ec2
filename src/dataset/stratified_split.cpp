#include "dataset/stratified_split.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

namespace sam {
namespace {

// Below count. Not std::uniform_int_distribution, whose answer differs between libraries.
std::size_t random_below(std::size_t count, std::mt19937_64& random) {
  const std::uint64_t whole =
      std::numeric_limits<std::uint64_t>::max() / count * count;  // what is above would favour some
  std::uint64_t value = random();
  while (value >= whole) value = random();
  return static_cast<std::size_t>(value % count);
}

class Stratification {
 public:
  Stratification(std::vector<SplitItem>& items, const std::vector<double>& shares, bool stratify, std::uint64_t seed)
      : items_(items), stratify_(stratify), random_(seed) {
    const double whole = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double share : shares) shares_.push_back(share / whole);
    count_classes();
    set_desired();
  }

  void run() {
    if (stratify_) {
      for (int rarest = find_rarest(); rarest >= 0; rarest = find_rarest()) {
        for (std::size_t item : items_of_[static_cast<std::size_t>(rarest)]) {
          if (items_[item].subset < 0) place(item, best_subset(rarest));
        }
      }
    }
    for (std::size_t item : order_) {
      if (items_[item].subset < 0) place(item, best_subset(-1));
    }
  }

 private:
  void count_classes() {
    order_.resize(items_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    for (std::size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[random_below(i, random_)]);
    for (std::size_t item : order_) {
      for (int each : items_[item].classes) {
        const auto id = static_cast<std::size_t>(each);
        if (id >= items_of_.size()) items_of_.resize(id + 1);
        items_of_[id].push_back(item);
      }
    }
    waiting_.resize(items_of_.size());
  }

  // What each subset still wants, in all and of each class.
  void set_desired() {
    double weight = 0;
    std::vector<double> of_class(items_of_.size());
    for (const SplitItem& item : items_) {
      weight += static_cast<double>(item.weight);
      for (int each : item.classes) of_class[static_cast<std::size_t>(each)] += static_cast<double>(item.weight);
    }
    for (double share : shares_) {
      wanted_.push_back(share * weight);
      wanted_of_class_.emplace_back();
      for (double count : of_class) wanted_of_class_.back().push_back(share * count);
    }
    for (const SplitItem& item : items_) {
      for (int each : item.classes) waiting_[static_cast<std::size_t>(each)] += item.subset < 0 ? 1 : 0;
      if (item.subset >= 0) take(item, static_cast<std::size_t>(item.subset));
    }
  }

  void take(const SplitItem& item, std::size_t subset) {
    const auto weight = static_cast<double>(item.weight);
    wanted_[subset] -= weight;
    for (int each : item.classes) wanted_of_class_[subset][static_cast<std::size_t>(each)] -= weight;
  }

  void place(std::size_t item, std::size_t subset) {
    items_[item].subset = static_cast<int>(subset);
    take(items_[item], subset);
    for (int each : items_[item].classes) --waiting_[static_cast<std::size_t>(each)];
  }

  // The class with the fewest items to place, at least one; -1: none.
  int find_rarest() const {
    int rarest = -1;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      if (waiting_[i] > 0 && (rarest < 0 || waiting_[i] < waiting_[static_cast<std::size_t>(rarest)]))
        rarest = static_cast<int>(i);
    }
    return rarest;
  }

  // That wants the class most, of those the one that wants anything most, of those any.
  std::size_t best_subset(int of_class) {
    std::vector<std::size_t> best;
    std::pair<double, double> most;
    for (std::size_t subset = 0; subset < shares_.size(); ++subset) {
      if (shares_[subset] <= 0) continue;
      const double of_it = of_class < 0 ? 0 : wanted_of_class_[subset][static_cast<std::size_t>(of_class)];
      const std::pair wants(of_it, wanted_[subset]);
      if (best.empty() || wants > most) {
        most = wants;
        best = {subset};
      } else if (wants == most) {
        best.push_back(subset);
      }
    }
    return best[best.size() > 1 ? random_below(best.size(), random_) : 0];
  }

  std::vector<SplitItem>& items_;
  const bool stratify_;
  std::mt19937_64 random_;
  std::vector<double> shares_;
  std::vector<std::size_t> order_;                    // of items, by chance
  std::vector<std::vector<std::size_t>> items_of_;    // by class, in that order
  std::vector<std::size_t> waiting_;                  // by class: items without a subset
  std::vector<double> wanted_;                        // by subset
  std::vector<std::vector<double>> wanted_of_class_;  // by subset and class
};

}  // namespace

void split_items(std::vector<SplitItem>& items, const std::vector<double>& shares, bool stratify, std::uint64_t seed) {
  Stratification(items, shares, stratify, seed).run();
}

}  // namespace sam
