// splits.csv: what is read is written as a file that reads the same.
#include "dataset/split_file.h"

#include "dataset/store.h"
#include "fuzz_target.h"

namespace sam {

void fuzz_one(std::string_view input) {
  passes_or_throws<DatasetError>([&] {
    const Splits splits = parse_splits(input);
    require(parse_splits(format_splits(splits)) == splits);
  });
}

}  // namespace sam
