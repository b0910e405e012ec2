// One person's annotating: which picture is on screen, its annotations, edits with undo and redo that survive a restart.
// Every edit is on disk when apply() returns. Several windows may use one session: each edit names the revision it was made on.
// Threading: safe to call from any thread. Ownership: store and pipeline must outlive the session.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/store.h"
#include "pipeline/pipeline.h"
#include "session/edit.h"

namespace sam {

// segment() was given a mask input that is no longer kept; prompt again without it.
class StaleMaskInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct PictureState {
  PictureAnnotations content;
  std::string revision;
  std::size_t position = 0;  // in the store's list
  EncodingStatus encoding;
  bool can_undo = false;
  bool can_redo = false;
  std::string undo_title;  // edit_name of what undo would take back; empty: nothing, or made by an earlier version
  std::string redo_title;
  std::string last_edit;  // EditOptions::edit_id of the last edit
  std::vector<std::string> warnings;
};

struct SegmentRequest {
  std::vector<Box> boxes;
  std::vector<PromptPoint> points;
  std::optional<std::string> mask_input_key;  // Logits::key of an earlier answer
  bool multimask = false;
  bool refine_edges = false;
  bool preview = false;  // answered by Pipeline::preview; no later prompt can name its logits
};

class Session {
 public:
  virtual ~Session() = default;

  // The picture on screen: its encoding started, and remembered over restarts soon afterwards, at the latest when the session ends. Throws what
  // Store::load throws; a picture that cannot be read is marked broken in the store.
  virtual PictureState show(const std::string& name) = 0;
  virtual std::optional<std::string> current() const = 0;

  virtual PictureState state(const std::string& name) = 0;

  // An edit whose edit_id is the picture's last_edit was made already: the state is answered, whatever the revision. Throws EditError (also for an undo or
  // redo when there is none), ClassGone, RevisionConflict, FileError; nothing is changed then.
  virtual PictureState apply(const std::string& name, const std::string& revision, const Edit& edit,
                             const EditOptions& options) = 0;
  PictureState apply(const std::string& name, const std::string& revision, const Edit& edit) {
    return apply(name, revision, edit, {});
  }

  // Checks the picture's files and writes what differs.
  virtual PictureState save(const std::string& name) = 0;

  // Throws StaleMaskInput and what Pipeline::segment throws.
  virtual SegmentResult segment(const std::string& name, const SegmentRequest& request, std::stop_token stop) = 0;

  // No later prompt can name an answer given so far.
  virtual void forget_answers() = 0;
};

// history_limit: how many steps back are kept for each picture.
std::unique_ptr<Session> make_session(Store& store, Pipeline& pipeline, const Clock& clock, int history_limit = 200);

}  // namespace sam
