"""Each format's own reader, or the one its users have: from an export to what it finds. The readers' packages are those of
script/format-readers.requirements."""

import csv
import json
import os
import pathlib
import tempfile
import urllib.parse
import warnings

import numpy as np
from loguru import logger
from PIL import Image

import absent_packages
from found import Found
from project import inside

absent_packages.install()
logger.remove()  # of LabelMe
_settings = tempfile.TemporaryDirectory(prefix="sam-formats-")  # gone with the process
os.environ["YOLO_CONFIG_DIR"] = _settings.name  # or ultralytics writes to the user's home
os.environ["YOLO_OFFLINE"] = "true"


def coco(folder):
    from pycocotools.coco import COCO

    for file in sorted((folder / "annotations").glob("*.json")):
        dataset = COCO(str(file))
        names = {each["id"]: each["name"] for each in dataset.loadCats(dataset.getCatIds())}
        for image in dataset.loadImgs(dataset.getImgIds()):
            found = []
            for each in dataset.loadAnns(dataset.getAnnIds(imgIds=[image["id"]])):
                mask = dataset.annToMask(each).astype(bool)
                x, y, width, height = each["bbox"]
                if abs(each["area"] - mask.sum()) > 0.02 * mask.sum() + 20:
                    raise AssertionError(f"area {each['area']}, but the mask has {mask.sum()} pixels")
                found.append(Found(names[each["category_id"]], mask, (x, y, x + width, y + height)))
            yield image["file_name"], found


def _use_pillow():
    from datumaro.util import image

    image.IMAGE_BACKEND.set(image.ImageBackend.PIL)


def _datumaro_mask(annotation, height, width):
    from datumaro.components.annotation import Mask, Polygon

    if isinstance(annotation, Mask):
        return np.asarray(annotation.image).astype(bool)
    if isinstance(annotation, Polygon):
        numbers = annotation.points
        return inside(list(zip(numbers[0::2], numbers[1::2])), width, height)
    raise AssertionError(f"datumaro found a {type(annotation).__name__}")


def cvat(folder):
    from datumaro.components.annotation import AnnotationType
    from datumaro.plugins.data_formats.cvat.base import CvatBase

    for subset in ("train", "val"):
        dataset = CvatBase(str(folder / "annotations.xml"), subset=subset)
        labels = dataset.categories()[AnnotationType.label]
        for item in dataset:
            height, width = item.media.size
            yield item.id, [
                Found(labels[each.label].name, _datumaro_mask(each, height, width)) for each in item.annotations]


def voc(folder):
    from datumaro.components.annotation import AnnotationType, Bbox
    from datumaro.plugins.data_formats.voc.base import VocBase

    _use_pillow()
    for subset in ("train", "val"):
        dataset = VocBase(str(folder / "ImageSets" / "Main" / f"{subset}.txt"), coordinate_mode="voc-one-based")
        labels = dataset.categories()[AnnotationType.label]
        for item in dataset:
            masks = [each for each in item.annotations if not isinstance(each, Bbox)]
            boxes = [each for each in item.annotations if isinstance(each, Bbox)]
            if len(boxes) != len(masks):
                raise AssertionError(f"{item.id}: {len(boxes)} boxes in the XML file, {len(masks)} objects in the picture")
            found = []
            for box, mask in zip(boxes, sorted(masks, key=lambda each: each.index)):
                if box.label != mask.label:
                    raise AssertionError(f"{item.id}: the picture of classes and the XML file do not agree")
                x, y, width, height = box.get_bbox()
                found.append(Found(labels[mask.label].name, np.asarray(mask.image).astype(bool), (x, y, x + width, y + height)))
            yield item.id, found


def labelme(folder):
    from labelme._label_file import read_label_file
    from labelme.utils import img_data_to_pil, shapes_to_label

    names = [line for line in (folder / "labels.txt").read_text().splitlines() if not line.startswith("_")]
    for file in sorted(folder.rglob("*.json")):
        document = read_label_file(str(file))  # opens the photo, too, and holds the size against it
        width, height = img_data_to_pil(document.image_data).size
        values = {name: number for number, name in enumerate(names, 1)}
        classes, objects = shapes_to_label((height, width), document.shapes, values)
        found = []
        for number in np.unique(objects[objects > 0]):
            mask = objects == number
            found.append(Found(names[int(np.bincount(classes[mask]).argmax()) - 1], mask))
        yield document.image_path, found


def _ultralytics_files(folder):
    """Pictures and their labels, as its dataset checker takes them: by data.yaml, /images/ replaced by /labels/."""
    import yaml

    config = yaml.safe_load((folder / "data.yaml").read_text())
    names = config["names"]
    names = [names[key] for key in sorted(names)] if isinstance(names, dict) else names
    root = folder / config.get("path", ".") if not pathlib.Path(config.get("path", ".")).is_absolute() else folder
    for part in ("train", "val", "test"):
        if config.get(part):
            for image in sorted((root / config[part]).glob("*.png")):
                label = pathlib.Path(str(image.parent).replace("/images/", "/labels/")) / (image.stem + ".txt")
                yield names, image, label


def _ultralytics(names, image, label):
    """Its own check of one picture; returns labels (class, box), polygons and the picture's size."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ultralytics.data.utils import verify_image_label

    _, labels, shape, segments, _, missing, _, _, corrupt, message = verify_image_label(
        (str(image), str(label), "", False, len(names), 0, 0, False))
    if corrupt or message or missing and label.exists():
        raise AssertionError(f"ultralytics says of {image.name}: {message}")
    return labels, segments, shape


def _polygons(names, image, label):
    labels, segments, (height, width) = _ultralytics(names, image, label)
    found = []
    for row, segment in zip(labels, segments):
        ring = [(float(x) * width, float(y) * height) for x, y in segment]
        found.append(Found(names[int(row[0])], inside(ring, width, height)))
    return image.name, found


def yolo(folder):
    for names, image, label in _ultralytics_files(folder):
        yield _polygons(names, image, label)


def yolo_detection(folder):
    for names, image, label in _ultralytics_files(folder):
        labels, segments, (height, width) = _ultralytics(names, image, label)
        if segments:
            raise AssertionError(f"{label}: ultralytics takes boxes for polygons")
        found = []
        for number, x, y, w, h in labels:
            box = ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
            found.append(Found(names[int(number)], None, box))
        yield image.name, found


def yolo_obb(folder):
    """Its checker takes the four corners for a polygon; the box around them is that of the object or larger."""
    for names, image, label in _ultralytics_files(folder):
        name, found = _polygons(names, image, label)
        _, segments, _ = _ultralytics(names, image, label)
        if any(len(segment) != 4 for segment in segments):
            raise AssertionError(f"{label}: not four corners")
        yield name, found


def original(folder):
    """As the Python tool reads it: class_id x y …; its files are those of YOLO segmentation."""
    with open(folder / "classes.csv", newline="") as file:
        names = [row["class_name"] for row in csv.DictReader(file)]
    for image in sorted((folder / "images").iterdir()):
        yield _polygons(names, image, folder / "labels" / (image.stem + ".txt"))


def csv_table(folder):
    from pycocotools import mask as coco_mask

    found = {}
    with open(folder / "annotations.csv", newline="") as file:
        for row in csv.DictReader(file):
            objects = found.setdefault(row["image"], [])
            if not row["class"]:
                continue
            counts = {"size": [int(row["height"]), int(row["width"])], "counts": row["rle"].encode()}
            mask = coco_mask.decode(counts).astype(bool)
            if int(row["area"]) != mask.sum():
                raise AssertionError(f"{row['image']}: area {row['area']}, but the mask has {mask.sum()} pixels")
            objects.append(Found(row["class"], mask, tuple(float(row[key]) for key in ("x0", "y0", "x1", "y1"))))
    yield from found.items()


def _picture_files(folder):
    for path in sorted((folder / "images").rglob("*.png")):
        yield path, path.parent.relative_to(folder / "images")


def class_masks(folder):
    names = (folder / "classes.txt").read_text().splitlines()  # by number, the background first
    for image, part in _picture_files(folder):
        numbers = np.array(Image.open(folder / "masks" / part / image.name))
        yield image.name, [Found(names[number], numbers == number) for number in np.unique(numbers) if number > 0]


def instance_masks(folder):
    for image, part in _picture_files(folder):
        numbers = np.array(Image.open(folder / "instances" / part / image.name))
        with open(folder / "instances" / part / (image.stem + ".csv"), newline="") as file:
            names = {int(row["instance"]): row["class"] for row in csv.DictReader(file)}
        if set(np.unique(numbers)) - {0} != set(names):
            raise AssertionError(f"{image.name}: the table and the picture do not name the same objects")
        yield image.name, [Found(name, numbers == number) for number, name in names.items()]


def object_masks(folder):
    for image, part in _picture_files(folder):
        found = []
        for path in sorted((folder / "masks" / part / image.name).glob("*.png")):
            name = urllib.parse.unquote(path.stem.split("_", 1)[1])
            found.append(Found(name, np.array(Image.open(path)) > 0))
        yield image.name, found
