// One row of a table of objects, and the annotation that it stands for. See docs/formats.md.
// Threading: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "dataset/formats/csv_columns.h"
#include "dataset/formats/format.h"

namespace sam {

// Rows of a picture, each with its line end; one without a class if it holds nothing.
std::string format_csv_rows(const DatasetPicture& picture);

// Adds what a row says: an annotation if it names a class, the picture's size if it has one. A box without area is left out with a warning. place: file and
// line. Throws FormatError.
void add_csv_row(const CsvHeader& header, const std::vector<std::string>& fields, const std::string& place,
                 DatasetPicture& picture);

}  // namespace sam
