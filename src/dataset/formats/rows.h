// The rows of the table of formats: each is described in the source file of its name.
// Threading: values; no state.
#pragma once

#include "dataset/formats/format.h"

namespace sam {

Format project_format();            // sam_annotator.cpp
Format coco_format();               // coco.cpp
Format yolo_segmentation_format();  // yolo_segmentation.cpp
Format yolo_detection_format();     // yolo_detection.cpp
Format yolo_obb_format();           // yolo_obb.cpp
Format voc_format();                // voc.cpp
Format labelme_format();            // labelme.cpp
Format cvat_format();               // cvat.cpp
Format class_masks_format();        // class_masks.cpp
Format instance_masks_format();     // instance_masks.cpp
Format object_masks_format();       // object_masks.cpp
Format original_format();           // original.cpp
Format csv_format();                // csv.cpp

}  // namespace sam
