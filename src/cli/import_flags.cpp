#include "cli/import_flags.h"

#include <map>

#include "cli/program.h"
#include "dataset/class_list.h"

namespace sam {
namespace {

const std::map<std::string, OnNewClass> new_class_words = {
    {"add", OnNewClass::add}, {"refuse", OnNewClass::refuse}, {"skip", OnNewClass::skip}};

}  // namespace

ClassRules ClassFlags::rules() const {
  ClassRules rules{{}, on_new};
  for (const std::string& each : map) {
    const std::size_t equals = each.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("--map " + each + ": expected NAME=OURS, or NAME= to leave its objects out");
    }
    rules.renamed[clean_class_name(each.substr(0, equals))] = clean_class_name(each.substr(equals + 1));
  }
  return rules;
}

void add_class_flags(CLI::App& command, ClassFlags& flags) {
  command.add_option("--map", flags.map,
                     "\"NAME=OURS\": a class of the dataset is one of ours; \"NAME=\" leaves its objects out");
  command
      .add_option("--new-classes", flags.on_new,
                  "classes that the project does not have: add (default), refuse or skip")
      ->transform(CLI::CheckedTransformer(new_class_words).description(""));
}

}  // namespace sam
