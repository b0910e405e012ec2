"""Human segmentations of photos, for measuring only: NAME.jpg beside NAME.png, one number a segment.

A segment counts if it is one connected piece, covers 2 to 40 % of the photo and touches no edge. Photos are in two halves: constants may be
tuned on one and are judged on the other.
"""

import glob
import os
import zlib
from dataclasses import dataclass

import cv2
import numpy as np


@dataclass
class Segment:
    photo: str
    label: int
    mask: np.ndarray  # bool [h, w]
    box: tuple  # x0, y0, x1, y1


def half_of(name):
    return "judging" if zlib.crc32(name.encode()) & 1 else "tuning"


def segments_of(labels):
    """[(label, mask, box)] of a picture of numbers."""
    height, width = labels.shape
    found = []
    for label in np.unique(labels):
        mask = labels == label
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
        x, y, w, h = (int(v) for v in stats[1][:4]) if count > 1 else (0, 0, 0, 0)
        inside = x > 1 and y > 1 and x + w < width - 1 and y + h < height - 1
        if count == 2 and inside and 0.02 <= mask.mean() <= 0.40:
            found.append((int(label), mask, (x, y, x + w, y + h)))
    return found


def load(folder, half):
    """[(photo as RGB, [Segment])]; half: "tuning", "judging" or "all"."""
    photos = []
    for path in sorted(glob.glob(os.path.join(folder, "*.png"))):
        name = os.path.basename(path)[:-4]
        if half not in ("all", half_of(name)):
            continue
        segments = [Segment(name, *rest) for rest in segments_of(cv2.imread(path, cv2.IMREAD_UNCHANGED))]
        if segments:
            photos.append((cv2.cvtColor(cv2.imread(path[:-4] + ".jpg"), cv2.COLOR_BGR2RGB), segments))
    return photos


def next_click(truth, answer):
    """Where a person who sees the answer would click next: (x, y, is_foreground) of the pixel deepest inside what is missing or in excess, or None."""
    deepest = []
    for error in (truth & ~answer, answer & ~truth):
        depth = cv2.distanceTransform(np.pad(error.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        deepest.append((float(depth.max()), np.unravel_index(int(depth.argmax()), depth.shape)))
    missing, excess = deepest
    if max(missing[0], excess[0]) <= 0:
        return None
    foreground = missing[0] >= excess[0]
    y, x = (missing if foreground else excess)[1]
    return int(x), int(y), foreground


def mask_iou(a, b):
    return np.count_nonzero(a & b) / max(np.count_nonzero(a | b), 1)
