// What can be imported and exported, and what each format holds: sam-annotator formats.
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "dataset/formats/format.h"

namespace sam {
namespace {

const char* shape_text(FormatFeatures::Shape shape) {
  switch (shape) {
    case FormatFeatures::Shape::box:
      return "box";
    case FormatFeatures::Shape::rotated_box:
      return "rotated box";
    case FormatFeatures::Shape::polygon:
      return "outline";
    case FormatFeatures::Shape::mask:
      return "exact mask";
  }
  return "";
}

struct Feature {
  const char* name;
  bool FormatFeatures::* held;
};

constexpr Feature features[] = {{"parts", &FormatFeatures::parts},
                                {"holes", &FormatFeatures::holes},
                                {"overlap", &FormatFeatures::overlap},
                                {"instances", &FormatFeatures::instances},
                                {"crowd", &FormatFeatures::crowd},
                                {"attributes", &FormatFeatures::attributes},
                                {"scores", &FormatFeatures::scores},
                                {"prompts", &FormatFeatures::prompts},
                                {"provenance", &FormatFeatures::provenance},
                                {"review", &FormatFeatures::review},
                                {"unused_classes", &FormatFeatures::unused_classes},
                                {"empty_pictures", &FormatFeatures::empty_pictures},
                                {"subsets", &FormatFeatures::subsets}};

void print_json() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Format& format : formats()) {
    nlohmann::ordered_json row = {{"name", format.name},
                                  {"title", format.title},
                                  {"extension", format.extension},
                                  {"shape", shape_text(format.features.shape)}};
    for (const Feature& each : features) row[each.name] = format.features.*each.held;
    list.push_back(std::move(row));
  }
  std::cout << list.dump(2) << '\n';
}

void print_text() {
  std::size_t width = 0;
  for (const Format& format : formats()) width = std::max(width, format.name.size());
  for (const Format& format : formats()) {
    std::cout << std::left << std::setw(static_cast<int>(width) + 2) << format.name << format.title << "\n"
              << std::string(width + 2, ' ') << shape_text(format.features.shape);
    for (const Feature& each : features) {
      if (format.features.*each.held) std::cout << ", " << std::string(each.name);
    }
    std::cout << '\n';
  }
}

}  // namespace

void add_formats_command(CLI::App& root, Program& program) {
  CLI::App* command = root.add_subcommand("formats", "lists the formats for import and export, and what each can hold");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print the list as JSON");
  command->callback([&program, json] {
    program.run = [json] {
      *json ? print_json() : print_text();
      return exit_done;
    };
  });
}

}  // namespace sam
