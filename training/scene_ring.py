"""The last few thousand scenes, on disk: one process draws them, others train on them.

A scene costs a tenth of a second or more and the network sees it for a hundredth, so each is used several times (other crops, colours and
prompts). The drawing process waits while scenes have been used less often than `reuse` times on average. Any process may be killed at any
time: a scene counts only when it is whole.
"""

import argparse
import os
import time

import cv2
import numpy as np

from scenes import Scene, SceneMaker

_SIDE = 384
FIRST = 300  # scenes before training begins


class SceneRing:
    def __init__(self, folder, capacity=3000):
        os.makedirs(folder, exist_ok=True)
        self.capacity = capacity
        self.pictures = self._plane(folder, "pictures", (capacity, _SIDE, _SIDE, 3), np.uint8)
        self.parts = self._plane(folder, "parts", (capacity, _SIDE, _SIDE), np.uint8)
        self.tables = self._plane(folder, "tables", (capacity, 3, 256), np.uint8)
        self.whole = self._plane(folder, "whole", (capacity,), np.uint8)
        self.made = self._plane(folder, "made", (1,), np.int64)

    @staticmethod
    def _plane(folder, name, shape, dtype):
        path = os.path.join(folder, name + ".npy")
        if os.path.exists(path):
            plane = np.lib.format.open_memmap(path, mode="r+")
            if plane.shape != shape or plane.dtype != dtype:
                raise ValueError(f"{path} holds {plane.dtype} {plane.shape}, expected {shape}; delete the folder to draw scenes anew")
            return plane
        # Made under another name, so that nobody opens a half-written file.
        plane = np.lib.format.open_memmap(path + ".new", mode="w+", dtype=dtype, shape=shape)
        plane.flush()
        os.replace(path + ".new", path)
        return np.lib.format.open_memmap(path, mode="r+")

    def add(self, scene):
        at = int(self.made[0]) % self.capacity
        self.whole[at] = 0
        self.pictures[at] = scene.picture
        self.parts[at] = scene.part
        self.tables[at] = scene.object_of, scene.group_of, scene.kind
        self.whole[at] = 1
        self.made[0] += 1

    def draw(self, rng):
        """A random scene (copied), or None if that place is just being written."""
        at = int(rng.integers(0, min(int(self.made[0]), self.capacity)))
        if not self.whole[at]:
            return None
        scene = Scene(np.array(self.pictures[at]), np.array(self.parts[at]), *np.array(self.tables[at]))
        return scene if self.whole[at] else None


def keep_drawing(folder, capacity, seed, used, reuse):
    """Draws for ever. used(): how many scenes have been trained on so far."""
    cv2.setNumThreads(1)
    ring = SceneRing(folder, capacity)
    maker = SceneMaker((seed, int(ring.made[0])))
    parent = os.getppid()
    while os.getppid() == parent:
        if ring.made[0] < FIRST or ring.made[0] * reuse < used():
            ring.add(maker.make())
        else:
            time.sleep(0.2)


def main():
    parser = argparse.ArgumentParser(description="Fill a folder with generated scenes, without training.")
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    ring, maker = SceneRing(options.folder, options.count), SceneMaker(options.seed)
    while ring.made[0] < options.count:
        ring.add(maker.make())


if __name__ == "__main__":
    main()
