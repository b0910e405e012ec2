"""Outlines of the generated objects.

Every family returns parts in painting order: (mask, slot), where mask is a uint8 plane of `side` x `side` and slot says which of the object's
materials it takes. The object is the union of its parts. Coordinates in here are in units of the object's radius, the centre at (0, 0).
"""

import cv2
import numpy as np

from textures import log_uniform, noise

_SHIFT = 4  # sub-pixel bits of OpenCV's drawing


class Canvas:
    def __init__(self, side, radius):
        self.side, self.radius = side, radius

    def pixels(self, points):
        return np.asarray(points, np.float64) * self.radius + self.side / 2

    def polygon(self, points, mask=None):
        mask = np.zeros((self.side, self.side), np.uint8) if mask is None else mask
        whole = np.round(self.pixels(points) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [whole], 255, lineType=cv2.LINE_AA, shift=_SHIFT)
        return mask

    def limb(self, points, widths, mask=None):
        """A bent, tapered tube: points [n, 2], widths [n] (half)."""
        points = np.asarray(points, float)
        along = np.gradient(points, axis=0)
        normal = np.stack([-along[:, 1], along[:, 0]], 1) / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-9)
        widths = np.asarray(widths)[:, None]
        mask = self.polygon(np.concatenate([points + normal * widths, (points - normal * widths)[::-1]]), mask)
        for at in (0, -1):
            centre = tuple(np.round(self.pixels(points[at]) * (1 << _SHIFT)).astype(int).tolist())
            radius = max(1, int(widths[at, 0] * self.radius * (1 << _SHIFT)))
            cv2.circle(mask, centre, radius, 255, -1, cv2.LINE_AA, _SHIFT)
        return mask


def turned(points, angle):
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(points) @ np.array([[c, s], [-s, c]])


def bent_line(rng, start, angle, length, bend, count=12):
    angles = angle + np.linspace(0, 1, count) * rng.normal(0, bend) + np.linspace(0, 1, count) ** 2 * rng.normal(0, bend)
    steps = np.stack([np.cos(angles), np.sin(angles)], 1) * length / (count - 1)
    return np.concatenate([[start], start + np.cumsum(steps[:-1], 0)])


def outline(rng):
    """A closed curve within the unit circle: harmonics, superformula, polygons."""
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    kind = rng.integers(0, 6)
    if kind == 0:
        radius = np.ones(96)
    elif kind == 1:
        radius = np.ones(96)
        for i in range(1, rng.integers(3, 9)):
            radius += rng.normal(0, 0.35) / i * np.cos(i * angle + rng.uniform(0, 6.3))
        radius = np.maximum(radius, 0.15)
    elif kind == 2:
        m, (n1, n2, n3) = rng.integers(1, 10), rng.uniform(0.4, 4, 3)
        radius = (np.abs(np.cos(m * angle / 4)) ** n2 + np.abs(np.sin(m * angle / 4)) ** n3 + 1e-3) ** (-1 / n1)
        radius = np.clip(radius, 0.1, 3)
    elif kind == 3:
        corner = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 9)))
        return np.stack([np.cos(corner), np.sin(corner)], 1)
    elif kind == 4:
        corner = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(5, 14)))
        return np.stack([np.cos(corner), np.sin(corner)], 1) * rng.uniform(0.3, 1, (len(corner), 1))
    else:
        return np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 0.8 + rng.normal(0, 0.1, (4, 2))
    radius = radius / radius.max()
    return np.stack([np.cos(angle), np.sin(angle)], 1) * radius[:, None]


def placed(rng, points, size=1.0, centre=(0, 0), aspect=None, angle=None):
    aspect = np.exp(rng.normal(0, 0.45)) if aspect is None else aspect
    angle = rng.uniform(0, 2 * np.pi) if angle is None else angle
    return turned(np.asarray(points) * [size * min(1, aspect), size * min(1, 1 / aspect)], angle) + centre


def _inner_parts(rng, canvas, body, slots):
    """Patches of other materials on a body: halves, spots, organic patches. They lie within it."""
    parts = []
    for _ in range(rng.integers(1, 4)):
        kind = rng.random()
        if kind < 0.35:
            normal, shift = rng.uniform(0, 6.3), rng.uniform(-0.4, 0.4)
            patch = canvas.polygon(turned([[shift, -3], [3, -3], [3, 3], [shift, 3]], normal))
        elif kind < 0.7:
            patch = canvas.polygon(placed(rng, outline(rng), rng.uniform(0.15, 0.6), rng.normal(0, 0.35, 2)))
        else:
            patch = _organic_mask(rng, canvas, rng.uniform(0.3, 0.8))
        parts.append((np.minimum(patch, body), int(rng.integers(0, slots))))
    return parts


def _organic_mask(rng, canvas, size=1.0):
    side = canvas.side
    plane = cv2.resize(noise(rng, 64, slope=rng.uniform(3, 4.8), stretch=1.0), (side, side), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    aspect = np.exp(rng.normal(0, 0.35))
    far = np.sqrt(((x - side / 2) / min(1, aspect)) ** 2 + ((y - side / 2) / min(1, 1 / aspect)) ** 2) / (canvas.radius * size)
    return (((plane - 0.5) * rng.uniform(0.6, 2.2) + 0.75 - far) > 0).astype(np.uint8) * 255


def plain(rng, canvas):
    body = canvas.polygon(placed(rng, outline(rng)))
    return [(body, 0)] + (_inner_parts(rng, canvas, body, 4) if rng.random() < 0.4 else [])


def organic(rng, canvas):
    body = _organic_mask(rng, canvas)
    return [(body, 0)] + (_inner_parts(rng, canvas, body, 4) if rng.random() < 0.35 else [])


def lumps(rng, canvas):
    """A body with appendages in any direction."""
    parts = [(canvas.polygon(placed(rng, outline(rng), 0.65)), 0)]
    own = rng.random() < 0.5
    for _ in range(rng.integers(1, 6)):
        angle = rng.uniform(0, 6.3)
        centre = np.array([np.cos(angle), np.sin(angle)]) * 0.55
        limb = canvas.polygon(placed(rng, outline(rng), rng.uniform(0.15, 0.45), centre, np.exp(rng.normal(0, 0.7))))
        parts.insert(0 if rng.random() < 0.4 else len(parts), (limb, int(rng.integers(0, 3)) if own else 0))
    return parts


def mirrored(rng, canvas):
    """Symmetric about an upright axis: vases, insects, faces, lamps."""
    heights = np.linspace(-0.95, 0.95, 24)
    knots = rng.uniform(0.08, 0.7, rng.integers(3, 8))
    profile = np.interp(heights, np.linspace(-1, 1, len(knots)), knots)
    if rng.random() < 0.6:
        profile = np.convolve(np.pad(profile, 2, mode="edge"), np.ones(5) / 5, "valid")
    right = np.stack([profile, heights], 1)
    lean = rng.normal(0, 0.25)
    body = canvas.polygon(turned(np.concatenate([right, (right * [-1, 1])[::-1]]), lean))
    parts = [(body, 0)]
    for _ in range(rng.integers(0, 4)):
        low, high = np.sort(rng.uniform(-1, 1, 2))
        band = canvas.polygon(turned([[-2, low], [2, low], [2, high], [-2, high]], lean))
        parts.append((np.minimum(band, body), int(rng.integers(0, 4))))
    return parts


def creature(rng, canvas):
    """Body, neck, head, legs, tail, ears; seen from the side, sometimes turned."""
    length, depth = rng.uniform(0.5, 0.75), rng.uniform(0.14, 0.38)
    tilt = rng.normal(0, 0.2)
    spine = bent_line(rng, (-length / 2 * np.cos(tilt), rng.uniform(-0.3, 0.1)), tilt, length, 0.4)
    belly = depth * (0.75 + 0.25 * np.sin(np.linspace(0, np.pi, len(spine)) + rng.uniform(-0.5, 0.5))) * rng.uniform(0.8, 1.1)
    other = 1 if rng.random() < 0.3 else 0
    parts = []

    def leg(at, slot):
        width = rng.uniform(0.03, 0.1)
        line = bent_line(rng, spine[at] + [rng.normal(0, 0.04), depth * 0.4], np.pi / 2 + rng.normal(0, 0.25), rng.uniform(0.3, 0.65), 0.5)
        parts.append((canvas.limb(line, np.linspace(width * 1.5, width * 0.7, len(line))), slot))

    pairs = rng.choice([1, 2], p=[0.3, 0.7])
    for at in [2, -3] if pairs == 2 else [len(spine) // 2]:
        leg(at, other)
    if rng.random() < 0.7:
        line = bent_line(rng, spine[0], np.pi + tilt + rng.normal(0, 0.6), rng.uniform(0.15, 0.6), 1.0)
        width = rng.uniform(0.02, 0.1)
        parts.append((canvas.limb(line, np.linspace(width, width * rng.uniform(0.2, 1.5), len(line))), other))
    body = canvas.limb(spine, belly)
    parts.append((body, 0))
    if rng.random() < 0.4:
        parts += [(m, s) for m, s in _inner_parts(rng, canvas, body, 3)]
    for at in [2, -3] if pairs == 2 else [len(spine) // 2]:
        leg(at + rng.integers(-1, 2), 0)
    rise = -rng.uniform(0.0, 1.3)
    neck = bent_line(rng, spine[-1], rise, rng.uniform(0.1, 0.5), 0.5)
    width = rng.uniform(0.06, 0.2)
    parts.append((canvas.limb(neck, np.linspace(max(width, depth * 0.6), width, len(neck))), 0))
    size = rng.uniform(0.1, 0.24)
    head = neck[-1] + [size * 0.5, 0]
    slot = 2 if rng.random() < 0.25 else 0
    for _ in range(rng.integers(0, 3)):
        ear = bent_line(rng, head - [size * 0.3, size * 0.5], -np.pi / 2 + rng.normal(0, 0.4), rng.uniform(0.08, 0.35), 0.8)
        parts.append((canvas.limb(ear, np.linspace(rng.uniform(0.02, 0.06), 0.012, len(ear))), slot))
    parts.append((canvas.polygon(placed(rng, outline(rng), size, head, rng.uniform(0.6, 1.7), rng.normal(0, 0.5))), slot))
    if rng.random() < 0.5:
        snout = bent_line(rng, head, rng.normal(0.3, 0.4), size * rng.uniform(0.8, 1.6), 0.3)
        parts.append((canvas.limb(snout, np.linspace(size * 0.5, size * rng.uniform(0.1, 0.4), len(snout))), slot))
    return _turned_parts(rng, canvas, parts, flip=True)


def person(rng, canvas):
    """Head, hair, shirt, arms, trousers, shoes: upright, each with a material of its own more often than not."""
    skin, shirt, trousers, hair = 0, 1, 2, 3
    shoulders, waist = rng.uniform(0.16, 0.3), rng.uniform(0.12, 0.26)
    top, hip = -0.6 + rng.normal(0, 0.04), rng.uniform(0.0, 0.15)
    parts = []
    if rng.random() < 0.75:  # else half-length
        for sign in (-1, 1):
            line = bent_line(rng, (sign * waist * 0.5, hip), np.pi / 2 - sign * abs(rng.normal(0, 0.2)), 0.95 - hip, 0.25)
            width = waist * rng.uniform(0.4, 0.6)
            parts.append((canvas.limb(line, np.linspace(width, width * rng.uniform(0.5, 1), len(line))), trousers))
            if rng.random() < 0.6:
                parts.append((canvas.limb(line[-1] + [[0, 0], [sign * 0.1, 0.03]], [0.06, 0.05]), hair))
        if rng.random() < 0.25:  # a skirt or a coat
            parts.append((canvas.polygon([[-waist, hip - 0.1], [waist, hip - 0.1], [waist * 1.8, 0.6], [-waist * 1.8, 0.6]]), trousers))
    else:
        hip = 0.95
    torso = [[-shoulders, top], [shoulders, top], [waist, hip], [-waist, hip]]
    arms = []
    for sign in (-1, 1):
        upper = bent_line(rng, (sign * shoulders * 0.9, top + 0.06), np.pi / 2 - sign * rng.normal(0.4, 0.5), rng.uniform(0.25, 0.4), 0.3)
        lower = bent_line(rng, upper[-1], np.pi / 2 - sign * rng.normal(0.2, 0.9), rng.uniform(0.2, 0.35), 0.3)
        width = rng.uniform(0.05, 0.09)
        arms.append((canvas.limb(lower, np.linspace(width, width * 0.7, len(lower))), skin if rng.random() < 0.5 else shirt))
        arms.append((canvas.limb(upper, np.linspace(width * 1.2, width, len(upper))), shirt))
    parts += arms[:2] + [(canvas.polygon(torso), shirt)] + arms[2:]
    parts.append((canvas.limb([(0, top), (0, top - 0.12)], [0.07, 0.06]), skin))
    head = np.array([rng.normal(0, 0.04), top - 0.22])
    size = rng.uniform(0.11, 0.17)
    parts.append((canvas.polygon(placed(rng, outline(rng), size * 1.25, head + [0, -0.03], 1.0)), hair))
    oval = np.stack([np.cos(np.linspace(0, 6.28, 24)) * 0.8, np.sin(np.linspace(0, 6.28, 24))], 1)
    parts.append((canvas.polygon(oval * size + head + [rng.normal(0, 0.03), 0.03]), skin))
    if rng.random() < 0.2:
        parts.append((canvas.polygon(placed(rng, outline(rng), size * 1.5, head + [0, -size], 2.5, 0.0)), hair))
    return _turned_parts(rng, canvas, parts, flip=False, lean=0.25)


def box(rng, canvas):
    """A block in perspective: two or three faces, with windows or doors: houses, crates, cars from afar."""
    w, h, d = rng.uniform(0.3, 0.8), rng.uniform(0.25, 0.8), rng.uniform(0.15, 0.5)
    skew = np.array([d * rng.choice([-1, 1]), -d * rng.uniform(0.2, 0.9)])
    a, b, c, e = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) - skew / 2
    side = [b, b + skew, c + skew * [1, rng.uniform(0.3, 1)], c] if skew[0] > 0 else [a, a + skew, e + skew * [1, rng.uniform(0.3, 1)], e]
    front = canvas.polygon([a, b, c, e])
    same = rng.random() < 0.5
    parts = [(canvas.polygon(side), 4), (front, 0)]
    if rng.random() < 0.5:  # a roof
        peak = (a + b) / 2 + [0, -rng.uniform(0.1, 0.5)]
        parts.append((canvas.polygon([a, peak, peak + skew, b + skew] if rng.random() < 0.5 else [a, peak, b]), 1))
    else:
        parts.append((canvas.polygon([a, a + skew, b + skew, b]), 5 if same else 1))
    rows, columns = rng.integers(0, 5), rng.integers(1, 6)
    if rows:
        panes = np.zeros_like(front)
        fill = rng.uniform(0.3, 0.8)
        for i in range(rows):
            for j in range(columns):
                corner = a + (c - a) * [(j + 0.5 - fill / 2) / columns, (i + 0.5 - fill / 2) / rows]
                extent = (c - a) * fill / [columns, rows]
                canvas.polygon([corner, corner + extent * [1, 0], corner + extent, corner + extent * [0, 1]], panes)
        parts.append((np.minimum(panes, front), 2))
    return _turned_parts(rng, canvas, parts, flip=True, lean=0.15)


def vehicle(rng, canvas):
    """Hull, cabin, windows, wheels."""
    hull = rng.uniform(0.14, 0.3)
    low = rng.uniform(0.15, 0.3)
    body = np.array([[-0.9, low], [-0.95, low - hull], [-0.5, low - hull * 1.2], [0.5, low - hull * 1.2], [0.95, low - hull], [0.9, low]])
    left, right = np.sort(rng.uniform(-0.7, 0.7, 2))
    right = max(right, left + 0.4)
    height = rng.uniform(0.15, 0.45)
    top = low - hull * 1.1
    cabin = np.array([[left, top], [left + 0.15, top - height], [right - 0.15, top - height], [right, top]])
    glass = (cabin - cabin.mean(0)) * [rng.uniform(0.6, 0.9), rng.uniform(0.5, 0.8)] + cabin.mean(0)
    parts = [(canvas.polygon(cabin), 0), (canvas.polygon(glass), 1), (canvas.polygon(body + rng.normal(0, 0.03, body.shape)), 0)]
    if rng.random() < 0.4:
        parts.append((canvas.polygon([[-0.95, low - hull * 0.5], [0.95, low - hull * 0.5], [0.95, low], [-0.95, low]]), 3))
        parts[-1] = (np.minimum(parts[-1][0], parts[-2][0]), 3)
    for at in np.linspace(-0.6, 0.6, rng.integers(2, 4)) + rng.normal(0, 0.04):
        radius = rng.uniform(0.12, 0.2)
        circle = np.stack([np.cos(np.linspace(0, 6.28, 32)), np.sin(np.linspace(0, 6.28, 32))], 1)
        parts.append((canvas.polygon(circle * radius + [at, low]), 2))
        parts.append((canvas.polygon(circle * radius * 0.5 + [at, low]), 3))
    return _turned_parts(rng, canvas, parts, flip=True, lean=0.15)


def flower(rng, canvas):
    """Petals round a centre, with a stem and leaves at times."""
    count, reach = rng.integers(4, 14), rng.uniform(0.5, 0.95)
    middle = np.array([0.0, -0.2]) if (stem := rng.random() < 0.5) else np.zeros(2)
    reach = reach * 0.7 if stem else reach
    parts = []
    if stem:
        line = bent_line(rng, middle, np.pi / 2 + rng.normal(0, 0.2), 1.1, 0.3)
        parts.append((canvas.limb(line, np.full(len(line), rng.uniform(0.015, 0.05))), 2))
        for _ in range(rng.integers(0, 4)):
            leaf = bent_line(rng, line[rng.integers(4, 11)], rng.uniform(0, 6.3), rng.uniform(0.2, 0.5), 0.5)
            parts.append((canvas.limb(leaf, np.sin(np.linspace(0.1, 3.1, len(leaf))) * rng.uniform(0.04, 0.12)), 2))
    width = reach * rng.uniform(0.7, 1.8) / count * 1.6
    squash, angle0 = rng.uniform(0.5, 1), rng.uniform(0, 6.3)
    petals = np.zeros((canvas.side, canvas.side), np.uint8)
    for i in range(count):
        line = bent_line(rng, (0, 0), angle0 + i * 2 * np.pi / count + rng.normal(0, 0.08), reach * rng.uniform(0.85, 1.1), 0.3)
        canvas.limb(line * [1, squash] + middle, np.sin(np.linspace(0.15, rng.uniform(2.4, 3.0), len(line))) * width, petals)
    parts.append((petals, 0))
    circle = np.stack([np.cos(np.linspace(0, 6.28, 32)), np.sin(np.linspace(0, 6.28, 32)) * squash], 1)
    parts.append((canvas.polygon(circle * reach * rng.uniform(0.15, 0.45) + middle), 1))
    return _turned_parts(rng, canvas, parts, flip=False, lean=0.4)


def strokes(rng, canvas):
    """Branches, ropes, coral: thin and far-reaching."""
    parts, mask = [], np.zeros((canvas.side, canvas.side), np.uint8)
    width = rng.uniform(0.03, 0.14)
    main = bent_line(rng, (0, 0.9), -np.pi / 2 + rng.normal(0, 0.2), 1.7, 0.7)
    canvas.limb(main, np.linspace(width, width * 0.3, len(main)), mask)
    for _ in range(rng.integers(1, 7)):
        at = rng.integers(1, 11)
        twig = bent_line(rng, main[at], rng.uniform(-np.pi, 0), rng.uniform(0.25, 0.8), 0.8)
        canvas.limb(twig, np.linspace(width * 0.7, width * 0.15, len(twig)), mask)
    parts.append((mask, 0))
    if rng.random() < 0.35:
        crown = _organic_mask(rng, canvas, 0.75)
        parts.insert(0 if rng.random() < 0.3 else 1, (np.roll(crown, -int(canvas.radius * 0.3), 0), 1))
    return _turned_parts(rng, canvas, parts, flip=False, lean=0.8)


def ring(rng, canvas):
    """Things with a hole: handles, wheels, frames, mugs."""
    shape = placed(rng, outline(rng), 1.0)
    body = canvas.polygon(shape)
    thick = rng.uniform(0.3, 0.75)
    hole = canvas.polygon(shape * thick + rng.normal(0, 0.04, 2))
    parts = [(np.minimum(body, 255 - hole), 0)]
    if rng.random() < 0.4:
        parts.append((canvas.limb(placed(rng, [[-0.9, 0], [0.9, 0]], 1.0, aspect=1.0), [rng.uniform(0.03, 0.1)] * 2), 1))
    return parts


def _turned_parts(rng, canvas, parts, flip, lean=0.3):
    angle = np.degrees(rng.normal(0, lean)) if rng.random() < 0.85 else rng.uniform(0, 360)
    matrix = cv2.getRotationMatrix2D((canvas.side / 2, canvas.side / 2), angle, 1.0)
    mirror = flip and rng.random() < 0.5
    out = []
    for mask, slot in parts:
        mask = cv2.warpAffine(mask, matrix, (canvas.side, canvas.side), flags=cv2.INTER_LINEAR)
        out.append((np.ascontiguousarray(mask[:, ::-1]) if mirror else mask, slot))
    return out


_FAMILIES = [(plain, 3), (organic, 3), (lumps, 2), (mirrored, 1.5), (creature, 4), (person, 3), (box, 1.5), (vehicle, 1), (flower, 1.2),
             (strokes, 1), (ring, 0.6)]  # fmt: skip
_WEIGHTS = np.array([weight for _, weight in _FAMILIES]) / sum(weight for _, weight in _FAMILIES)


def make_parts(rng, radius):
    """Parts in painting order, each [side, side]; side is a little more than two radii. Edges may be straight, wavy or hairy."""
    side = int(2.2 * radius) + 8
    canvas = Canvas(side, radius)
    parts = _FAMILIES[rng.choice(len(_FAMILIES), p=_WEIGHTS)][0](rng, canvas)
    kind = rng.random()
    if kind < 0.6:
        y, x = np.mgrid[0:side, 0:side].astype(np.float32)
        if kind < 0.4:  # wavy
            slope, reach, plane_side = rng.uniform(2.4, 4), radius * rng.uniform(0.1, 0.9), 64
        else:  # hair, leaves, splashes
            slope, reach, plane_side = rng.uniform(0.8, 2), min(log_uniform(rng, 2, 10), 0.12 * radius), 128
        dx, dy = (cv2.resize(noise(rng, plane_side, slope=slope, stretch=1.0) - 0.5, (side, side)) * reach for _ in range(2))
        parts = [(cv2.remap(mask, x + dx, y + dy, cv2.INTER_LINEAR), slot) for mask, slot in parts]
    return parts
