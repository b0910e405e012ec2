#include "dataset/charts/statistics_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "dataset/charts/charts.h"
#include "dataset/charts/svg.h"
#include "image/class_colour.h"

namespace sam {
namespace {

constexpr std::size_t most_unreadable_listed = 200;

const char* const style = R"(
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--chart-ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1360px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:18px;margin:40px 0 12px}
.muted{color:var(--chart-muted)}
.key-numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:24px 0}
.key-number{background:var(--chart-background);border:1px solid var(--chart-line);border-radius:10px;padding:12px 16px}
.key-number b{display:block;font-size:24px;font-variant-numeric:tabular-nums;line-height:1.3}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:16px}
figure{margin:0;background:var(--chart-background);border:1px solid var(--chart-line);border-radius:10px;padding:8px;overflow:hidden}
figure svg{display:block;width:100%;height:auto}
.scroll{overflow-x:auto;background:var(--chart-background);border:1px solid var(--chart-line);border-radius:10px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:7px 14px;text-align:right;border-bottom:1px solid var(--chart-line);white-space:nowrap}
tr:last-child td,tr:last-child th{border-bottom:0}
th:first-child,td:first-child{text-align:left;white-space:normal;overflow-wrap:anywhere}
thead th{color:var(--chart-muted);font-weight:500;font-size:13px}
tbody th{font-weight:400}
.swatch{display:inline-block;width:12px;height:12px;border-radius:3px;border:1px solid var(--chart-line);margin-right:8px;vertical-align:-1px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
@media print{body{background:#fff;font-size:11px}main{max-width:none;padding:0}.charts{grid-template-columns:1fr 1fr}figure,.key-number,tr{break-inside:avoid}svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2{break-after:avoid}}
)";

using Row = std::vector<std::string>;

std::string cell(const char* tag, const std::string& content, const char* scope = nullptr) {
  return std::string("<") + tag + (scope == nullptr ? "" : std::string(" scope=\"") + scope + "\"") + ">" + content +
         "</" + tag + ">";
}

// Cells are markup already; the first of each row names it.
std::string table(const Row& head, const std::vector<Row>& rows) {
  std::string text = "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string& each : head) text += cell("th", each, "col");
  text += "</tr></thead><tbody>\n";
  for (const Row& row : rows) {
    text += "<tr>" + cell("th", row.at(0), "row");
    for (std::size_t i = 1; i < row.size(); ++i) text += cell("td", row[i]);
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string pixels(double area) {
  return count_with_commas(static_cast<std::size_t>(std::llround(area)));
}

std::string seconds(const TimeStatistics& times) {
  if (times.count() == 0) return "–";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", times.median_s());
  return text.data();
}

std::string share(std::size_t part, std::size_t of) {
  if (of == 0) return "–";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100.0 * static_cast<double>(part) / static_cast<double>(of));
  return text.data();
}

std::string key_numbers(const Statistics& statistics, const ClassList& classes) {
  const auto kind = [&](ImageKind of) { return statistics.kinds[static_cast<std::size_t>(of)]; };
  std::vector<std::pair<std::string, std::string>> numbers = {
      {count_with_commas(statistics.images), "images"},
      {count_with_commas(statistics.annotations), "objects"},
      {count_with_commas(classes.names.size()), "classes"},
      {share(statistics.images - kind(ImageKind::fresh), statistics.images), "of the images looked at"},
      {share(kind(ImageKind::reviewed), statistics.images), "reviewed"},
  };
  if (statistics.times.count() > 0) numbers.emplace_back(seconds(statistics.times), "an object, median");
  std::string text = "<div class=\"key-numbers\">\n";
  for (const auto& [number, what] : numbers) {
    text += "<div class=\"key-number\"><b>" + number + "</b><span class=\"muted\">" + what + "</span></div>\n";
  }
  return text + "</div>\n";
}

Row class_row(int id, const ClassStatistics& counted, const ClassList& classes) {
  const AreaStatistics& areas = counted.areas;
  const bool any = areas.count() > 0;
  return {"<span class=\"swatch\" style=\"background:" + colour_text(class_colour(id)) + "\"></span>" +
              escaped_markup(shown_class_name(id, classes)),
          count_with_commas(areas.count()),
          count_with_commas(counted.images),
          count_with_commas(areas.small()),
          count_with_commas(areas.medium()),
          count_with_commas(areas.large()),
          any ? pixels(areas.median_px()) : "–",
          any ? pixels(areas.mean_px()) : "–",
          seconds(counted.times)};
}

std::string class_table(const Statistics& statistics, const ClassList& classes) {
  std::map<int, ClassStatistics> all = statistics.classes;
  for (std::size_t id = 0; id < classes.names.size(); ++id) all[static_cast<int>(id)];
  std::vector<Row> rows;
  for (const auto& [id, counted] : all) rows.push_back(class_row(id, counted, classes));
  return "<h2>Classes</h2>\n" +
         table({"Class", "Objects", "Images", "Small", "Medium", "Large", "Median px", "Mean px", "Median time"},
               rows) +
         "<p class=\"muted\">Small: below 32 × 32 px. Medium: below 96 × 96 px.</p>\n";
}

std::string other_tables(const Statistics& statistics) {
  std::string text;
  if (!statistics.sources.empty()) {
    std::vector<Row> rows;
    for (const auto& [source, count] : statistics.sources) {
      rows.push_back({source.empty() ? "unknown" : escaped_markup(source), count_with_commas(count),
                      share(count, statistics.annotations)});
    }
    text += "<h2>What made the objects</h2>\n" + table({"Made by", "Objects", "Share"}, rows);
  }
  if (statistics.subsets.size() > 1 || !statistics.subsets.contains("")) {
    std::vector<Row> rows;
    for (const auto& [name, subset] : statistics.subsets) {
      rows.push_back({name.empty() ? "none" : escaped_markup(name), count_with_commas(subset.images),
                      count_with_commas(subset.annotations)});
    }
    if (!rows.empty()) text += "<h2>Subsets</h2>\n" + table({"Subset", "Images", "Objects"}, rows);
  }
  if (!statistics.unreadable.empty()) {
    text += "<h2>Images that cannot be read</h2>\n<ul>\n";
    const std::size_t listed = std::min(statistics.unreadable.size(), most_unreadable_listed);
    for (std::size_t i = 0; i < listed; ++i) text += "<li>" + escaped_markup(statistics.unreadable[i]) + "</li>\n";
    text += "</ul>\n";
    if (listed < statistics.unreadable.size()) {
      text += "<p>and " + count_with_commas(statistics.unreadable.size() - listed) + " more</p>\n";
    }
  }
  return text;
}

}  // namespace

std::string statistics_page(const Statistics& statistics, const ClassList& classes, const StatisticsPageWords& words) {
  const std::string project = escaped_markup(words.project);
  std::string text =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Statistics of " +
      project + "</title>\n<style>\n:root{--page:#f3f5f7;" + chart_variables(light_palette()) +
      "}\n@media (prefers-color-scheme:dark){:root{--page:#0e1013;" + chart_variables(dark_palette()) +
      "}}\n@media print{:root{--page:#ffffff;" + chart_variables(light_palette()) + "}}" + style +
      "</style>\n</head>\n<body>\n<main>\n<h1>" + project + "</h1>\n<p class=\"muted\">Counted " +
      escaped_markup(words.time) + " by SAM Annotator</p>\n";
  text += key_numbers(statistics, classes);
  text += "<div class=\"charts\">\n";
  for (const Chart& chart : charts()) {
    text += "<figure>" + chart.draw(statistics, classes, variable_palette()) + "</figure>\n";
  }
  text += "</div>\n" + class_table(statistics, classes) + other_tables(statistics);
  return text + "</main>\n</body>\n</html>\n";
}

}  // namespace sam
