#include "dataset/picture_list.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "dataset/natural_order.h"

namespace sam {

void PictureList::replace(std::vector<FoundPicture> found, const std::vector<std::string>& annotation_files,
                          const std::vector<std::string>& label_files, const std::vector<IndexRow>& remembered) {
  const auto holds = [](const std::vector<std::string>& sorted, const std::string& name) {
    return std::binary_search(sorted.begin(), sorted.end(), name);
  };
  std::vector<Row> rows;
  rows.reserve(found.size());
  for (FoundPicture& picture : found) {
    Row& row = rows.emplace_back();
    row.annotated = holds(annotation_files, picture.name + ".json") ||
                    holds(label_files, label_file_name(picture.name, picture.own_label_file));
    row.name = std::move(picture.name);
    row.size_bytes = picture.size_bytes;
    row.modified_ns = picture.modified_ns;
    row.own_label_file = picture.own_label_file;
    row.broken = picture.broken != nullptr;
  }
  std::unordered_map<std::string_view, const IndexRow*> known;
  known.reserve(remembered.size());
  for (const IndexRow& facts : remembered) known.emplace(facts.name, &facts);

  MutexLock lock(mutex_);
  std::vector<Row> old = std::exchange(rows_, std::move(rows));
  std::map<std::string, std::string> old_reasons = std::exchange(reasons_, {});
  next_ = 0;
  auto before = old.begin();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    Row& row = rows_[i];
    if (row.broken) {
      reasons_[row.name] = found[i].broken;
      row.examined = true;
      continue;
    }
    while (before != old.end() && natural_less(before->name, row.name)) ++before;
    const bool held = before != old.end() && before->name == row.name;
    if (held) {  // take_over compares size and mtime
      IndexRow facts{row.name,      before->size_bytes,  before->modified_ns,    before->size,
                     std::string(), before->annotations, before->annotations_ns, before->labels_ns};
      if (before->broken) facts.broken = old_reasons[row.name];
      take_over(row, std::move(facts));
      row.examined = row.broken && before->examined;  // once in a run
    } else if (const auto facts = known.find(row.name); facts != known.end()) {
      take_over(row, *facts->second);
    }
  }
}

void PictureList::take_over(Row& row, IndexRow facts) {
  if (facts.size_bytes != row.size_bytes || facts.modified_ns != row.modified_ns) return;
  row.size = facts.size;
  row.annotations = std::move(facts.annotations);
  row.annotations_ns = facts.annotations_ns;
  row.labels_ns = facts.labels_ns;
  row.broken = !facts.broken.empty();
  if (row.broken) {
    reasons_[row.name] = std::move(facts.broken);
  } else {
    reasons_.erase(row.name);
  }
}

std::size_t PictureList::size() const {
  MutexLock lock(mutex_);
  return rows_.size();
}

std::vector<PictureEntry> PictureList::entries(std::size_t offset, std::size_t limit) const {
  MutexLock lock(mutex_);
  std::vector<PictureEntry> result;
  if (offset >= rows_.size()) return result;
  limit = std::min(limit, rows_.size() - offset);
  result.reserve(limit);
  for (std::size_t i = offset; i < offset + limit; ++i) result.push_back(entry(i));
  return result;
}

PicturePage PictureList::find_all(const PictureFilter& filter, std::size_t offset, std::size_t limit) const {
  PictureMatcher matcher(filter);
  PicturePage page;
  MutexLock lock(mutex_);
  page.all = rows_.size();
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    if (!matcher.passes(traits(rows_[at]))) continue;
    if (page.total++ >= offset && page.entries.size() < limit) page.entries.push_back(entry(at));
  }
  return page;
}

std::optional<PictureEntry> PictureList::find_next(const PictureFilter& filter, std::size_t from, int step) const {
  PictureMatcher matcher(filter);
  MutexLock lock(mutex_);
  const auto end = static_cast<std::ptrdiff_t>(rows_.size());
  const auto begin = static_cast<std::ptrdiff_t>(std::min(from, rows_.size()));
  for (std::ptrdiff_t i = begin + step; i >= 0 && i < end; i += step) {
    const auto at = static_cast<std::size_t>(i);
    if (!rows_[at].broken && matcher.passes(traits(rows_[at]))) return entry(at);
  }
  return std::nullopt;
}

PictureCounts PictureList::counts() const {
  using State = PictureFilter::State;
  PictureCounts counts;
  MutexLock lock(mutex_);
  counts.images = rows_.size();
  for (const Row& row : rows_) {
    const unsigned states = states_of(traits(row));
    const auto count = [states](State state) { return (states & state) != 0 ? 1U : 0U; };
    counts.fresh += count(State::fresh);
    counts.labelled += count(State::labelled);
    counts.empty += count(State::empty);
    counts.proposed += count(State::proposed);
    counts.reviewed += count(State::reviewed);
    counts.faulty += count(State::faulty);
    counts.broken += count(State::broken);
    if (row.broken) continue;
    counts.annotations += static_cast<std::size_t>(std::max(row.annotations.count, 0));
    counts.proposals += static_cast<std::size_t>(row.annotations.proposals);
    counts.rejected += static_cast<std::size_t>(row.annotations.rejected);
  }
  return counts;
}

std::optional<std::size_t> PictureList::position(const std::string& name) const {
  MutexLock lock(mutex_);
  return locate(name);
}

std::optional<PictureEntry> PictureList::find(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto at = locate(name);
  if (!at) return std::nullopt;
  return entry(*at);
}

std::optional<std::string> PictureList::label_file(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto at = locate(name);
  if (!at) return std::nullopt;
  return label_file_name(name, rows_[*at].own_label_file);
}

std::optional<IndexRow> PictureList::facts(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto at = locate(name);
  if (!at) return std::nullopt;
  return facts_of(rows_[*at]);
}

std::optional<IndexRow> PictureList::next_unexamined() {
  MutexLock lock(mutex_);
  while (next_ < rows_.size() && rows_[next_].examined) ++next_;
  if (next_ == rows_.size()) return std::nullopt;
  rows_[next_].examined = true;
  return facts_of(rows_[next_++]);
}

void PictureList::update(const IndexRow& facts) {
  MutexLock lock(mutex_);
  const auto at = locate(facts.name);
  if (!at) return;
  Row& row = rows_[*at];
  take_over(row, facts);
  row.examined = true;
  if (facts.annotations.count >= 0) row.annotated = facts.annotations_ns != 0 || facts.labels_ns != 0;
}

std::optional<std::size_t> PictureList::locate(const std::string& name) const {
  const auto found = std::lower_bound(rows_.begin(), rows_.end(), name, [](const Row& row, const std::string& wanted) {
    return natural_less(row.name, wanted);
  });
  if (found == rows_.end() || found->name != name) return std::nullopt;
  return static_cast<std::size_t>(found - rows_.begin());
}

PictureEntry PictureList::entry(std::size_t at) const {
  const Row& row = rows_[at];
  PictureEntry entry;
  entry.position = at;
  entry.name = row.name;
  entry.size = row.size;
  entry.annotation_count = std::max(row.annotations.count, 0);
  entry.proposals = row.annotations.proposals;
  entry.rejected = row.annotations.rejected;
  entry.reviewed = row.annotations.reviewed;
  entry.faulty = row.annotations.faulty;
  entry.annotated = row.annotated;
  if (is_looked_at(traits(row))) entry.state = PictureEntry::State::labelled;
  if (row.broken) {
    entry.state = PictureEntry::State::broken;
    entry.reason = reasons_.at(row.name);
  }
  return entry;
}

IndexRow PictureList::facts_of(const Row& row) const {
  IndexRow facts{row.name,      row.size_bytes,  row.modified_ns,    row.size,
                 std::string(), row.annotations, row.annotations_ns, row.labels_ns};
  if (row.broken) facts.broken = reasons_.at(row.name);
  return facts;
}

}  // namespace sam
