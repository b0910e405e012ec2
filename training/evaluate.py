"""Measures a checkpoint on human segmentations of photos.

    python evaluate.py CHECKPOINT --data DATA [--half tuning] [--sides 256 320 384] [--biases 0 0.5]

DATA holds segments-val/ (or SAM_BENCH_DATA says where). One line a side and bias: boxes, and 1, 3 and 5 clicks; `best`: the mask with the best score
of part, object and group for the first click; `shown`: each answer is shown to the network with the next click.
"""

import argparse
import os

import numpy as np
import torch

import photos
from network import Network
from predictor import Predictor


def measure(predictor, loaded, variant):
    """[(name, box IoU, [IoU after 1..5 clicks])]."""
    rows = []
    for picture, segments in loaded:
        predictor.encode(picture)
        for segment in segments:
            answer, _ = predictor.decode(segment.box)
            box = photos.mask_iou(answer, segment.mask)
            given, reached = [], []
            answer = np.zeros_like(segment.mask)
            for _ in range(5):
                click = photos.next_click(segment.mask, answer)
                if click:
                    given.append(click)
                    first_best = "best" in variant and len(given) == 1
                    answer, _ = predictor.decode(points=given, use_last="shown" in variant and len(given) > 1, index=None if first_best else 0)
                reached.append(photos.mask_iou(answer, segment.mask))
            rows.append((f"{segment.photo}#{segment.label}", box, reached))
    return rows


def describe(rows):
    box, clicks = np.array([r[1] for r in rows]), np.array([r[2] for r in rows])
    return (f"box {box.mean():.3f} (median {np.median(box):.3f}, below 0.3: {100 * (box < 0.3).mean():.1f} %)"
            f"  clicks 1/3/5 {clicks[:, 0].mean():.3f} {clicks[:, 2].mean():.3f} {clicks[:, 4].mean():.3f}")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint")
    parser.add_argument("--data", default=os.environ.get("SAM_BENCH_DATA"), help="folder with segments-val/")
    parser.add_argument("--half", choices=["tuning", "judging", "all"], default="tuning")
    parser.add_argument("--sides", type=int, nargs="+", default=[320])
    parser.add_argument("--biases", type=float, nargs="+", default=[0.0], help="added to the logits; see export.py")
    parser.add_argument("--variants", nargs="+", default=["plain", "best", "shown"])
    parser.add_argument("--raw", action="store_true", help="the weights as they are, not their average")
    options = parser.parse_args()
    if not options.data:
        parser.error("give --data or set SAM_BENCH_DATA")
    saved = torch.load(options.checkpoint, map_location="cpu", weights_only=True)
    network = Network().to(memory_format=torch.channels_last).eval()
    network.load_state_dict(saved["network" if options.raw else "average"])
    loaded = photos.load(os.path.join(options.data, "segments-val"), options.half)
    print(f"step {saved['step']}, {sum(len(s) for _, s in loaded)} segments of the {options.half} half")
    for side in options.sides:
        for bias in options.biases:
            for variant in options.variants:
                print(f"{side} {bias:+.2f} {variant:6s} {describe(measure(Predictor(network, side, bias), loaded, variant))}", flush=True)


if __name__ == "__main__":
    main()
