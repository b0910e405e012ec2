// What a label file that somebody else wrote says about a picture, put together with what we knew. Free functions, no state.
#pragma once

#include <string>
#include <vector>

#include "dataset/class_list.h"
#include "dataset/label_file.h"

namespace sam {

// The document after labels were edited: lines that stand for an annotation of before keep it whole (mask, prompt, id; with the line's
// class), the others become new annotations, and annotations without a line are gone. Lines that cover no pixel are kept like malformed
// ones. before without annotations: all lines are new, with ids in the order of lines. warnings grows.
AnnotationDocument merge_labels(const AnnotationDocument& before, const LabelFile& labels, const ClassList& classes,
                                std::vector<std::string>& warnings);

// Annotations whose class is no longer called as when they were saved: the id follows the name if exactly one class has it (rows moved),
// else the id stays (the class was renamed, or is gone). Says so in warnings.
void follow_class_names(AnnotationDocument& document, const ClassList& classes, std::vector<std::string>& warnings);

}  // namespace sam
