"""What a person would ask of a picture: crops of scenes with targets, boxes and clicks.

Labels are SAM's: 1 foreground, 0 background, 2 and 3 the box's corners, -1 nothing.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from scenes import BACKGROUND, OBJECT

MAX_POINTS = 8
MIN_AREA = 0.005  # of the crop
MAX_AREA = 0.6


@dataclass
class Example:
    """A picture and several prompts on it; side x side, the picture in the upper left corner, the rest 0."""

    picture: np.ndarray  # uint8 [side, side, 3]
    size: tuple  # (height, width) of the picture within
    points: np.ndarray  # float32 [prompts, MAX_POINTS, 2], x and y in pixels
    labels: np.ndarray  # int64 [prompts, MAX_POINTS]
    targets: np.ndarray  # bool [prompts, side, side]
    levels: np.ndarray  # bool [prompts, 3, side, side]: part, object, group; the target itself where the prompt leaves no doubt


def bounding_box(mask):
    """x0, y0, x1, y1, the latter exclusive."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def depth_inside(mask):
    return cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]


def pick_pixel(mask, rng):
    """Often the innermost pixel, else a deep one or any. Returns (row, column)."""
    kind = rng.random()
    if kind < 0.75:
        depth = depth_inside(mask)
        index = depth.argmax() if kind < 0.5 else rng.choice(np.flatnonzero(depth >= 0.5 * depth.max()))
    else:
        index = rng.choice(np.flatnonzero(mask))
    return divmod(int(index), mask.shape[1])


def piece_at(mask, row, column):
    """The connected piece of the mask that holds the pixel."""
    _, label = cv2.connectedComponents(mask.astype(np.uint8))
    return label == label[row, column]


def largest_piece(mask):
    count, label, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return mask if count <= 2 else label == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()


def corrective_click(prediction, target, rng):
    """A click into the largest error: (row, column, is_foreground), or None if there is none worth it."""
    error = prediction != target
    if error.sum() < 4:
        return None
    row, column = pick_pixel(largest_piece(error), rng)
    return row, column, bool(target[row, column])


class ExampleMaker:
    def __init__(self, ring, seed, prompts):
        self.ring, self.prompts = ring, prompts
        self.rng = np.random.default_rng(seed)

    def make(self, side):
        while True:
            scene = self.ring.draw(self.rng)
            example = scene and self._example(scene, side)
            if example:
                return example

    def _example(self, scene, side):
        rng = self.rng
        picture, part = self._crop(scene, side)
        height, width = part.shape
        numbers, counts = np.unique(part, return_counts=True)
        targets = self._candidates(scene, numbers, counts, part)
        if not targets:
            return None
        weights = np.array([w for _, _, w in targets])
        if rng.random() < 0.5:
            picture, part = picture[:, ::-1], np.ascontiguousarray(part[:, ::-1])
        example = Example(np.zeros((side, side, 3), np.uint8), (height, width), np.zeros((self.prompts, MAX_POINTS, 2), np.float32),
                          -np.ones((self.prompts, MAX_POINTS), np.int64), np.zeros((self.prompts, side, side), bool),
                          np.zeros((self.prompts, 3, side, side), bool))  # fmt: skip
        example.picture[:height, :width] = self._colours(np.ascontiguousarray(picture))
        for i in range(self.prompts):
            table, number, _ = targets[rng.choice(len(targets), p=weights / weights.sum())]
            mask = (part == number) if table is None else (table[part] == number)
            if rng.random() < 0.85:
                mask = largest_piece(mask)
            if mask.sum() < 24:
                mask = table[part] == number if table is not None else part == number
            example.targets[i, :height, :width] = mask
            doubtful = self._prompt(mask, example.points[i], example.labels[i])
            example.levels[i] = example.targets[i]
            if doubtful is not None:
                levels = self._levels(scene, part, mask, *doubtful)
                example.levels[i, :, :height, :width] = levels
        return example

    def _crop(self, scene, side):
        """A random part of the scene with a random aspect, its longer side made `side`."""
        rng = self.rng
        full = scene.part.shape[0]
        long = int(full * (1.0 if rng.random() < 0.3 else rng.uniform(0.45, 1)))
        short = long if rng.random() < 0.55 else int(long * rng.uniform(0.6, 1))
        height, width = (long, short) if rng.random() < 0.35 else (short, long)
        y, x = rng.integers(0, full - height + 1), rng.integers(0, full - width + 1)
        picture, part = scene.picture[y : y + height, x : x + width], scene.part[y : y + height, x : x + width]
        size = (max(16, round(width * side / long)), max(16, round(height * side / long)))
        smaller = side < long
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        return picture, cv2.resize(part, size, interpolation=cv2.INTER_NEAREST)

    def _candidates(self, scene, numbers, counts, part):
        """[(table or None for parts, number, weight)]: objects, their parts, groups, regions of the background."""
        pixels = part.size
        found = []

        def add(table, number, area, weight):
            if MIN_AREA * pixels < area < MAX_AREA * pixels:
                found.append((table, number, weight))

        kind = scene.kind[numbers]
        border = np.unique(np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]]))
        for level, table in (("object", scene.object_of), ("group", scene.group_of)):
            owner = table[numbers]
            below = scene.object_of[numbers] if level == "group" else numbers
            for number in np.unique(owner[kind == OBJECT]):
                of = owner == number
                cut = np.isin(numbers[of], border).any()
                if level == "object":
                    add(table, number, counts[of].sum(), 0.5 if cut else 1.0)
                elif len(np.unique(below[of])) > 1:
                    add(table, number, counts[of].sum(), 0.25)
        for number, count, k in zip(numbers, counts, kind):
            if k == OBJECT and (scene.object_of[numbers] == scene.object_of[number]).sum() > 1:
                add(None, number, count, 0.22)
            elif k == BACKGROUND:
                add(None, number, count, 0.15)
        return found

    def _colours(self, picture):
        """The camera once more, so that a scene looks otherwise at each use."""
        rng = self.rng
        if rng.random() < 0.2:
            picture = np.ascontiguousarray(picture[..., rng.permutation(3)])
        if rng.random() < 0.06:
            picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        if rng.random() < 0.6:
            level = np.arange(256, dtype=np.float32) / 255
            gamma, contrast, shift = np.exp(rng.normal(0, 0.2)), rng.uniform(0.75, 1.25), rng.normal(0, 0.05)
            table = [np.clip(((level**gamma - 0.5) * contrast + 0.5 + shift) * gain, 0, 1) for gain in 1 + rng.normal(0, 0.06, 3)]
            picture = cv2.LUT(picture, (np.stack(table, -1)[None] * 255).astype(np.uint8))
        kind = rng.random()
        if kind < 0.15:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.1))
        elif kind < 0.4:
            grain = rng.normal(0, rng.uniform(2, 12), picture.shape).astype(np.float32)
            picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
        elif kind < 0.5:
            quality = int(rng.integers(40, 95))
            picture = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
        return picture

    def _prompt(self, mask, points, labels):
        """Fills points and labels. Returns the pixel (row, column) of a single click, which leaves a doubt about what is meant, else None."""
        rng = self.rng
        kind = rng.random()
        count = 0
        if kind < 0.55:
            x0, y0, x1, y1 = bounding_box(mask)
            loose = rng.choice([0.0, 0.03, 0.08], p=[0.5, 0.35, 0.15])
            corners = np.array([[x0, y0], [x1, y1]], np.float32)
            points[:2] = corners + rng.normal(0, 1, (2, 2)) * loose * (corners[1] - corners[0])
            labels[:2] = 2, 3
            count = 2
        if kind < 0.47:
            return None
        row, column = pick_pixel(mask, rng)
        points[count], labels[count] = (column + 0.5, row + 0.5), 1
        count += 1
        if kind < 0.85:
            return (row, column) if count == 1 else None
        for _ in range(rng.integers(1, 4)):
            near = cv2.dilate(mask.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
            outside = (near & ~mask) if rng.random() < 0.6 else ~mask
            foreground = rng.random() < 0.5 or not outside.any()
            row, column = pick_pixel(mask if foreground else outside, rng)
            points[count], labels[count] = (column + 0.5, row + 0.5), int(foreground)
            count += 1
        return None

    @staticmethod
    def _levels(scene, part, mask, row, column):
        number = part[row, column]
        if scene.kind[number] != OBJECT:
            return np.stack([mask] * 3)
        levels = [piece_at(part == number, row, column)]
        levels.append(piece_at(scene.object_of[part] == scene.object_of[number], row, column))
        levels.append(scene.group_of[part] == scene.group_of[number])
        return np.stack(levels)
