"""The Python original (PyPI sam-annotator, torch) without its windows: its own predictor class, driven as its annotator drives it.
peer_original.py CHECKPOINT; the checkpoint's name tells the network (sam_vit_b.pth); commands as in companion.py."""

import logging
import os
import re
import sys
import time

# It may be installed without a screen, and must not fetch anything while it is measured.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_AUTOINSTALL", "false")

import cv2
import numpy

import companion


class Peer:
    def __init__(self, checkpoint):
        from sam_annotator.core.predictor import SAM1Predictor

        logging.disable(logging.WARNING)
        self.predictor = SAM1Predictor(re.search(r"vit_[bhl]", checkpoint)[0])
        self.predictor.initialize(checkpoint)

    def encode(self, path):
        begin = time.perf_counter()
        picture = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
        self.predictor.set_image(picture)
        return {"ms": (time.perf_counter() - begin) * 1e3}

    def predict(self, x, y):
        begin = time.perf_counter()
        points, labels = numpy.array([[float(x), float(y)]]), numpy.array([1])
        masks, scores, _ = self.predictor.predict(point_coords=points, point_labels=labels, multimask_output=True)
        best = masks[int(scores.argmax())]
        return {"ms": (time.perf_counter() - begin) * 1e3, "pixels": int(best.sum())}


if __name__ == "__main__":
    answers = os.dup(1)  # what the libraries print is no answer
    os.dup2(2, 1)
    sys.stdout = os.fdopen(answers, "w", buffering=1)
    peer = Peer(sys.argv[1])
    companion.serve({"encode": peer.encode, "predict": peer.predict})
