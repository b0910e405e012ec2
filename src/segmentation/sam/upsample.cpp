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

// Cells of a column of the frame's content, one after the other; cell i lies between the rows i and i + 1.
struct Band {
  int begin;
  int end;
};

// Where between two columns of the frame a contour may pass, found from the signs of the logits that they are made of: interpolating
// logits of one sign gives that sign.
class ContourBands {
 public:
  ContourBands(LogitsView logits, const Axis& across, const Axis& down)
      : logits_(logits), across_(across), down_(down), together_(logits.size.height) {
    const int cells = static_cast<int>(down.lower.size());
    int first = 0;
    int end = 0;
    for (int row = 0; row < logits.size.height; ++row) {
      while (first < cells && down.upper[std::min(first + 1, cells - 1)] < row) ++first;
      while (end < cells && down.lower[end] <= row) ++end;
      first_cell_.push_back(first);
      end_cell_.push_back(end);
    }
  }

  // Until the next call. Cells that no band holds have one sign with their neighbours up to the next band.
  const std::vector<Band>& between_columns(int left, int right) {
    const std::array<int, 2> lower = {across_.lower[left], across_.lower[right]};
    if (lower == lower_) return bands_;
    lower_ = lower;
    std::fill(together_.begin(), together_.end(), std::uint8_t{0});
    for (const int x : {lower[0], across_.upper[left], lower[1], across_.upper[right]}) {
      const std::vector<std::uint8_t>& signs = signs_of(x);
      for (std::size_t y = 0; y < signs.size(); ++y) together_[y] = static_cast<std::uint8_t>(together_[y] | signs[y]);
    }
    find_bands();
    return bands_;
  }

  // Of the first row between the columns asked for last, if no band begins there.
  bool first_is_foreground() const { return together_[down_.lower[0]] == foreground; }

 private:
  enum Sign : std::uint8_t { background = 1, foreground = 2, both = 3 };

  struct Column {
    int x = -1;
    std::vector<std::uint8_t> signs;
  };

  // Values so small or large that interpolation may round them to 0 or infinity count as both.
  static std::uint8_t sign_of(float value) {
    if (!(value > 0)) return background;
    return value >= 1e-30F && value <= 1e30F ? foreground : both;
  }

  const std::vector<std::uint8_t>& signs_of(int x) {
    Column& column = kept_[x % 4];
    if (column.x == x) return column.signs;
    column.x = x;
    column.signs.resize(logits_.size.height);
    const float* value = logits_.values + x;
    for (std::uint8_t& sign : column.signs) {
      sign = sign_of(*value);
      value += logits_.size.width;
    }
    return column.signs;
  }

  void find_bands() {
    bands_.clear();
    const std::size_t rows = together_.size();
    for (std::size_t row = 0; row < rows; ++row) {
      if (together_[row] == both) {
        add(first_cell_[row], end_cell_[row]);
      } else if (row + 1 < rows && (together_[row] | together_[row + 1]) == both && together_[row + 1] != both) {
        add(first_cell_[row + 1], end_cell_[row]);
      }
    }
  }

  void add(int begin, int end) {
    if (begin >= end) return;
    if (!bands_.empty() && begin <= bands_.back().end) {
      bands_.back().end = end;
    } else {
      bands_.push_back({begin, end});
    }
  }

  LogitsView logits_;
  const Axis& across_;
  const Axis& down_;
  std::vector<int> first_cell_;  // per row of logits: the first cell that reads it or a later one
  std::vector<int> end_cell_;    // per row of logits: the first cell that reads only later ones
  std::array<Column, 4> kept_;
  std::array<int, 2> lower_ = {-1, -1};
  std::vector<std::uint8_t> together_;  // per row of logits: Signs of all columns that are read
  std::vector<Band> bands_;
};

// A column of the frame's content, interpolated where it is asked for.
class FrameColumn {
 public:
  FrameColumn(LogitsView logits, const Axis& across, const Axis& down)
      : logits_(logits), across_(across), down_(down), blended_(logits.size.height), values_(down.lower.size()) {}

  // The rows first..last of column x.
  void fill(int x, int first, int last) {
    const float* left = logits_.values + across_.lower[x];
    const float* right = logits_.values + across_.upper[x];
    for (int y = down_.lower[first]; y <= down_.upper[last]; ++y) {
      const std::size_t row = static_cast<std::size_t>(y) * logits_.size.width;
      blended_[y] = between(left[row], right[row], across_.weight[x]);
    }
    for (int y = first; y <= last; ++y) {
      values_[y] = between(blended_[down_.lower[y]], blended_[down_.upper[y]], down_.weight[y]);
    }
  }

  float operator[](int y) const { return values_[y]; }

 private:
  LogitsView logits_;
  const Axis& across_;
  const Axis& down_;
  std::vector<float> blended_;
  std::vector<float> values_;
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
  CellColumn(LogitsView logits, const Axis& across, const Axis& down, const Axis& rows)
      : rows_(rows),
        cells_(static_cast<int>(down.lower.size())),
        bands_(logits, across, down),
        left_(logits, across, down),
        right_(logits, across, down) {
    std::size_t output = 0;
    for (int cell = 0; cell <= cells_; ++cell) {
      while (output < rows.lower.size() && rows.lower[output] < cell) ++output;
      first_output_.push_back(static_cast<std::uint32_t>(output));
    }
  }

  // Cost: of the bands only.
  void set(int left, int right) {
    mixed_.clear();
    const std::vector<Band>& bands = bands_.between_columns(left, right);
    for (const Band& band : bands) {
      const int last = std::min(band.end, cells_ - 1);
      left_.fill(left, band.begin, last);
      right_.fill(right, band.begin, last);
      int above = foreground_corners(band.begin);
      for (int cell = band.begin; cell < band.end; ++cell) {
        const int below = foreground_corners(std::min(cell + 1, last));
        if ((above + below) % 4 != 0) mixed_.push_back(cell);
        above = below;
      }
    }
    first_is_foreground_ =
        bands.empty() || bands.front().begin > 0 ? bands_.first_is_foreground() : foreground_corners(0) > 0;
  }

  // The output column that lies `weight` of the way from left to right.
  void write(float weight, RunWriter& runs) const {
    int next = 0;
    for (const int cell : mixed_) {
      write_uniform(next, cell, runs);
      const float upper = between(left_[cell], right_[cell], weight);
      const int below = std::min(cell + 1, cells_ - 1);
      const float lower = between(left_[below], right_[below], weight);
      for (std::uint32_t y = first_output_[cell]; y < first_output_[cell + 1]; ++y) {
        runs.append(between(upper, lower, rows_.weight[y]) > 0, 1);
      }
      next = cell + 1;
    }
    write_uniform(next, cells_, runs);
  }

 private:
  int foreground_corners(int row) const { return (left_[row] > 0) + (right_[row] > 0); }

  // Cells from..to share their corners' sign, one with the next. A band holds the first of them, unless it is the column's first.
  void write_uniform(int from, int to, RunWriter& runs) const {
    if (from == to) return;
    runs.append(from == 0 ? first_is_foreground_ : left_[from] > 0, first_output_[to] - first_output_[from]);
  }

  const Axis& rows_;
  const int cells_;
  ContourBands bands_;
  FrameColumn left_;
  FrameColumn right_;
  std::vector<std::uint32_t> first_output_;  // per cell: the first output row in it
  std::vector<int> mixed_;
  bool first_is_foreground_ = false;
};

}  // namespace

Mask upsample_logits(LogitsView logits, Size frame, Size content, Size picture) {
  const Axis across = make_axis(logits.size.width, frame.width, content.width);
  const Axis down = make_axis(logits.size.height, frame.height, content.height);
  const Axis columns = make_axis(content.width, picture.width, picture.width);
  const Axis rows = make_axis(content.height, picture.height, picture.height);
  CellColumn cells(logits, across, down, rows);
  RunWriter runs;
  int current = -1;
  for (int x = 0; x < picture.width; ++x) {
    if (columns.lower[x] != current) {
      current = columns.lower[x];
      cells.set(current, columns.upper[x]);
    }
    cells.write(columns.weight[x], runs);
  }
  return {picture, runs.finish()};
}

}  // namespace sam
