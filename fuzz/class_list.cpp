// The class list: what is read is written as a list that reads the same.
#include "dataset/class_list.h"

#include "dataset/store.h"
#include "fuzz_target.h"

namespace sam {

void fuzz_one(std::string_view input) {
  passes_or_throws<DatasetError>([&] {
    const ClassList classes = parse_class_list(input, "classes.csv");
    for (const std::string& name : classes.names) require(clean_class_name(name) == name);
    require(parse_class_list(format_class_list(classes.names), "classes.csv").names == classes.names);
  });
}

}  // namespace sam
