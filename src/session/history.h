// Undo and redo steps of one picture, valid for one revision of its annotations in one context.
// Steps are kept as text and parsed when they are taken, so that a long history costs little more than its bytes.
// A value; no shared state.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "session/change.h"
#include "session/edit.h"

namespace sam {

struct HistoryLimits {
  std::size_t steps = 200;
  std::size_t bytes =
      std::size_t{8} << 20;  // of one picture's file; a single step may be larger, as large as one edit is
};

// Where a history belongs: steps hold class ids and masks, which mean something among these classes, also with others added behind them, and on a picture
// of this size only.
struct HistoryPlace {
  std::string revision;
  Size size;
  std::span<const std::string> classes;  // by id; the list must outlive the place
};

// Bytes that are no history of ours, or a step that cannot be what was made: not to be used, and not to be lost.
class DamagedHistory : public EditError {
 public:
  using EditError::EditError;
};

class History {
 public:
  explicit History(HistoryLimits limits) : limits_(limits) {}

  // The history kept in bytes if it belongs to place, else an empty one: annotations changed by somebody else, or whose
  // class ids mean others now, must not get a step applied that was made before. Throws DamagedHistory.
  static History parse(std::string_view bytes, const HistoryPlace& place, HistoryLimits limits);
  // The history kept in bytes, of `from`, as it is in `to`, where the class of id i has become new_ids[i]; nothing if it is of another place, holds nothing, or
  // has a step with a class that is gone (-1). Throws DamagedHistory.
  static std::optional<std::string> moved(std::string_view bytes, const HistoryPlace& from, const HistoryPlace& to,
                                          std::span<const int> new_ids);
  // Whether these bytes are a history of this revision, as far as their header says. Never throws.
  static bool is_of(std::string_view bytes, std::string_view revision);
  // A header line with a hash of the rest, then a line for each step, undo before redo, oldest first.
  std::string text(const HistoryPlace& place) const;

  bool can_undo() const { return !undo_.empty(); }
  bool can_redo() const { return !redo_.empty(); }

  // edit_name of the step that would be taken back, or done again; empty if there is none, or an earlier version of the program wrote it.
  std::string undo_title() const;
  std::string redo_title() const;

  // The last edit's id, whether it made a step or not.
  const std::string& last_edit() const { return last_edit_; }
  void set_last_edit(const std::string& edit_id) { last_edit_ = edit_id; }

  // Whether the first step was made on a new picture: taken back, the picture is new again. Of a history that lost its oldest steps: false.
  bool begins_new() const { return begins_new_; }
  void set_begins_new(bool is_new) { begins_new_ = is_new; }

  // A new change: what was undone cannot be redone any more. The oldest steps go when a limit is passed;
  // the last one stays whatever its bytes are.
  void push(const Change& change, std::string_view title = {});

  // The change that takes the last step back, or does it again; nothing if there is none. Throws DamagedHistory. The step
  // moves to the other side.
  std::optional<Change> take_undo();
  std::optional<Change> take_redo();

 private:
  void trim();
  bool renumber(std::span<const int> new_ids);

  HistoryLimits limits_;
  std::deque<std::string> undo_;  // change_text, newest last
  std::deque<std::string> redo_;  // newest undone last
  std::string last_edit_;
  bool begins_new_ = false;
};

}  // namespace sam
