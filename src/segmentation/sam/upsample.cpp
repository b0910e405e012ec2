#include "segmentation/sam/upsample.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sam {
namespace {

// Bilinear sampling along one axis: output i lies between the sources lower[i] and upper[i].
struct Axis {
  std::vector<int> lower;
  std::vector<int> upper;
  std::vector<float> weight;  // of upper
};

Axis make_axis(int from, int to, int count) {
  const double scale = static_cast<double>(from) / to;
  Axis axis;
  for (int i = 0; i < count; ++i) {
    const double position = std::clamp((i + 0.5) * scale - 0.5, 0.0, static_cast<double>(from - 1));
    const int lower = static_cast<int>(position);
    axis.lower.push_back(lower);
    axis.upper.push_back(std::min(lower + 1, from - 1));
    axis.weight.push_back(static_cast<float>(position - lower));
  }
  return axis;
}

float between(float a, float b, float weight) {
  return (1 - weight) * a + weight * b;
}

// Columns of the frame's content, made when asked for; the last two are kept.
class FrameColumns {
 public:
  FrameColumns(LogitsView logits, Size frame, Size content)
      : logits_(logits),
        across_(make_axis(logits.size.width, frame.width, content.width)),
        down_(make_axis(logits.size.height, frame.height, content.height)),
        blended_(logits.size.height) {
    for (Column& column : kept_) column.values.resize(content.height);
  }

  const std::vector<float>& column(int x) {
    Column& column = kept_[x % 2];
    if (column.x != x) fill(column, x);
    return column.values;
  }

 private:
  struct Column {
    int x = -1;
    std::vector<float> values;
  };

  void fill(Column& column, int x) {
    const float* left = logits_.values + across_.lower[x];
    const float* right = logits_.values + across_.upper[x];
    for (int y = 0; y < logits_.size.height; ++y) {
      const std::size_t row = static_cast<std::size_t>(y) * logits_.size.width;
      blended_[y] = between(left[row], right[row], across_.weight[x]);
    }
    for (std::size_t y = 0; y < column.values.size(); ++y) {
      column.values[y] = between(blended_[down_.lower[y]], blended_[down_.upper[y]], down_.weight[y]);
    }
    column.x = x;
  }

  LogitsView logits_;
  Axis across_;
  Axis down_;
  std::vector<float> blended_;
  std::array<Column, 2> kept_;
};

class RunWriter {
 public:
  void append(bool foreground, std::uint32_t count) {
    if (count == 0) return;
    if (foreground != foreground_) {
      runs_.push_back(length_);
      length_ = 0;
      foreground_ = foreground;
    }
    length_ += count;
  }
  std::vector<std::uint32_t> finish() {
    runs_.push_back(length_);
    return std::move(runs_);
  }

 private:
  bool foreground_ = false;
  std::uint32_t length_ = 0;
  std::vector<std::uint32_t> runs_;
};

// One column of cells of the frame: the frame's columns to its left and right, and which of its cells the contour crosses.
class CellColumn {
 public:
  explicit CellColumn(const Axis& rows, int cells) : rows_(rows), counts_(cells + 1), first_output_(cells + 1) {
    std::size_t output = 0;
    for (int cell = 0; cell <= cells; ++cell) {
      while (output < rows.lower.size() && rows.lower[output] < cell) ++output;
      first_output_[cell] = static_cast<std::uint32_t>(output);
    }
  }

  void set(const std::vector<float>& left, const std::vector<float>& right) {
    left_ = left.data();
    right_ = right.data();
    const std::size_t cells = left.size();
    for (std::size_t y = 0; y < cells; ++y) counts_[y] = static_cast<std::uint8_t>((left_[y] > 0) + (right_[y] > 0));
    counts_[cells] = counts_[cells - 1];
    mixed_.clear();
    for (std::size_t y = 0; y < cells; ++y) {
      if ((counts_[y] + counts_[y + 1]) % 4 != 0) mixed_.push_back(static_cast<int>(y));
    }
  }

  // The output column that lies `weight` of the way from left to right.
  void write(float weight, RunWriter& runs) const {
    const int cells = static_cast<int>(counts_.size()) - 1;
    int next = 0;
    for (const int cell : mixed_) {
      write_uniform(next, cell, runs);
      const float upper = between(left_[cell], right_[cell], weight);
      const int below = std::min(cell + 1, cells - 1);
      const float lower = between(left_[below], right_[below], weight);
      for (std::uint32_t y = first_output_[cell]; y < first_output_[cell + 1]; ++y) {
        runs.append(between(upper, lower, rows_.weight[y]) > 0, 1);
      }
      next = cell + 1;
    }
    write_uniform(next, cells, runs);
  }

 private:
  // Cells from..to share their corners' sign, one with the next.
  void write_uniform(int from, int to, RunWriter& runs) const {
    if (from < to) runs.append(counts_[from] != 0, first_output_[to] - first_output_[from]);
  }

  const Axis& rows_;
  std::vector<std::uint8_t> counts_;         // per row of the frame: foreground corners, 0 to 2
  std::vector<std::uint32_t> first_output_;  // per cell: the first output row in it
  std::vector<int> mixed_;
  const float* left_ = nullptr;
  const float* right_ = nullptr;
};

}  // namespace

Mask upsample_logits(LogitsView logits, Size frame, Size content, Size picture) {
  const Axis columns = make_axis(content.width, picture.width, picture.width);
  const Axis rows = make_axis(content.height, picture.height, picture.height);
  FrameColumns source(logits, frame, content);
  CellColumn cells(rows, content.height);
  RunWriter runs;
  int current = -1;
  for (int x = 0; x < picture.width; ++x) {
    if (columns.lower[x] != current) {
      current = columns.lower[x];
      cells.set(source.column(current), source.column(columns.upper[x]));
    }
    cells.write(columns.weight[x], runs);
  }
  return {picture, runs.finish()};
}

}  // namespace sam
