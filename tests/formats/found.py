"""What a reader finds in an export, and how far it is from what the project holds."""

import dataclasses

import numpy as np


@dataclasses.dataclass
class Found:
    class_name: str
    mask: np.ndarray = None  # either
    box: tuple = None  # x0, y0, x1, y1


class Difference(Exception):
    pass


def iou(a, b):
    both = np.logical_and(a, b).sum()
    either = np.logical_or(a, b).sum()
    return both / either if either else 1.0


def box_of(mask):
    rows, columns = np.nonzero(mask)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def box_error(a, b):
    return max(abs(float(p) - float(q)) for p, q in zip(a, b))


class Comparison:
    """Objects are matched by class, each with the one most like it. Raises Difference beyond a bound."""

    def __init__(self, least_iou=1.0, box_error_px=0.0, least_pixels=0, covered=None):
        self.least_iou, self.box_error_px = least_iou, box_error_px
        self.least_pixels = least_pixels  # below, an IoU says little: the box is held instead
        self.covered = covered  # instead: how much of each object the shape has to cover
        self.least_covered = 1.0
        self.pictures = self.objects = 0
        self.worst_iou, self.worst_box, self.worst_area = 1.0, 0.0, 0.0

    def add(self, picture, found):
        self.pictures += 1
        if len(found) != len(picture.objects):
            raise Difference(f"{picture.name}: {len(found)} objects, not {len(picture.objects)}")
        left = list(found)
        for item in picture.objects:
            like = [each for each in left if each.class_name == item.class_name]
            if not like:
                raise Difference(f"{picture.name}: no {item.class_name} is left; found {[f.class_name for f in found]}")
            best = min(like, key=lambda each: self._distance(item, each))
            left.remove(best)
            self._hold(picture, item, best)
            self.objects += 1

    def _distance(self, item, found):
        return 1 - iou(item.mask, found.mask) if found.mask is not None else box_error(item.box, found.box)

    def _hold(self, picture, item, found):
        what = f"{picture.name}: {item.class_name} at {tuple(int(v) for v in item.box)}"
        if self.covered is not None:
            covered = np.logical_and(item.mask, found.mask).sum() / item.mask.sum()
            self.least_covered = min(self.least_covered, covered)
            if covered < self.covered:
                raise Difference(f"{what}: only {covered:.4f} of it is covered")
            return
        if found.mask is not None:
            if found.mask.shape != item.mask.shape:
                raise Difference(f"{what}: a mask of {found.mask.shape}, not {item.mask.shape}")
            if item.mask.sum() >= self.least_pixels:
                alike = iou(item.mask, found.mask)
                self.worst_iou = min(self.worst_iou, alike)
                self.worst_area = max(self.worst_area, abs(int(found.mask.sum()) / int(item.mask.sum()) - 1))
                if alike < self.least_iou:
                    raise Difference(f"{what}: IoU {alike:.4f}, below {self.least_iou}")
        box = found.box if found.box is not None else box_of(found.mask)
        error = box_error(item.box, box)
        self.worst_box = max(self.worst_box, error)
        if error > self.box_error_px:
            raise Difference(f"{what}: box {tuple(round(float(v), 2) for v in box)}")

    def line(self):
        if self.covered is not None:
            return f"{self.pictures} pictures, {self.objects} objects, covered to >= {self.least_covered:.4f}"
        text = f"{self.pictures} pictures, {self.objects} objects, boxes to {self.worst_box:.2f} px"
        if self.worst_iou < 1 or self.least_iou > 0:
            text += f", IoU >= {self.worst_iou:.4f}, areas to {100 * self.worst_area:.2f} %"
        return text
