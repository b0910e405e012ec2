"""Compares our masks with those of the same ONNX files in onnxruntime with the reference preprocessing, prompt by prompt.

    pip install onnxruntime numpy opencv-python-headless pillow
    python bench/quality/compare_with_python.py --program build/release/src/cli/sam-annotator \\
        --encoder mobile_sam.encoder.onnx --decoder mobile_sam.decoder.onnx [PHOTOS]

PHOTOS is a folder of pictures; without it $SAM_BENCH_DATA/photos or $SAM_BENCH_DATA, else samples/images. Ten prompts go round its
pictures: boxes, points, both, and a second pass with the first answer as mask input. Prints one line a prompt with the IoU, then least and
mean. Exit status: 0 if the least is at least --least (0.999), 1 if it is below, 2 for wrong usage.

The reference follows samexporter's clients (sam_onnx.py, sam2_onnx.py): SAM 1 resizes the longest side with Pillow's bilinear
filter and enlarges the logits in two steps around the crop; SAM 2 squashes with OpenCV and enlarges in one. Of four masks of SAM 1 the first
is taken (predictor.py, multimask_output=False), of SAM 2's three the one with the best score.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

try:
    import cv2
    import numpy as np
    import onnxruntime
    from PIL import Image, ImageOps
except ImportError as missing:
    sys.exit(f"{missing}; pip install onnxruntime numpy opencv-python-headless pillow")

# In fractions of the picture: box x0, y0, x1, y1; points x, y, foreground.
PROMPTS = [
    {"box": (0.2, 0.2, 0.7, 0.8)},
    {"points": [(0.5, 0.5, True)]},
    {"points": [(0.4, 0.35, True), (0.8, 0.8, False)]},
    {"box": (0.1, 0.3, 0.9, 0.95), "points": [(0.5, 0.6, True)]},
    {"box": (0.3, 0.1, 0.6, 0.5), "points": [(0.45, 0.3, True), (0.35, 0.45, False)]},
    {"box": (0.25, 0.25, 0.75, 0.75), "refine": True},
    {"points": [(0.3, 0.6, True)], "refine": True},
    {"box": (0.0, 0.0, 1.0, 1.0)},
    {"points": [(0.2, 0.2, True), (0.25, 0.3, True), (0.9, 0.1, False)]},
    {"box": (0.55, 0.4, 0.62, 0.5)},
]
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def prompt_arrays(prompt, scale_x, scale_y):
    """Points, then the box's corners, in the network's coordinates; labels."""
    points = [(x, y) for x, y, _ in prompt["points"]]
    labels = [1.0 if foreground else 0.0 for _, _, foreground in prompt["points"]]
    if prompt["box"]:
        x0, y0, x1, y1 = prompt["box"]
        points += [(x0, y0), (x1, y1)]
        labels += [2.0, 3.0]
    coordinates = np.array(points, np.float64) * [scale_x, scale_y]
    return coordinates.astype(np.float32), np.array(labels, np.float32)


class Sam1:
    def __init__(self, encoder, decoder):
        self.encoder, self.decoder = encoder, decoder
        self.input = encoder.get_inputs()[0]
        mask = next(i for i in decoder.get_inputs() if i.name == "mask_input")
        self.low = mask.shape[2]
        self.side = 4 * self.low

    def encode(self, picture):
        height, width = picture.shape[:2]
        scale = self.side / max(height, width)
        self.content = int(height * scale + 0.5), int(width * scale + 0.5)
        shape = self.input.shape
        side = shape[2] if len(shape) == 4 else self.side
        scale = side / max(height, width)
        size = int(height * scale + 0.5), int(width * scale + 0.5)
        resized = np.asarray(Image.fromarray(picture).resize(size[::-1], Image.Resampling.BILINEAR))
        if len(shape) == 3:
            tensor = resized.astype(np.uint8 if "uint8" in self.input.type else np.float32)
        else:
            mean = np.array([123.675, 116.28, 103.53], np.float32)
            deviation = np.array([58.395, 57.12, 57.375], np.float32)
            planes = ((resized.astype(np.float32) - mean) / deviation).transpose(2, 0, 1)
            tensor = np.pad(planes, ((0, 0), (0, side - size[0]), (0, side - size[1])))[None]
        self.size = height, width
        self.embedding = self.encoder.run(None, {self.input.name: tensor})[0]

    def decode(self, prompt, mask_input=None):
        height, width = self.size
        points, labels = prompt_arrays(prompt, self.content[1] / width, self.content[0] / height)
        if not prompt["box"]:
            points = np.concatenate([points, np.zeros((1, 2), np.float32)])
            labels = np.concatenate([labels, np.array([-1], np.float32)])
        feed = {
            "image_embeddings": self.embedding,
            "point_coords": points[None],
            "point_labels": labels[None],
            "mask_input": np.zeros((1, 1, self.low, self.low), np.float32) if mask_input is None else mask_input,
            "has_mask_input": np.array([0 if mask_input is None else 1], np.float32),
            "orig_im_size": np.array([height, width], np.float32),
        }
        logits = self.decoder.run(["low_res_masks"], feed)[0][0, 0]
        frame = cv2.resize(logits, (self.side, self.side), interpolation=cv2.INTER_LINEAR)
        content = np.ascontiguousarray(frame[: self.content[0], : self.content[1]])
        return cv2.resize(content, (width, height), interpolation=cv2.INTER_LINEAR) > 0, logits[None, None]


class Sam2:
    def __init__(self, encoder, decoder):
        self.encoder, self.decoder = encoder, decoder

    def encode(self, picture):
        self.size = picture.shape[:2]
        name, shape = self.encoder.get_inputs()[0].name, self.encoder.get_inputs()[0].shape
        resized = cv2.resize(picture, (shape[3], shape[2]))
        normal = (resized / 255.0 - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])
        tensor = normal.transpose(2, 0, 1)[None].astype(np.float32)
        names = [output.name for output in self.encoder.get_outputs()]
        self.embedding = dict(zip(names, self.encoder.run(None, {name: tensor})))

    def decode(self, prompt, mask_input=None):
        height, width = self.size
        low = next(i for i in self.decoder.get_inputs() if i.name == "mask_input").shape[2]
        points, labels = prompt_arrays(prompt, 4 * low / width, 4 * low / height)
        feed = {
            **self.embedding,
            "point_coords": points[None],
            "point_labels": labels[None],
            "mask_input": np.zeros((1, 1, low, low), np.float32) if mask_input is None else mask_input,
            "has_mask_input": np.array([0 if mask_input is None else 1], np.float32),
        }
        masks, scores = self.decoder.run(["masks", "iou_predictions"], feed)
        logits = masks[0, np.argmax(scores[0])]
        return cv2.resize(logits, (width, height)) > 0, logits[None, None]


def reference(encoder, decoder):
    encoder, decoder = session(encoder), session(decoder)
    names = {i.name for i in decoder.get_inputs()}
    return (Sam2 if "high_res_feats_0" in names else Sam1)(encoder, decoder)


def in_pixels(prompt, width, height):
    """Whole pixels, so that text says exactly what is computed with."""
    box = prompt.get("box")
    if box:
        box = (round(box[0] * width), round(box[1] * height), round(box[2] * width), round(box[3] * height))
    points = [(round(x * width), round(y * height), f) for x, y, f in prompt.get("points", [])]
    return {"box": box, "points": points, "refine": prompt.get("refine", False)}


def ours(options, photo, prompt, out):
    command = [options.program, "segment", str(photo), "--encoder", options.encoder, "--decoder", options.decoder]
    command += ["--out", str(out), *options.program_flag]
    if prompt["box"]:
        command += ["--box", ",".join(map(str, prompt["box"]))]
    for x, y, foreground in prompt["points"]:
        command += ["--point", f"{x},{y},{'+' if foreground else '-'}"]
    if prompt["refine"]:
        command += ["--refine"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return np.asarray(Image.open(out).convert("L")) > 0


def describe(prompt):
    parts = ["box"] if prompt["box"] else []
    parts += ["".join("+" if f else "-" for _, _, f in prompt["points"])] if prompt["points"] else []
    return " ".join(parts) + (" refined" if prompt["refine"] else "")


def photos_folder(given):
    if given:
        return pathlib.Path(given)
    if data := os.environ.get("SAM_BENCH_DATA"):
        photos = pathlib.Path(data) / "photos"
        return photos if photos.is_dir() else pathlib.Path(data)
    return pathlib.Path(__file__).resolve().parents[2] / "samples" / "images"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", nargs="?", help="folder of pictures (default: $SAM_BENCH_DATA, samples/images)")
    parser.add_argument("--program", required=True, help="the sam-annotator executable")
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--decoder", required=True)
    parser.add_argument("--least", type=float, default=0.999, help="the IoU that every prompt must reach")
    parser.add_argument("--program-flag", action="append", default=[], help="handed on, such as --precision=bf16")
    options = parser.parse_args()

    folder = photos_folder(options.photos)
    photos = sorted(p for p in folder.glob("*") if p.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if not photos:
        parser.error(f"no pictures in {folder}; give a folder of photos")

    # Prompts of one photo together, so that each photo is encoded once by the reference.
    work = sorted((i % len(photos), i) for i in range(len(PROMPTS)))
    network, shown, results = reference(options.encoder, options.decoder), None, []
    print(f"{'photo':<24} {'size':>11}  {'prompt':<14} {'area':>6}  {'IoU':>9}  pixels that differ")
    with tempfile.TemporaryDirectory() as temporary:
        for photo_index, prompt_index in work:
            photo = photos[photo_index]
            if shown != photo:
                picture = np.asarray(ImageOps.exif_transpose(Image.open(photo)).convert("RGB"))
                network.encode(picture)
                shown = photo
            height, width = picture.shape[:2]
            prompt = in_pixels(PROMPTS[prompt_index], width, height)
            expected, logits = network.decode(prompt)
            if prompt["refine"]:
                expected, _ = network.decode(prompt, logits)
            start = time.perf_counter()
            mask = ours(options, photo, prompt, pathlib.Path(temporary) / "mask.png")
            seconds = time.perf_counter() - start
            if mask.shape != expected.shape:
                sys.exit(f"{photo.name}: our mask is {mask.shape}, expected {expected.shape}")
            union = np.count_nonzero(mask | expected)
            iou = np.count_nonzero(mask & expected) / union if union else 1.0
            differ = np.count_nonzero(mask != expected)
            size = f"{width}x{height}"
            print(f"{photo.name:<24} {size:>11}  {describe(prompt):<14} {expected.mean():>6.1%}  {iou:>9.6f}"
                  f"  {differ} ({seconds:.1f} s)", flush=True)  # fmt: skip
            results.append(iou)
    print(f"least {min(results):.6f}, mean {sum(results) / len(results):.6f} over {len(results)} prompts")
    return 0 if min(results) >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
