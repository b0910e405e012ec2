#!/usr/bin/env python3
"""The same exports and imports in Python, as one writes them: json and pycocotools. peer_coco.py export PROJECT OUT.json, or import IN.json FOLDER."""

import csv
import json
import os
import sys
import time

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


def take_in(path, folder):
    os.makedirs(folder, exist_ok=True)
    with open(path) as file:
        dataset = json.load(file)
    names = {category["id"]: category["name"] for category in dataset["categories"]}
    order = {category["id"]: i for i, category in enumerate(dataset["categories"])}
    of_image = {}
    for annotation in dataset["annotations"]:
        of_image.setdefault(annotation["image_id"], []).append(annotation)
    count = 0
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
        count += len(document["annotations"])
        with open(os.path.join(folder, image["file_name"] + ".json"), "w") as file:
            json.dump(document, file)
    os.sync()
    return count


def main():
    tasks = {"export": export, "import": take_in}
    if len(sys.argv) != 4 or sys.argv[1] not in tasks:
        print(__doc__, file=sys.stderr)
        return 2
    began = time.perf_counter()
    count = tasks[sys.argv[1]](sys.argv[2], sys.argv[3])
    print(json.dumps({"seconds": round(time.perf_counter() - began, 3), "annotations": count}))
    return 0


sys.exit(main())
