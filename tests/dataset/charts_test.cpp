// Charts and the page of statistics: well-formed whatever a class is called, in bounds, and of what was counted.
#include "dataset/charts/charts.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "dataset/charts/bars.h"
#include "dataset/charts/statistics_page.h"
#include "dataset/charts/svg.h"
#include "dataset/formats/xml_parser.h"

namespace sam {
namespace {

using testing::HasSubstr;
using testing::Not;

// Every element with its attributes, and all text. Throws FormatError for what is no XML.
class Elements final : public XmlParser {
 public:
  struct Element {
    std::string name;
    std::map<std::string, std::string> attributes;
  };

  explicit Elements(const std::string& svg) : XmlParser("the chart") { parse(svg.data(), svg.size(), true); }

  std::size_t count(const std::string& name) const {
    std::size_t found = 0;
    for (const Element& each : all) found += each.name == name ? 1 : 0;
    return found;
  }

  std::vector<Element> all;
  std::string words;

 protected:
  void start(const char* name, const char** attributes) override {
    Element element{name, {}};
    for (; *attributes != nullptr; attributes += 2) element.attributes[attributes[0]] = attributes[1];
    all.push_back(std::move(element));
  }
  void end() override {}
  void text(const char* bytes, std::size_t length) override { words.append(bytes, length); }
};

Statistics some_statistics(int class_count) {
  Statistics statistics;
  int objects = 0;
  for (int image = 0; image < 50; ++image) {
    ImageFacts facts;
    facts.name = "image" + std::to_string(image);
    facts.annotated = image > 5;
    facts.reviewed = image % 7 == 0;
    facts.faulty = image % 17 == 3;
    for (int object = 0; object < image % 9; ++object) {
      const int id = objects++ % class_count;
      facts.objects.push_back({id,
                               std::uint64_t{3} << (object * 3),
                               "grabcut",
                               {object / 9.0, image / 50.0},
                               1.5 * (1 + id),
                               object == 5 ? Review::proposed : Review::none});
    }
    add(statistics, facts);
  }
  return statistics;
}

ClassList class_list(int count, const std::string& name = "class ") {
  ClassList classes;
  for (int i = 0; i < count; ++i) classes.names.push_back(name + std::to_string(i));
  return classes;
}

std::vector<std::string> all_charts(const Statistics& statistics, const ClassList& classes) {
  std::vector<std::string> drawn;
  for (const Chart& chart : charts()) {
    for (const ChartPalette* palette : {&light_palette(), &dark_palette(), &variable_palette()})
      drawn.push_back(chart.draw(statistics, classes, *palette));
  }
  return drawn;
}

TEST(Charts, AreThoseOfTheInterface) {
  std::vector<std::string> names;
  for (const Chart& chart : charts()) names.emplace_back(chart.name);
  EXPECT_THAT(names, testing::ElementsAre("classes", "states", "areas", "positions", "objects", "times"));
  EXPECT_EQ(find_chart("areas")->draw, draw_areas);
  EXPECT_EQ(find_chart("areas.svg"), nullptr);
}

TEST(Charts, AreWellFormedAndKeepWithinTheirBounds) {
  for (const int classes : {1, 3, 40, 41, 500}) {
    for (const std::string& svg : all_charts(some_statistics(classes), class_list(classes))) {
      const Elements elements(svg);
      const auto& root = elements.all.at(0);
      ASSERT_EQ(root.name, "svg");
      const double width = std::atof(root.attributes.at("width").c_str());
      const double height = std::atof(root.attributes.at("height").c_str());
      EXPECT_EQ(width, chart_width);
      EXPECT_LT(height, 1200);
      for (const auto& each : elements.all) {
        if (each.name != "rect" || each.attributes.at("width") == "100%") continue;
        const double x = std::atof(each.attributes.at("x").c_str());
        const double y = std::atof(each.attributes.at("y").c_str());
        EXPECT_GE(x, 0);
        EXPECT_GE(y, 0);
        EXPECT_LE(x + std::atof(each.attributes.at("width").c_str()), width + 0.2);
        EXPECT_LE(y + std::atof(each.attributes.at("height").c_str()), height + 0.2);
      }
    }
  }
}

TEST(Charts, OfNothingSaySo) {
  for (const std::string& svg : all_charts({}, {})) {
    EXPECT_THAT(Elements(svg).words, testing::AnyOf(HasSubstr(" yet."), HasSubstr("it is known"))) << svg;
  }
}

TEST(Charts, NamesAreTextWhateverIsInThem) {
  const std::string bad = "<script>alert('1')</script>\"&\x01\xff\xfe ]]>--><!--";
  const Statistics statistics = some_statistics(2);
  const ClassList classes = class_list(2, bad);
  for (const std::string& svg : all_charts(statistics, classes)) {
    EXPECT_EQ(Elements(svg).count("script"), 0U);
    EXPECT_THAT(svg, Not(HasSubstr("<script")));
  }
  EXPECT_THAT(statistics_page(statistics, classes, {bad, bad}), Not(HasSubstr("<script")));
}

TEST(Charts, AtMostFortyClassesTheOthersInWords) {
  EXPECT_THAT(Elements(draw_classes(some_statistics(40), class_list(40), light_palette())).words,
              Not(HasSubstr("more classes")));
  const Statistics statistics = some_statistics(60);
  ASSERT_EQ(statistics.classes.size(), 60U);
  const Elements elements(draw_classes(statistics, class_list(60), light_palette()));
  EXPECT_THAT(elements.words, HasSubstr("20 more classes with "));
  EXPECT_EQ(elements.count("rect"), 1 + most_classes_drawn);
}

TEST(Charts, ClassesHaveTheirColours) {
  EXPECT_THAT(draw_classes(some_statistics(2), class_list(2), dark_palette()),
              testing::AllOf(HasSubstr("fill:#418dae"), HasSubstr("fill:#efec5f")));
}

TEST(Charts, TheClassesWithoutObjectsAreCounted) {
  EXPECT_THAT(draw_classes(some_statistics(2), class_list(5), light_palette()), HasSubstr("3 classes have no object."));
}

TEST(Svg, LongNamesAreShortenedByCharacters) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdefg", 6), "abcde…");
  EXPECT_EQ(shortened("äöüäöüä", 6), "äöüäö…");
  EXPECT_EQ(shortened("", 6), "");
  EXPECT_EQ(shortened("animal/cat", 6), "…l/cat");
  EXPECT_EQ(shortened("tier/bär", 4), "…bär");
  EXPECT_EQ(shortened("a/b", 1), "…");
}

TEST(Svg, NumbersAreGrouped) {
  EXPECT_EQ(count_with_commas(0), "0");
  EXPECT_EQ(count_with_commas(999), "999");
  EXPECT_EQ(count_with_commas(1000), "1,000");
  EXPECT_EQ(count_with_commas(1234567), "1,234,567");
}

TEST(Svg, ScalesHaveAtMostFiveWholeSteps) {
  for (double largest = 0; largest < 5000; largest = largest * 1.1 + 1) {
    const double step = scale_step(largest);
    EXPECT_GE(step, 1);
    EXPECT_LE(largest / step, 5);
    if (step > 1) EXPECT_GT(largest / step, 2);
  }
}

TEST(StatisticsPage, NeedsNothingElseAndHoldsBothThemes) {
  const std::string page = statistics_page(some_statistics(3), class_list(3), {"shop & <garden>", "now"});
  EXPECT_THAT(page, HasSubstr("<title>Statistics of shop &amp; &lt;garden&gt;</title>"));
  for (const char* outside : {"src=", "href=", "<link", "<script", "url(", "@import"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
  EXPECT_THAT(page, HasSubstr("@media print"));
  EXPECT_EQ(page.find("http"), page.find("http://www.w3.org/2000/svg"));
  std::size_t svgs = 0;
  for (std::size_t at = page.find("<svg"); at != std::string::npos; at = page.find("<svg", at + 1)) ++svgs;
  EXPECT_EQ(svgs, charts().size());
}

}  // namespace
}  // namespace sam
