"""A small fixed set of cases that the curve is drawn from: generated scenes, and photos of the tuning half where there are any."""

import os

import numpy as np
import torch

import photos
from predictor import Predictor
from scenes import OBJECT, SceneMaker

SCENES = 60
SIDE = 320
_SEED = 999_001  # far from training's


def mean(values):
    """nan where there are none."""
    return values.float().mean().item() if len(values) else float("nan")


def generated_cases(count, seed):
    """[(picture, [mask])]: up to two whole objects a scene."""
    maker = SceneMaker((_SEED, seed))
    rng = np.random.default_rng((_SEED, seed))
    cases = []
    while len(cases) < count:
        scene = maker.make()
        objects = scene.object_of[scene.part]
        is_object = scene.kind[scene.part] == OBJECT
        masks = [objects == n for n in np.unique(objects[is_object])]
        masks = [m for m in masks if 0.01 < m.mean() < 0.5]
        if masks:
            cases.append((scene.picture, [masks[i] for i in rng.permutation(len(masks))[:2]]))
    return cases


class Cases:
    """folder: where the generated scenes are kept. data: a folder with segments-val/, or None."""

    def __init__(self, folder, seed, data):
        path = os.path.join(folder, "scenes.pt")
        os.makedirs(folder, exist_ok=True)
        if not os.path.exists(path):
            new = f"{path}.{os.getpid()}"
            torch.save([(torch.from_numpy(p), [torch.from_numpy(m) for m in masks]) for p, masks in generated_cases(SCENES, seed)], new)
            os.replace(new, path)
        self.generated = [(p.numpy(), [m.numpy() for m in masks]) for p, masks in torch.load(path, weights_only=True)]
        segments = os.path.join(data, "segments-val") if data else ""
        loaded = photos.load(segments, "tuning") if os.path.isdir(segments) else []
        self.photos = [(picture, [s.mask for s in found]) for picture, found in loaded]

    def judge(self, network, rank=0, world=1, side=SIDE):
        """{name: tensor [sum, count]} over this process's share of the cases."""
        predictor = Predictor(network, side)
        sums = {}

        def note(name, value):
            sums[name] = sums.get(name, torch.zeros(2, dtype=torch.float64)) + torch.tensor([float(value), 1.0])

        for source, cases, clicks in (("generated", self.generated, 1), ("photos", self.photos, 5)):
            if not cases:
                continue
            for name in ("box", "box_low", "click1", "click1_best") + (("click3", "click5") if clicks == 5 else ()):
                sums[f"{source}_{name}"] = torch.tensor([0.0, 1e-9], dtype=torch.float64)
            for picture, masks in cases[rank::world]:
                predictor.encode(picture)
                for mask in masks:
                    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
                    answer, _ = predictor.decode((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
                    reached = photos.mask_iou(answer, mask)
                    note(f"{source}_box", reached)
                    note(f"{source}_box_low", reached < 0.3)
                    given, answer = [], np.zeros_like(mask)
                    for i in range(clicks):
                        click = photos.next_click(mask, answer)
                        if click:
                            given.append(click)
                            answer, _ = predictor.decode(points=given)
                        if i in (0, 2, 4):
                            note(f"{source}_click{i + 1}", photos.mask_iou(answer, mask))
                        if i == 0:
                            note(f"{source}_click1_best", photos.mask_iou(predictor.decode(points=given, index=None)[0], mask))
        return sums
