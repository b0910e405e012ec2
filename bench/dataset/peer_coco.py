#!/usr/bin/env python3
"""The same exports and imports in Python, as one writes them: json, pycocotools and Pillow. peer_coco.py export PROJECT OUT.json, import IN.json FOLDER (annotations
alone), or import-project IN.json PROJECT: with what an import into a project has to do besides — the photo's size, label files and their hashes, all staged,
flushed, and then put in place.
"""

import csv
import hashlib
import json
import os
import sys
import time

from PIL import Image
from pycocotools import mask as masks


def export(project, out):
    with open(os.path.join(project, "classes.csv")) as file:
        classes = [row["class_name"] for row in csv.DictReader(file)]
    images, annotations = [], []
    folder = os.path.join(project, "annotations")
    for name in sorted(os.listdir(folder)):
        if name.startswith(".") or not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name)) as file:
            document = json.load(file)
        width, height = document["size"]
        images.append({"id": len(images) + 1, "file_name": document["image"], "width": width, "height": height})
        for one in document["annotations"]:
            annotations.append({
                "id": len(annotations) + 1,
                "image_id": len(images),
                "category_id": one["class_id"] + 1,
                "iscrowd": 0,
                "area": int(masks.area(one["mask"])),
                "bbox": masks.toBbox(one["mask"]).tolist(),
                "segmentation": [[number for point in part["outer"] for number in point] for part in one["polygon"]],
                "score": one["score"],
            })
    categories = [{"id": i + 1, "name": name} for i, name in enumerate(classes)]
    with open(out, "w") as file:
        json.dump({"images": images, "annotations": annotations, "categories": categories}, file)
    return len(annotations)


def rings(flat):
    return [[flat[i], flat[i + 1]] for i in range(0, len(flat), 2)]


def documents(path):
    """Each image's document, as a project keeps it."""
    with open(path) as file:
        dataset = json.load(file)
    names = {category["id"]: category["name"] for category in dataset["categories"]}
    order = {category["id"]: i for i, category in enumerate(dataset["categories"])}
    of_image = {}
    for annotation in dataset["annotations"]:
        of_image.setdefault(annotation["image_id"], []).append(annotation)
    for image in dataset["images"]:
        width, height = image["width"], image["height"]
        document = {"format": 1, "image": image["file_name"], "size": [width, height], "annotations": []}
        for annotation in of_image.get(image["id"], []):
            mask = masks.merge(masks.frPyObjects(annotation["segmentation"], height, width))
            document["annotations"].append({
                "id": len(document["annotations"]) + 1,
                "class_id": order[annotation["category_id"]],
                "class_name": names[annotation["category_id"]],
                "mask": {"size": mask["size"], "counts": mask["counts"].decode()},
                "polygon": [{"outer": rings(flat), "holes": []} for flat in annotation["segmentation"]],
                "score": annotation.get("score", 0),
            })
        yield document


def take_in(path, folder):
    os.makedirs(folder, exist_ok=True)
    count = 0
    for document in documents(path):
        count += len(document["annotations"])
        with open(os.path.join(folder, document["image"] + ".json"), "w") as file:
            json.dump(document, file)
    os.sync()
    return count


def label_text(document):
    width, height = document["size"]
    lines = []
    for one in document["annotations"]:
        for part in one["polygon"]:
            numbers = " ".join(f"{x / width:.6f} {y / height:.6f}" for x, y in part["outer"])
            lines.append(f"{one['class_id']} {numbers}\n")
    return "".join(lines)


def take_in_project(path, project):
    staging = os.path.join(project, "annotations", ".change")
    for kind in ("annotations", "labels"):
        os.makedirs(os.path.join(staging, kind))
        os.makedirs(os.path.join(project, kind), exist_ok=True)
    count = 0
    for document in documents(path):
        with Image.open(os.path.join(project, "images", document["image"])) as photo:
            size = list(photo.size)
            if "exif" in photo.info and photo.getexif().get(0x0112, 1) > 4:  # turned; asked otherwise, a PNG is decoded
                size.reverse()
        if size != document["size"]:
            raise SystemExit(f"{document['image']} is {size}, not {document['size']}")
        labels = label_text(document)
        document["labels_hash"] = hashlib.blake2b(labels.encode(), digest_size=16).hexdigest()
        with open(os.path.join(staging, "annotations", document["image"] + ".json"), "w") as file:
            json.dump(document, file)
        with open(os.path.join(staging, "labels", os.path.splitext(document["image"])[0] + ".txt"), "w") as file:
            file.write(labels)
        count += len(document["annotations"])
    os.sync()
    for kind in ("annotations", "labels"):
        for name in os.listdir(os.path.join(staging, kind)):
            os.replace(os.path.join(staging, kind, name), os.path.join(project, kind, name))
    os.sync()
    return count


def main():
    tasks = {"export": export, "import": take_in, "import-project": take_in_project}
    if len(sys.argv) != 4 or sys.argv[1] not in tasks:
        print(__doc__, file=sys.stderr)
        return 2
    began = time.perf_counter()
    count = tasks[sys.argv[1]](sys.argv[2], sys.argv[3])
    print(json.dumps({"seconds": round(time.perf_counter() - began, 3), "annotations": count}))
    return 0


sys.exit(main())
