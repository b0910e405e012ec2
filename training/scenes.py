"""Generated scenes: a picture, and for each pixel the part, the object and the group of objects that it belongs to.

No photograph is used anywhere. Objects of several parts and materials stand before backgrounds of several regions; they shade, cast shadows,
hide each other, go out of focus; the camera adds blur, noise, sharpening and JPEG. All is drawn from the random generator given.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from shapes import make_parts
from textures import Material, make_colour, make_texture, noise, log_uniform

BACKGROUND, OBJECT, CLUTTER = 0, 1, 2
MAX_PARTS = 250


@dataclass
class Scene:
    picture: np.ndarray  # uint8 [side, side, 3], RGB
    part: np.ndarray  # uint8 [side, side], an index into the tables
    object_of: np.ndarray  # uint8 [256], the part's object; numbers are shared with nothing else
    group_of: np.ndarray  # uint8 [256], the part's group of objects
    kind: np.ndarray  # uint8 [256], BACKGROUND (regions), OBJECT, CLUTTER (what nobody would ask for)


class TextureBank:
    """Textures that scenes share. Two are replaced for every scene drawn."""

    def __init__(self, rng, size=160):
        self.planes = [make_texture(rng) for _ in range(size)]

    def refresh(self, rng, count=2):
        for at in rng.integers(0, len(self.planes), count):
            self.planes[at] = make_texture(rng)


class SceneMaker:
    def __init__(self, seed, side=384):
        self.rng = np.random.default_rng(seed)
        self.side = side
        self.bank = TextureBank(self.rng)

    def make(self):
        self.bank.refresh(self.rng)
        return _Painter(self.rng, self.bank.planes, self.side).paint()


class _Painter:
    def __init__(self, rng, bank, side):
        self.rng, self.bank, self.side = rng, bank, side
        self.y, self.x = np.mgrid[0:side, 0:side].astype(np.float32)
        self.part = np.zeros((side, side), np.uint8)
        self.tables = np.zeros((3, 256), np.uint8)  # object, group, kind
        self.count = 0  # of parts
        self.objects = self.groups = 0
        light = rng.uniform(0, 2 * np.pi)
        self.light = np.array([np.cos(light), np.sin(light)])
        self.scene_colour = make_colour(rng)
        self.materials = [self.new_material() for _ in range(rng.integers(2, 5))]

    # Materials and numbers ------------------------------------------------------------------------------------------------------------

    def new_material(self, like=None):
        return Material(self.rng, len(self.bank), self.scene_colour, like)

    def any_material(self):
        rng = self.rng
        known = self.materials[rng.integers(0, len(self.materials))]
        if rng.random() < 0.2:
            return known
        made = self.new_material(known if rng.random() < 0.35 else None)
        if rng.random() < 0.4:
            self.materials.append(made)
        return made

    def new_part(self, object_number, group, kind):
        number = min(self.count, MAX_PARTS)
        self.tables[:, number] = object_number, group, kind
        self.count += 1
        return number

    def new_object(self):
        self.objects = min(self.objects + 1, 255)
        return self.objects

    def new_group(self):
        self.groups = min(self.groups + 1, 255)
        return self.groups

    # The whole ------------------------------------------------------------------------------------------------------------------------

    def paint(self):
        rng = self.rng
        picture = self.paint_background()
        focus = rng.random() if rng.random() < 0.4 else None  # depth in focus, 0 far to 1 near
        if focus is not None and focus > 0.4:
            picture = cv2.GaussianBlur(picture, (0, 0), focus * log_uniform(rng, 1, 8))
        picture = self.paint_objects(picture, focus)
        if rng.random() < 0.12:
            picture = self.paint_blades(picture)
        picture = self.expose(picture)
        return Scene(picture, self.part, *self.tables)

    # Background -----------------------------------------------------------------------------------------------------------------------

    def paint_background(self):
        rng, side = self.rng, self.side
        ground = self.region(np.ones((side, side), np.float32), None, self.materials[0])
        kind = rng.random()
        if kind < 0.45:
            ground = self.paint_horizons(ground)
        elif kind < 0.62:
            ground = self.paint_patches(ground)
        elif kind < 0.75:
            ground = self.paint_room(ground)
        if rng.random() < 0.3:
            ground = self.paint_litter(ground)
        if rng.random() < 0.6:
            slope = rng.normal(0, 0.25, 2)
            ground = ground * (1 + (slope[0] * (self.x / side - 0.5) + slope[1] * (self.y / side - 0.5)) * 2)[..., None]
        return ground.astype(np.float32)

    def region(self, alpha, under, material, perspective=None, scale=1.0):
        """One more region of the background, laid over `under`."""
        number = self.new_part(self.new_object(), self.new_group(), BACKGROUND)
        self.part[alpha > 0.5] = number
        bend = None
        if perspective is not None:  # the texture shrinks towards the horizon at row `perspective`
            down = np.maximum(self.y - perspective, 1) / self.side
            zoom = 0.25 / (down + 0.12)
            bend = ((self.x - self.side / 2) * (zoom - 1), self.side * 0.4 * np.log(down + 0.12) - self.y)
        colour = material.render(self.rng, self.bank, self.side, self.side, bend, scale, 0.0 if perspective is not None else None)
        if under is None:
            return colour
        return under + (colour - under) * alpha[..., None]

    def paint_horizons(self, ground):
        """Sky, hills, water, ground: bands whose edges are lines or ridges."""
        rng, side = self.rng, self.side
        rows = np.sort(rng.uniform(0.1, 0.9, rng.integers(1, 4))) * side
        for i, row in enumerate(rows):
            rough = (noise(rng, side, slope=rng.uniform(2, 4), stretch=1.0)[0] - 0.5) * (log_uniform(rng, 1, 160) if rng.random() < 0.6 else 0)
            edge = self.y - (row + rng.normal(0, 0.12) * (self.x - side / 2) + rough[None])
            alpha = np.clip(edge / rng.choice([1.0, 1.0, 3.0, 12.0]) + 0.5, 0, 1)
            last = i == len(rows) - 1
            ground = self.region(alpha, ground, self.any_material(), row if last and rng.random() < 0.5 else None, rng.uniform(0.5, 1.3))
        return ground

    def paint_patches(self, ground):
        rng, side = self.rng, self.side
        count = rng.integers(3, 9)
        shift = [(noise(rng, side, slope=3, stretch=1.0) - 0.5) * rng.uniform(0, 150) for _ in range(2)]
        seeds = rng.uniform(0, side, (count, 2))
        nearest = np.argmin([(self.x + shift[0] - sx) ** 2 + (self.y + shift[1] - sy) ** 2 for sx, sy in seeds], 0)
        for i in range(1, count):
            alpha = cv2.GaussianBlur((nearest == i).astype(np.float32), (0, 0), rng.choice([0.6, 0.6, 2.0]))
            ground = self.region(alpha, ground, self.any_material())
        return ground

    def paint_room(self, ground):
        """Floor, walls and flat rectangles on them."""
        rng, side = self.rng, self.side
        row = rng.uniform(0.45, 0.9) * side
        ground = self.region(np.clip(self.y - row, 0, 1), ground, self.any_material(), row if rng.random() < 0.6 else None)
        for _ in range(rng.integers(0, 5)):
            x0, y0 = rng.uniform(-0.1, 0.8, 2) * side
            width, height = log_uniform(rng, 0.08, 0.6) * side, log_uniform(rng, 0.08, 0.5) * side
            alpha = np.float32((self.x > x0) & (self.x < x0 + width) & (self.y > y0) & (self.y < min(y0 + height, row)))
            ground = self.region(alpha, ground, self.any_material())
        return ground

    def paint_litter(self, ground):
        """Many small things that belong to the ground: leaves, stones, crowds."""
        rng = self.rng
        stamps = [[(mask, slot) for mask, slot in make_parts(rng, log_uniform(rng, 5, 20))] for _ in range(rng.integers(1, 4))]
        surfaces = [self.any_material() for _ in range(2)]
        for _ in range(rng.integers(15, 70)):
            parts = stamps[rng.integers(0, len(stamps))]
            alpha = np.max([mask for mask, _ in parts], 0)
            corner = rng.uniform(-10, self.side, 2).astype(int)
            to, of = _overlap(corner, alpha.shape, self.side)
            if to is None:
                continue
            colour = surfaces[rng.integers(0, 2)].render(rng, self.bank, *alpha.shape) * rng.uniform(0.6, 1.2)
            a = (alpha[of].astype(np.float32) / 255)[..., None]
            ground[to] = ground[to] + (colour[of] - ground[to]) * a
        return ground

    # Objects --------------------------------------------------------------------------------------------------------------------------

    def paint_objects(self, picture, focus):
        rng, side = self.rng, self.side
        few = rng.random() < 0.65
        count = rng.integers(2, 8) if few else rng.integers(7, 18)
        radii = np.exp(rng.uniform(np.log(28 if few else 18), np.log(side * (0.55 if few else 0.3)), count))
        if rng.random() < 0.75:
            radii = np.sort(radii * np.exp(rng.normal(0, 0.3, count)))[::-1]
        radii = np.minimum(radii, side * 0.52)
        sort, group, centre, last = None, 0, None, 0.0
        for i, radius in enumerate(radii.tolist()):
            again = sort is not None and rng.random() < 0.3
            if again:  # the same sort of thing once more, often beside the last: a herd, a bunch
                sort = (sort[0], sort[1] if rng.random() < 0.8 else self.object_materials())
                if rng.random() < 0.6:
                    radius = last * rng.uniform(0.75, 1.2)
                    angle = rng.uniform(0, 6.3)
                    centre = centre + np.array([np.cos(angle), np.sin(angle) * 0.6]) * (radius + last) * rng.uniform(0.4, 1.0)
                else:
                    centre = rng.uniform(0.05, 0.95, 2) * side
            else:
                sort = (rng.integers(0, 2**31), self.object_materials())
                group = self.new_group()
                centre = rng.uniform(0.08, 0.92, 2) * side
            last = radius
            depth = (i + 1) / count
            blur = 0.0 if focus is None else abs(depth - focus) ** 1.5 * rng.uniform(2, 9)
            if self.count + 12 > MAX_PARTS or self.objects > 240:
                break
            picture = self.paint_object(picture, radius, centre, sort, group, blur)
        return picture

    def object_materials(self):
        """Six: the first is the main one, the last two are it in less light (sides of blocks)."""
        rng = self.rng
        main = self.any_material()
        uniform = rng.random() < 0.3  # all parts of one stuff
        others = [main if uniform or rng.random() < 0.15 else self.any_material() for _ in range(3)]
        return [main] + others + [main, main]

    def paint_object(self, picture, radius, centre, sort, group, blur):
        rng = self.rng
        shape_rng = np.random.default_rng(sort[0])
        parts = make_parts(shape_rng if rng.random() < 0.7 else rng, float(radius))
        if rng.random() < 0.4:
            parts = [(np.ascontiguousarray(mask[:, ::-1]), slot) for mask, slot in parts]
        size = parts[0][0].shape[0]
        corner = (centre - size / 2).astype(int)
        to, of = _overlap(corner, (size, size), self.side)
        if to is None or (to[0].stop - to[0].start) < 10 or (to[1].stop - to[1].start) < 10:
            return picture
        alpha = np.max([mask for mask, _ in parts], 0)
        if (alpha > 127).sum() < 60:
            return picture

        hard = alpha > 127
        normals = _bulge(hard, radius * rng.uniform(0.15, 1.0))
        bend = (normals[0] * radius * 0.5, normals[1] * radius * 0.5) if rng.random() < 0.5 else None
        colour = np.zeros((size, size, 3), np.float32)
        number = np.zeros((size, size), np.uint8)
        object_number = self.new_object()
        numbers = {}
        angle = rng.uniform(0, 6.3)
        own_shading = rng.random() < 0.6
        for mask, slot in parts:
            a = (mask.astype(np.float32) / 255)[..., None]
            view = sort[1][slot].render(rng, self.bank, size, size, bend, 1.0, angle if rng.random() < 0.6 else None)
            if slot >= 4:
                view = view * rng.uniform(0.35, 0.8)
            if own_shading and len(parts) > 1:
                view = view * self.shade(_bulge(mask > 127, radius * 0.3), 0.5)[..., None]
            colour = colour + (view - colour) * a
            # Parts of one material are one part: an animal's legs are not asked for apart from its body, a shirt's sleeves neither.
            if slot not in numbers:
                numbers[slot] = self.new_part(object_number, group, OBJECT)
            number[mask > 127] = numbers[slot]
        colour = self.light_up(colour, normals, radius, hard)
        alpha = alpha.astype(np.float32) / 255
        if rng.random() < 0.5:
            alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.3, 1.4))
        if blur > 0.4:
            colour = cv2.GaussianBlur(np.where(hard[..., None], colour, colour[hard].mean(0)).astype(np.float32), (0, 0), blur)
            alpha = cv2.GaussianBlur(alpha, (0, 0), blur)
        if rng.random() < 0.5:
            picture = self.cast_shadow(picture, hard, corner, radius)
        a = alpha[of][..., None]
        picture[to] = picture[to] + (np.clip(colour[of], 0, 255) - picture[to]) * a
        visible = hard[of]
        self.part[to][visible] = number[of][visible]
        return picture

    def shade(self, normals, strength):
        return 1.05 - strength * np.clip(normals[0] * self.light[0] + normals[1] * self.light[1], -1, 1)

    def light_up(self, colour, normals, radius, hard):
        rng = self.rng
        size = colour.shape[0]
        y, x = np.mgrid[0:size, 0:size].astype(np.float32) - size / 2
        if rng.random() < 0.7:
            colour = colour * self.shade(normals, rng.uniform(0.1, 0.65))[..., None]
        if rng.random() < 0.5:
            slope = rng.normal(0, 0.3, 2)
            colour = colour * np.clip(1 + (slope[0] * x + slope[1] * y) / radius, 0.15, 2)[..., None]
        if rng.random() < 0.15:  # gloss
            at = -self.light * radius * 0.4
            gloss = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (radius * rng.uniform(0.1, 0.35)) ** 2)
            colour = colour + rng.uniform(40, 160) * gloss[..., None]
        if rng.random() < 0.1:  # a dark outline
            edge = cv2.morphologyEx(hard.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
            colour = colour * (1 - 0.6 * edge[..., None].astype(np.float32))
        if rng.random() < 0.2:  # shadows of things that are not seen
            spots = np.clip((cv2.resize(noise(rng, 64, slope=3.2, stretch=1.0), (size, size)) - rng.uniform(0.45, 0.6)) * 20, 0, 1)
            colour = colour * (1 - rng.uniform(0.2, 0.6) * spots)[..., None]
        return colour.astype(np.float32)

    def cast_shadow(self, picture, hard, corner, radius):
        rng = self.rng
        kind = rng.random()
        shift = self.light * radius * rng.uniform(0.03, 0.4)
        flat = 1.0 if kind < 0.5 else rng.uniform(0.15, 0.5)  # lying on the ground
        size = hard.shape[0]
        matrix = np.float32([[1, rng.normal(0, 0.6) * (1 - flat), corner[0] + shift[0]], [0, flat, corner[1] + shift[1] + (1 - flat) * size * 0.9]])
        shadow = cv2.warpAffine(hard.astype(np.float32), matrix, (self.side, self.side))
        shadow = cv2.GaussianBlur(shadow, (0, 0), log_uniform(rng, 0.6, 9))
        return picture * (1 - rng.uniform(0.2, 0.7) * shadow[..., None])

    def paint_blades(self, picture):
        """Grass or twigs before everything; what they hide is theirs."""
        rng, side = self.rng, self.side
        mask = np.zeros((side, side), np.uint8)
        main = -np.pi / 2 + rng.normal(0, 0.4)
        root = rng.uniform(0.3, 1.1) * side
        for _ in range(rng.integers(2, 40)):
            start = np.array([rng.uniform(0, side), root + rng.normal(0, 10)])
            far = rng.uniform(0.1, 0.6) * side
            angles = main + rng.normal(0, 0.25) + np.linspace(0, 1, 8) * rng.normal(0, 0.4)
            points = start + np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1) * far / 8, 0)
            cv2.polylines(mask, [np.round(points * 8).astype(np.int32)], False, 255, int(rng.integers(1, 4)), cv2.LINE_AA, 3)
        colour = self.any_material().render(rng, self.bank, side, side)
        picture = picture + (colour - picture) * (mask.astype(np.float32) / 255)[..., None]
        self.part[mask > 127] = self.new_part(self.new_object(), self.new_group(), CLUTTER)
        return picture

    # The camera -----------------------------------------------------------------------------------------------------------------------

    def expose(self, picture):
        rng, side = self.rng, self.side
        if rng.random() < 0.5:  # uneven light
            picture = picture * (1 + (noise(rng, side, slope=4, stretch=1.0) - 0.5) * rng.uniform(0.3, 1.5))[..., None]
        if rng.random() < 0.15:  # a shadow with an edge across everything
            shadow = (noise(rng, side, slope=3.5) > rng.uniform(0.5, 0.65)).astype(np.float32)
            picture = picture * (1 - rng.uniform(0.2, 0.6) * cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.6, 6)))[..., None]
        if rng.random() < 0.12:  # haze
            haze = make_colour(rng) * 0.3 + 150
            picture = picture + (haze - picture) * (rng.uniform(0.1, 0.6) * np.clip(1.2 - self.y / side, 0, 1))[..., None]
        picture = np.clip(picture, 0, 255) / 255
        picture = picture ** np.exp(rng.normal(-0.12, 0.3)) * np.clip(1 + rng.normal(0, 0.1, 3), 0.6, 1.4)
        picture = ((picture - 0.5) * rng.uniform(0.5, 1.2) + 0.5 + rng.normal(0, 0.05)).astype(np.float32)
        if rng.random() < 0.5:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.3))
        if rng.random() < 0.5:
            picture = picture + rng.normal(0, rng.uniform(0.003, 0.05), picture.shape).astype(np.float32)
        if rng.random() < 0.25:  # sharpened
            picture = picture + (picture - cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.8, 2))) * rng.uniform(0.3, 1.5)
        picture = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
        if rng.random() < 0.4:
            quality = int(rng.integers(30, 95))
            picture = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
        return picture


def _overlap(corner, shape, side):
    """Where a patch at `corner` (x, y) lies in the picture, and which part of the patch that is; None, None if nowhere."""
    x0, y0 = max(corner[0], 0), max(corner[1], 0)
    x1, y1 = min(corner[0] + shape[1], side), min(corner[1] + shape[0], side)
    if x1 <= x0 or y1 <= y0:
        return None, None
    return np.s_[y0:y1, x0:x1], np.s_[y0 - corner[1] : y1 - corner[1], x0 - corner[0] : x1 - corner[0]]


def _bulge(hard, depth_px):
    """The slopes (x, y), about -1..1, of a surface that rises from the outline inwards over depth_px."""
    height = cv2.distanceTransform(hard.astype(np.uint8), cv2.DIST_L2, 3)
    height = np.sqrt(np.minimum(height / (depth_px + 1), 1))
    height = cv2.GaussianBlur(height, (0, 0), max(1.0, depth_px * 0.15))
    scale = depth_px * 0.35
    return cv2.Sobel(height, cv2.CV_32F, 1, 0) * scale, cv2.Sobel(height, cv2.CV_32F, 0, 1) * scale
