"""Procedural textures and materials: the surfaces of the generated scenes.

A texture is a square uint8 plane; a bank of them is drawn once and slowly replaced, because a plane costs tens of milliseconds and a view of
one costs a millisecond. A material is a view of one or two planes (scale, angle, shear) through a palette of a few related colours.
"""

import cv2
import numpy as np

SIDE = 384
_rows, _columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)


def log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def stretched(plane):
    """To 0..1."""
    plane = plane - plane.min()
    return (plane / (plane.max() + 1e-6)).astype(np.float32)


def noise(rng, side=SIDE, slope=None, stretch=None, band=None):
    """Noise with a power spectrum of 1 / f^slope, about 0..1. stretch > 1 draws it out along one direction; band: (centre, width) keeps
    only frequencies near `centre` cycles a side, which gives the stripes and spots of animals."""
    slope = rng.uniform(0.6, 3.4) if slope is None else slope
    stretch = (log_uniform(rng, 1, 8) if rng.random() < 0.4 else 1.0) if stretch is None else stretch
    angle = rng.uniform(0, np.pi)
    fy = np.fft.fftfreq(side)[:, None] * side
    fx = np.fft.rfftfreq(side)[None] * side
    along = fx * np.cos(angle) + fy * np.sin(angle)
    across = fy * np.cos(angle) - fx * np.sin(angle)
    frequency = np.sqrt((along * stretch) ** 2 + across**2)
    frequency[0, 0] = 1
    amplitude = frequency ** (-slope / 2)
    if band is not None:
        amplitude = np.exp(-(((frequency - band[0]) / band[1]) ** 2))
    amplitude[0, 0] = 0
    spectrum = amplitude * np.exp(2j * np.pi * rng.random(frequency.shape))
    plane = np.fft.irfft2(spectrum, s=(side, side))
    plane = (plane - plane.mean()) / (plane.std() + 1e-9)
    return np.clip(plane / 5 + 0.5, 0, 1).astype(np.float32)


def warped(rng, plane, amplitude_px):
    side = plane.shape[0]
    slope = rng.uniform(2.6, 3.6)
    dx, dy = (noise(rng, side, slope=slope, stretch=1.0) - 0.5 for _ in range(2))
    x, y = _columns[:side, :side], _rows[:side, :side]
    return cv2.remap(plane, x + dx * np.float32(amplitude_px), y + dy * np.float32(amplitude_px), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _waves(rng):
    plane = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(rng.integers(1, 7)):
        angle, frequency = rng.uniform(0, np.pi), log_uniform(rng, 0.01, 0.25)
        phase = rng.uniform(0, 2 * np.pi)
        plane += rng.uniform(0.3, 1) * np.sin(2 * np.pi * frequency * (_columns * np.cos(angle) + _rows * np.sin(angle)) + phase)
    return plane


def _stripes(rng):
    angle, period, duty = rng.uniform(0, np.pi), rng.uniform(5, 60), rng.uniform(0.2, 0.8)
    plane = (((_columns * np.cos(angle) + _rows * np.sin(angle)) / period) % 1 < duty).astype(np.float32)
    return warped(rng, plane, rng.uniform(10, 120)) if rng.random() < 0.6 else plane


def _bricks(rng):
    width = rng.uniform(7, 60)
    height = width * rng.uniform(0.4, 2.0)
    row = np.floor(_rows / height)
    if rng.random() < 0.35:
        plane = ((np.floor(_columns / width) + row) % 2).astype(np.float32)
    else:
        shifted = _columns + (row % 2) * width * rng.choice([0.0, 0.5])
        joint = rng.uniform(0.05, 0.2)
        inside = ((shifted % width) > width * joint) & ((_rows % height) > height * joint)
        shade = rng.random(4096).astype(np.float32)
        plane = inside * (0.6 + 0.4 * shade[((np.floor(shifted / width) * 31 + row * 17) % 4096).astype(int)])
    return warped(rng, plane, rng.uniform(3, 60)) if rng.random() < 0.6 else plane


def _plaid(rng):
    profile = [cv2.GaussianBlur(np.repeat(rng.random(int(rng.integers(4, 24))), 8)[None].astype(np.float32), (0, 0), 0.7)[0] for _ in (0, 1)]
    tiled = [np.resize(p, SIDE) for p in profile]
    return tiled[0][None] * rng.uniform(0.4, 1) + tiled[1][:, None]


def _cells(rng):
    count = int(log_uniform(rng, 15, 1500))
    seeds = np.full((SIDE, SIDE), 255, np.uint8)
    seeds[rng.integers(0, SIDE, count), rng.integers(0, SIDE, count)] = 0
    distance, label = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    shade = rng.random(label.max() + 1).astype(np.float32)
    kind = rng.random()
    if kind < 0.4:
        return shade[label]
    if kind < 0.7:
        return stretched(distance)
    return 0.5 * np.minimum(stretched(distance), 0.9) + 0.5 * shade[label]


def _spots(rng):
    plane = np.zeros((SIDE, SIDE), np.float32)
    radius = rng.uniform(2, 18)
    for _ in range(rng.integers(30, 500)):
        axes = (int(radius * rng.uniform(0.5, 1.5)) + 1, int(radius * rng.uniform(0.5, 1.5)) + 1)
        centre = (int(rng.integers(0, SIDE)), int(rng.integers(0, SIDE)))
        cv2.ellipse(plane, centre, axes, rng.uniform(0, 180), 0, 360, float(rng.uniform(0.5, 1)), -1)
    return plane


def _litter(rng):
    """Overlapping flakes of all sizes: leaves, pebbles, gravel."""
    plane = np.zeros((SIDE, SIDE), np.float32)
    least = rng.uniform(1.5, 7)
    for _ in range(rng.integers(700, 2200)):
        radius = min(least * (rng.pareto(2.5) + 1), 36)
        axes = (int(radius) + 1, int(radius * rng.uniform(0.3, 1)) + 1)
        centre = (int(rng.integers(0, SIDE)), int(rng.integers(0, SIDE)))
        cv2.ellipse(plane, centre, axes, rng.uniform(0, 180), 0, 360, float(rng.random()), -1)
    return plane


def _blades(rng):
    """Grass, straw, hair: short strokes about one direction."""
    plane = np.full((SIDE, SIDE), 0.2, np.float32)
    main, spread = rng.uniform(0, np.pi), rng.uniform(0.05, 0.5)
    length = log_uniform(rng, 8, 60)
    for _ in range(rng.integers(800, 2500)):
        angle = main + rng.normal(0, spread)
        x, y = rng.uniform(0, SIDE, 2)
        far = length * rng.uniform(0.5, 1.3)
        end = (int((x + far * np.cos(angle)) * 8), int((y + far * np.sin(angle)) * 8))
        cv2.line(plane, (int(x * 8), int(y * 8)), end, float(rng.random()), int(rng.integers(1, 3)), cv2.LINE_AA, 3)
    return plane


def _animal(rng):
    """Stripes and spots as animals have them: noise of one frequency, thresholded."""
    centre = rng.uniform(6, 40)
    plane = noise(rng, band=(centre, centre * rng.uniform(0.1, 0.4)), stretch=rng.choice([1.0, 2.0, 4.0]))
    sharp = rng.uniform(4, 40)
    return np.clip((plane - rng.uniform(0.4, 0.6)) * sharp + 0.5, 0, 1)


def _ridges(rng):
    return stretched(np.abs(noise(rng, slope=rng.uniform(1.5, 3)) - 0.5))


def _clouds(rng):
    return noise(rng, slope=rng.uniform(3, 5))


_KINDS = [(noise, 4), (_waves, 1), (_stripes, 1), (_bricks, 1.2), (_plaid, 0.5), (_cells, 1), (_spots, 1), (_litter, 2), (_blades, 2),
          (_animal, 1.5), (_ridges, 1), (_clouds, 1)]  # fmt: skip
_WEIGHTS = np.array([weight for _, weight in _KINDS]) / sum(weight for _, weight in _KINDS)


def make_texture(rng):
    plane = _KINDS[rng.choice(len(_KINDS), p=_WEIGHTS)][0](rng).astype(np.float32)
    if rng.random() < 0.3:
        plane = cv2.GaussianBlur(plane, (0, 0), rng.uniform(0.5, 2))
    if rng.random() < 0.4:
        plane = stretched(plane) * 0.7 + 0.3 * noise(rng, slope=rng.uniform(0.5, 2.5))
    return (stretched(plane) * 255).astype(np.uint8)


def make_colour(rng):
    """RGB 0..255. Nature's hues (skin, earth, leaves, sky) more often than others."""
    if rng.random() < 0.4:
        hue = rng.random() * 180
    else:
        hue = rng.normal(rng.choice([12, 18, 25, 45, 60, 105]), 8) % 180
    value = rng.uniform(20, 250)
    return cv2.cvtColor(np.uint8([[[hue, rng.beta(1.1, 2.4) * 255, value]]]), cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32)


def make_palette(rng, base):
    """256 colours from dark to bright through a few anchors near `base`."""
    count = rng.integers(2, 6)
    spread = rng.choice([6, 16, 36, 75], p=[0.25, 0.35, 0.25, 0.15])
    anchors = np.stack([np.clip(base + rng.normal(0, spread) + rng.normal(0, spread * 0.4, 3), 0, 255) for _ in range(count)])
    if rng.random() < 0.12:
        anchors[rng.integers(0, count)] = make_colour(rng)
    at = np.linspace(0, count - 1, 256)
    return np.stack([np.interp(at, np.arange(count), anchors[:, c]) for c in range(3)], 1).astype(np.float32)


class Material:
    """like: another material to be taken for: its texture or its palette is shared (camouflage)."""

    def __init__(self, rng, bank_size, scene_colour, like=None):
        self.planes = rng.integers(0, bank_size, 2)
        share = rng.beta(1, 2) * 0.9
        self.palette = make_palette(rng, make_colour(rng) * (1 - share) + scene_colour * share)
        self.mix = rng.uniform(0, 0.5) if rng.random() < 0.5 else 0.0
        self.scale = log_uniform(rng, 0.35, 2.5)
        self.shear = rng.uniform(-0.3, 0.3)
        self.contrast = rng.uniform(0.05, 0.3) if rng.random() < 0.25 else 1.0
        if like is None:
            return
        if rng.random() < 0.55:
            self.planes, self.scale = like.planes, like.scale * rng.uniform(0.7, 1.4)
        else:
            self.palette = np.clip(like.palette + rng.normal(0, 12) + rng.normal(0, 8, 3), 0, 255).astype(np.float32)

    def render(self, rng, bank, height, width, bend=None, scale=1.0, angle=None):
        """[height, width, 3] float32. bend: ([h,w], [h,w]) shifts of the texture in pixels, for curved surfaces and perspective."""
        first = self._view(rng, bank[self.planes[0]], height, width, bend, scale, angle)
        if self.mix:
            second = self._view(rng, bank[self.planes[1]], height, width, bend, scale, angle)
            first = cv2.addWeighted(first, 1 - self.mix, second, self.mix, 0)
        if self.contrast < 1:
            first = cv2.convertScaleAbs(first, alpha=self.contrast, beta=110 * (1 - self.contrast))
        return self.palette[first]

    def _view(self, rng, plane, height, width, bend, scale, angle):
        angle = rng.uniform(0, 2 * np.pi) if angle is None else angle
        step = 1 / (self.scale * scale)
        c, s = np.cos(angle) * step, np.sin(angle) * step
        matrix = np.float32([[c, -s + self.shear * step, rng.uniform(0, SIDE)], [s, c, rng.uniform(0, SIDE)]])
        if bend is None:
            return cv2.warpAffine(plane, matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        x, y = x + bend[0], y + bend[1]
        map_x = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
        map_y = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
        return cv2.remap(plane, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
