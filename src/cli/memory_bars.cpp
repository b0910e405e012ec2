#include "cli/memory_bars.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "memory/byte_text.h"

namespace sam {
namespace {

constexpr std::size_t least_width = 40;

struct Part {
  std::string name;
  char letter;
  int colour;  // of the 256
  std::uint64_t bytes;
  int place = 0;  // among those of equal size
};

const char* const reset = "\x1b[0m";

int owner_colour(const std::string& owner) {
  static constexpr std::pair<const char*, int> colours[] = {
      {"weights", 75}, {"scratch", 105}, {"images", 71}, {"embeddings", 37}, {"predictions", 175}};
  for (const auto& [name, colour] : colours) {
    if (owner == name) return colour;
  }
  return 250;
}

int level_colour(const std::string& level) {
  return level == "critical" ? 203 : level == "warning" ? 179 : 71;
}

std::string painted(const std::string& text, int colour, const BarStyle& style) {
  return style.colour ? "\x1b[38;5;" + std::to_string(colour) + "m" + text + reset : text;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "(-)";
  return "(" + std::to_string(std::lround(100 * static_cast<double>(part) / static_cast<double>(whole))) + "%)";
}

// Ours from the left; what others hold is drawn from the right.
std::vector<Part> parts_of(const ShownDomain& domain) {
  std::vector<Part> parts;
  if (!domain.own_bytes) return {{"used", 'U', 67, domain.used_bytes}};
  for (const auto& [owner, bytes] : domain.owners) {
    const char letter = owner.empty() ? '?' : static_cast<char>(std::toupper(static_cast<unsigned char>(owner[0])));
    parts.push_back({owner, letter, owner_colour(owner), bytes});
  }
  return parts;
}

std::uint64_t held_by_others(const ShownDomain& domain) {
  const std::uint64_t own = domain.own_bytes.value_or(domain.used_bytes);
  return domain.used_bytes > own ? domain.used_bytes - own : 0;
}

struct Cell {
  char letter = '.';
  int colour = 236;
  int mark = 0;  // the mark's colour; 0: none
};

void fill(std::vector<Cell>& cells, double from, double to, char letter, int colour) {
  const auto column = [&](double at) {
    return static_cast<std::size_t>(std::lround(std::clamp(at, 0.0, 1.0) * static_cast<double>(cells.size())));
  };
  for (std::size_t i = column(from); i < column(to); ++i) cells[i] = {letter, colour};
}

void set_mark(std::vector<Cell>& cells, double at, int colour) {
  const double last = static_cast<double>(cells.size() - 1);
  cells[static_cast<std::size_t>(std::lround(std::clamp(at, 0.0, 1.0) * last))].mark = colour;
}

std::vector<Cell> cells_of(const ShownDomain& domain, const ShownMemory& memory, std::size_t count) {
  std::vector<Cell> cells(count);
  if (domain.total_bytes == 0) return cells;
  const auto total = static_cast<double>(domain.total_bytes);
  double from = 0;
  for (const Part& part : parts_of(domain)) {
    const double to = from + static_cast<double>(part.bytes) / total;
    fill(cells, from, to, part.letter, part.colour);
    from = to;
  }
  fill(cells, 1 - static_cast<double>(held_by_others(domain)) / total, 1, '#', 241);
  const double limit = domain.own_bytes ? static_cast<double>(domain.limit_bytes) / total : 1;
  set_mark(cells, limit, 231);
  set_mark(cells, limit * memory.critical, level_colour("critical"));
  set_mark(cells, limit * memory.warning, level_colour("warning"));
  return cells;
}

ScreenLine bar_line(const ShownDomain& domain, const ShownMemory& memory, const BarStyle& style) {
  const std::vector<Cell> cells = cells_of(domain, memory, style.width - 2);
  std::string text = "[";
  for (const Cell& cell : cells) {
    const std::string shown(1, cell.mark != 0 ? '|' : style.colour ? ' ' : cell.letter);
    if (!style.colour) {
      text += shown;
      continue;
    }
    text += "\x1b[48;5;" + std::to_string(cell.colour) + "m";
    if (cell.mark != 0) text += "\x1b[1;38;5;" + std::to_string(cell.mark) + "m";
    text += shown + reset;
  }
  return {text + "]", style.width};
}

// Words after one another, as many on a line as there is room for.
class Words {
 public:
  explicit Words(std::size_t width) : width_(width) {}

  void add(const std::string& plain, const std::string& shown) {
    const std::size_t needed = plain.size() + (line_.columns == 0 ? 0 : 2);
    if (line_.columns + needed > width_) end_line();
    if (line_.columns != 0) {
      line_.text += "  ";
      line_.columns += 2;
    }
    const bool fits = plain.size() <= width_;
    line_.text += fits ? shown : plain.substr(0, width_);
    line_.columns += std::min(plain.size(), width_);
  }
  void add(const std::string& plain) { add(plain, plain); }

  std::vector<ScreenLine> lines() {
    end_line();
    return std::move(lines_);
  }

 private:
  void end_line() {
    if (line_.columns > 0) lines_.push_back(std::exchange(line_, {}));
  }

  const std::size_t width_;
  ScreenLine line_;
  std::vector<ScreenLine> lines_;
};

void append(std::vector<ScreenLine>& lines, Words words) {
  for (ScreenLine& line : words.lines()) lines.push_back(std::move(line));
}

std::string own_text(const ShownDomain& domain) {
  if (domain.limit_bytes >= no_limit_bytes) return byte_text(*domain.own_bytes) + ", no limit known";
  return byte_text(*domain.own_bytes) + " of " + byte_text(domain.limit_bytes) + " " +
         percent(*domain.own_bytes, domain.limit_bytes);
}

std::string used_text(const ShownDomain& domain) {
  return byte_text(domain.used_bytes) + " of " + byte_text(domain.total_bytes) + " " +
         percent(domain.used_bytes, domain.total_bytes);
}

bool has_numbers(const ShownDomain& domain) {
  return domain.readable || domain.total_bytes > 0;
}

std::string unreadable_text(const ShownDomain& domain) {
  return has_numbers(domain) ? "cannot be read now (last numbers)" : "cannot be read";
}

void add_domain(std::vector<ScreenLine>& lines, const ShownDomain& domain, const ShownMemory& memory,
                const BarStyle& style) {
  Words head(style.width);
  head.add(domain.name);
  if (domain.readable) {
    head.add(domain.level, painted(domain.level, level_colour(domain.level), style));
  } else {
    head.add(unreadable_text(domain));
  }
  if (domain.own_bytes) head.add("annotator " + own_text(domain));
  if (has_numbers(domain)) head.add("all " + used_text(domain));
  append(lines, std::move(head));
  lines.push_back(bar_line(domain, memory, style));
  Words legend(style.width);
  std::vector<Part> parts = parts_of(domain);
  for (Part& part : parts) part.place = static_cast<int>(&part - parts.data());
  std::sort(parts.begin(), parts.end(),
            [](const Part& x, const Part& y) { return x.bytes != y.bytes ? x.bytes > y.bytes : x.place < y.place; });
  if (domain.own_bytes) parts.push_back({"other programs", '#', 241, held_by_others(domain)});
  for (const Part& part : parts) {
    if (part.bytes == 0) continue;
    const std::string text = " " + part.name + " " + byte_text(part.bytes);
    const std::string key =
        style.colour ? "\x1b[48;5;" + std::to_string(part.colour) + "m " + reset : std::string(1, part.letter);
    legend.add("x" + text, key + text);
  }
  append(lines, std::move(legend));
  lines.push_back({"", 0});
}

}  // namespace

std::vector<ScreenLine> memory_screen(const ShownMemory& memory, const BarStyle& style) {
  BarStyle wide = style;
  wide.width = std::max(style.width, least_width);
  std::vector<ScreenLine> lines;
  Words head(wide.width);
  head.add(memory.source);
  head.add("marks: warning " + std::to_string(std::lround(100 * memory.warning)) + "%, critical " +
           std::to_string(std::lround(100 * memory.critical)) + "%, limit");
  append(lines, std::move(head));
  for (const ShownDomain& domain : memory.domains) add_domain(lines, domain, memory, wide);
  return lines;
}

std::string memory_log_line(const ShownMemory& memory, const std::string& time) {
  std::string line = time;
  for (const ShownDomain& domain : memory.domains) {
    if (&domain != &memory.domains.front()) line += ";";
    line += " " + domain.name + " " + (domain.readable ? domain.level : unreadable_text(domain));
    if (domain.own_bytes) line += ", annotator " + own_text(domain);
    if (has_numbers(domain)) line += ", all " + used_text(domain);
    for (const auto& [owner, bytes] : domain.owners) {
      if (bytes > 0) line += ", " + owner + " " + byte_text(bytes);
    }
  }
  return line;
}

}  // namespace sam
