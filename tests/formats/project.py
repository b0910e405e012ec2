"""A small project whose masks are known: made with the documented files alone (docs/file-formats.md), so that what readers find in an export is
held against something that did not come out of the program."""

import csv
import dataclasses
import json
import pathlib

import numpy as np
from PIL import Image

CLASSES = ["car", "bus", "traffic light", "unused"]


@dataclasses.dataclass
class Object:
    class_name: str
    parts: list  # of (outer, [hole, …]), rings of (x, y)
    mask: np.ndarray
    attributes: dict

    @property
    def box(self):
        """x0, y0, x1, y1: half-open."""
        rows, columns = np.nonzero(self.mask)
        return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@dataclasses.dataclass
class Picture:
    name: str
    width: int
    height: int
    subset: str
    objects: list


def inside(ring, width, height):
    """Pixels whose centres are inside the ring, even-odd."""
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    odd = np.zeros((height, width), dtype=bool)
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1]):
        if y0 == y1:
            continue
        crosses = (y0 <= y) != (y1 <= y)
        odd ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return odd


def draw(parts, width, height):
    mask = np.zeros((height, width), dtype=bool)
    for outer, holes in parts:
        part = inside(outer, width, height)
        for hole in holes:
            part &= ~inside(hole, width, height)
        mask |= part
    return mask


def circle(x, y, radius):
    angles = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    return [(float(x + radius * np.cos(a)), float(y + radius * np.sin(a))) for a in angles]


def rectangle(x0, y0, x1, y1):
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def by_class(made):
    """The same with all objects of a class as one."""
    for each in made:
        objects = []
        for name in dict.fromkeys(item.class_name for item in each.objects):
            alike = [item for item in each.objects if item.class_name == name]
            parts = [part for item in alike for part in item.parts]
            objects.append(Object(name, parts, np.logical_or.reduce([item.mask for item in alike]), {}))
        yield dataclasses.replace(each, objects=objects)


def pictures():
    def picture(name, width, height, subset, *objects):
        made = [Object(label, parts, draw(parts, width, height), attributes) for label, parts, attributes in objects]
        return Picture(name, width, height, subset, made)

    star = [(float(250 + r * np.cos(a)), float(180 + r * np.sin(a))) for a, r in zip(np.linspace(0, 6.0, 21), [50, 25] * 11)]
    return [
        picture("a.png", 320, 240, "train",
                ("car", [(circle(70.3, 60.8, 45.2), [])], {"colour": "red & <blue>"}),
                ("bus", [(circle(220, 70, 60), [circle(215, 72, 25)])], {}),
                ("car", [(rectangle(10, 130, 60, 200), []), (rectangle(90, 150, 150, 230), [])], {"difficult": "1"}),
                ("traffic light", [(star, [])], {"occluded": "1"})),
        picture("b.png", 257, 131, "val",
                ("bus", [(rectangle(0, 0, 100, 131), [])], {}),
                ("car", [(rectangle(200, 100, 257, 131), [])], {}),
                ("car", [(rectangle(150, 20, 155, 24), [])], {})),
        picture("empty.png", 64, 48, "train"),
    ]


def coco_string(mask):
    from pycocotools import mask as coco

    encoded = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": [int(side) for side in encoded["size"]], "counts": encoded["counts"].decode()}


def write(folder, made):
    folder = pathlib.Path(folder)
    for name in ("images", "annotations"):
        (folder / name).mkdir(parents=True)
    with open(folder / "classes.csv", "w", newline="") as file:
        csv.writer(file).writerows([["class_name"], *([name] for name in CLASSES)])
    with open(folder / "splits.csv", "w", newline="") as file:
        csv.writer(file).writerows([["image", "subset"], *([each.name, each.subset] for each in made)])
    for each in made:
        Image.new("RGB", (each.width, each.height), (40, 90, 60)).save(folder / "images" / each.name)
        annotations = []
        for number, item in enumerate(each.objects, 1):
            annotations.append({
                "id": number, "class_id": CLASSES.index(item.class_name), "class_name": item.class_name,
                "mask": coco_string(item.mask),
                "polygon": [{"outer": outer, "holes": holes} for outer, holes in item.parts],
                "prompt": {"boxes": [], "points": [], "text": ""}, "source": "grabcut", "score": 0.5,
                "created": "2026-01-02T03:04:05Z", "attributes": item.attributes})
        document = {
            "format": 1, "image": each.name, "size": [each.width, each.height], "next_id": len(annotations) + 1,
            "labels_file": pathlib.Path(each.name).stem + ".txt", "labels_hash": "", "previous_labels_hash": "",
            "annotations": annotations, "kept_lines": []}
        (folder / "annotations" / (each.name + ".json")).write_text(json.dumps(document))
