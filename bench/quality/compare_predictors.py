"""Compares everything that makes masks without a download, on human segmentations of photos, in one run.

    pip install onnxruntime numpy opencv-python-headless
    SAM_BENCH_DATA=DATA python bench/quality/compare_predictors.py --program build/release/src/cli/sam-annotator \\
        --encoder models/builtin.encoder.onnx --decoder models/builtin.decoder.onnx --out FOLDER

DATA holds segments-val/: NAME.jpg beside NAME.png, one number a segment. A segment counts if it is one connected piece, covers 2 to 40 % of the
photo and touches no edge; the photos are in a tuning and a judging half (training/photos.py). The judging half is reported; --half tuning is
for choosing constants.

Prompts: the tight box; and clicks, the first into the segment's innermost pixel, each next into the deepest pixel of the last answer's errors.
Methods: the box filled, the ellipse in it, the program's GrabCut (--program), the built-in model, the same with its edge cut anew by GrabCut in
a narrow band, and the majority of the three. Prints a table; FOLDER gets quality.json and worst.png, the twenty worst boxes of --worst-of.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "training"))
import photos  # noqa: E402

CLICKS = 5
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)


def blank(picture):
    return np.zeros(picture.shape[:2], bool)


class Filled:
    name = "box filled"
    takes_clicks = False

    def open(self, path, picture):
        self.picture = picture

    def answer(self, box, clicks):
        mask = blank(self.picture)
        mask[box[1] : box[3], box[0] : box[2]] = True
        return mask


class Ellipse(Filled):
    name = "ellipse in the box"

    def answer(self, box, clicks):
        x0, y0, x1, y1 = box
        height, width = self.picture.shape[:2]
        x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
        return ((x - (x0 + x1) / 2) / (x1 - x0) * 2) ** 2 + ((y[:, None] - (y0 + y1) / 2) / (y1 - y0) * 2) ** 2 <= 1


class Program:
    """The program's own GrabCut, one run of it a prompt."""

    name = "GrabCut"
    takes_clicks = True

    def __init__(self, program, flags):
        self.command = [program, "segment", *flags]
        self.out = os.path.join(tempfile.mkdtemp(), "mask.png")

    def open(self, path, picture):
        self.path = path
        self.answers = {}  # for this photo: the majority asks much of it again

    def answer(self, box, clicks):
        asked = (box, tuple(clicks))
        if asked not in self.answers:
            self.answers[asked] = self._run(box, clicks)
        return self.answers[asked]

    def _run(self, box, clicks):
        command = [*self.command, self.path, "--out", self.out]
        if box is not None:
            command += ["--box", ",".join(map(str, box))]
        for x, y, foreground in clicks:
            command += ["--point", f"{x + 0.5},{y + 0.5},{'+' if foreground else '-'}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
        return cv2.imread(self.out, cv2.IMREAD_GRAYSCALE) > 127


class BuiltIn:
    """The ONNX files, with the program's preprocessing."""

    name = "built-in"
    takes_clicks = True

    def __init__(self, encoder, decoder, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.encoder, self.decoder = (onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"]) for path in (encoder, decoder))
        self.side = self.encoder.get_inputs()[0].shape[2]
        self.low = next(i for i in self.decoder.get_inputs() if i.name == "mask_input").shape[2]
        self.encode_ms, self.decode_ms = [], []

    def open(self, path, picture):
        self.picture = picture
        self.size = picture.shape[:2]
        scale = self.side / max(self.size)
        self.content = [max(1, int(n * scale + 0.5)) for n in self.size]
        filter_ = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        resized = (cv2.resize(picture, self.content[::-1], interpolation=filter_) - MEAN) / DEVIATION
        frame = np.zeros((1, 3, self.side, self.side), np.float32)
        frame[0, :, : self.content[0], : self.content[1]] = resized.transpose(2, 0, 1)
        start = time.perf_counter()
        self.embedding = self.encoder.run(None, {self.encoder.get_inputs()[0].name: frame})[0]
        self.encode_ms.append(1e3 * (time.perf_counter() - start))

    def answer(self, box, clicks):
        frame = 4 * self.low
        scale = frame / max(self.size)
        points = [(x + 0.5, y + 0.5, float(foreground)) for x, y, foreground in clicks]
        points += [(box[0], box[1], 2.0), (box[2], box[3], 3.0)] if box is not None else [(0, 0, -1.0)]
        feed = {
            "image_embeddings": self.embedding,
            "point_coords": np.array([[(x * scale, y * scale) for x, y, _ in points]], np.float32),
            "point_labels": np.array([[label for _, _, label in points]], np.float32),
            "mask_input": np.zeros((1, 1, self.low, self.low), np.float32),
            "has_mask_input": np.zeros(1, np.float32),
            "orig_im_size": np.array([64, 64], np.float32),
        }
        start = time.perf_counter()
        logits = self.decoder.run(["low_res_masks"], feed)[0][0, 0]
        self.decode_ms.append(1e3 * (time.perf_counter() - start))
        logits = cv2.resize(logits, (frame, frame), interpolation=cv2.INTER_LINEAR)
        rows, columns = (int(n * scale + 0.5) for n in self.size)
        return cv2.resize(np.ascontiguousarray(logits[:rows, :columns]), self.size[::-1], interpolation=cv2.INTER_LINEAR) > 0


def refined_edge(picture, mask, share, rounds):
    """GrabCut in a band round the mask's edge; share: the band's half width in parts of the root of the area. Colours are learnt from the mask
    and from what lies within as much again round its bounding box. An answer that has little to do with the mask is not taken."""
    if not mask.any():
        return mask
    radius = max(2, int(round(share * np.sqrt(mask.sum()))))
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    margin = 2 * radius + int(0.35 * max(rows[-1] - rows[0], columns[-1] - columns[0]))
    crop = np.s_[max(rows[0] - margin, 0) : rows[-1] + margin + 1, max(columns[0] - margin, 0) : columns[-1] + margin + 1]
    part, inside = np.ascontiguousarray(picture[crop]), mask[crop].astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    trimap = np.where(inside, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[cv2.erode(inside, disc, borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0] = cv2.GC_FGD
    trimap[cv2.dilate(inside, disc) == 0] = cv2.GC_BGD
    if not (trimap == cv2.GC_FGD).any() or not (trimap == cv2.GC_BGD).any():
        return mask
    cv2.setRNGSeed(1)
    cv2.grabCut(part, trimap, None, np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    answer = np.zeros_like(mask)
    answer[crop] = (trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD)
    return answer if photos.mask_iou(answer, mask) > 0.6 else mask


class Refined:
    name = "built-in, edge refined"
    takes_clicks = True

    def __init__(self, base, share, rounds):
        self.base, self.share, self.rounds = base, share, rounds

    def open(self, path, picture):
        self.picture = picture

    def answer(self, box, clicks):
        return refined_edge(self.picture, self.base.answer(box, clicks), self.share, self.rounds)


class Majority:
    name = "majority"
    takes_clicks = True

    def __init__(self, members):
        self.members = members

    def open(self, path, picture):
        pass

    def answer(self, box, clicks):
        return sum(member.answer(box, clicks).astype(np.uint8) for member in self.members) * 2 > len(self.members)


def measure(method, segment, picture):
    """{"box": IoU, "clicks": [IoU after 1..5]} and the box's mask."""
    boxed = method.answer(segment.box, [])
    reached, clicks, answer = [], [], blank(picture)
    while method.takes_clicks and len(reached) < CLICKS:
        click = photos.next_click(segment.mask, answer)
        if click:
            clicks.append(click)
            answer = method.answer(None, clicks)
        reached.append(photos.mask_iou(answer, segment.mask))
    return {"box": photos.mask_iou(boxed, segment.mask), "clicks": reached}, boxed


def summary(results):
    out = {}
    for title, values in [("box", [r["box"] for r in results])] + [
        (f"click{i}", [r["clicks"][i - 1] for r in results if r["clicks"]]) for i in (1, 3, 5)
    ]:
        if values:
            values = np.array(values)
            out[title] = {"mean": values.mean(), "median": float(np.median(values)), "below_0.3": (values < 0.3).mean()}
    return out


def print_table(methods, cases):
    print(f"\n{len(cases)} segments           box: mean median  <0.3    1 click: mean median  <0.3    3 clicks    5 clicks")
    for method in methods:
        s = summary([case["methods"][method.name] for case in cases])
        line = f"{method.name:26s} {s['box']['mean']:6.3f} {s['box']['median']:6.3f} {100 * s['box']['below_0.3']:5.1f}%"
        if "click1" in s:
            line += f"          {s['click1']['mean']:6.3f} {s['click1']['median']:6.3f} {100 * s['click1']['below_0.3']:5.1f}%"
            line += f"       {s['click3']['mean']:6.3f}      {s['click5']['mean']:6.3f}"
        print(line)


def tile(picture, segment, answer, caption, size=300):
    """The photo with the truth outlined green, the answer red, the box yellow."""
    view = picture.copy()
    for mask, colour in ((segment.mask, (0, 220, 0)), (answer, (255, 40, 40))):
        outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(view, outlines, -1, colour, 2)
    cv2.rectangle(view, segment.box[:2], segment.box[2:], (255, 230, 0), 1)
    scale = size / max(view.shape[:2])
    view = cv2.resize(view, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    frame = np.full((size + 22, size, 3), 255, np.uint8)
    frame[: view.shape[0], : view.shape[1]] = view
    cv2.putText(frame, caption, (4, size + 16), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return frame


def write_sheet(path, worst):
    rows = [np.hstack([tile(*w) for w in worst[i : i + 5]]) for i in range(0, len(worst) - len(worst) % 5, 5)]
    cv2.imwrite(path, cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", help="the sam-annotator executable, for GrabCut; left out without it")
    parser.add_argument("--program-flag", action="append", default=["--model", "grabcut"], help="handed on to it")
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--decoder", required=True)
    parser.add_argument("--out", required=True, help="folder for quality.json and worst.png")
    parser.add_argument("--half", choices=["judging", "tuning"], default="judging")
    parser.add_argument("--band", type=float, default=0.04, help="of the edge refinement, in roots of the area (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="of GrabCut in the edge refinement (default: %(default)s)")
    parser.add_argument("--worst-of", default="built-in, edge refined", help="the method that worst.png is about")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.data = os.environ.get("SAM_BENCH_DATA", "")
    options.segments = os.path.join(options.data, "segments-val")
    if not os.path.isdir(options.segments):
        parser.error("SAM_BENCH_DATA must name a folder with segments-val/")
    return options


def main():
    options = parse_options()
    cv2.setNumThreads(options.threads)
    built_in = BuiltIn(options.encoder, options.decoder, options.threads)
    refined = Refined(built_in, options.band, options.rounds)
    methods = [Filled(), Ellipse(), built_in, refined]
    if options.program:
        grabcut = Program(options.program, options.program_flag)
        methods = [*methods[:2], grabcut, built_in, refined, Majority([grabcut, built_in, refined])]
    cases, pictures = [], []
    for picture, segments in photos.load(options.segments, options.half):
        for method in methods:
            method.open(os.path.join(options.segments, segments[0].photo + ".jpg"), picture)
        for segment in segments:
            case = {"photo": segment.photo, "label": segment.label, "methods": {}}
            for method in methods:
                case["methods"][method.name], boxed = measure(method, segment, picture)
                if method.name == options.worst_of:
                    pictures.append((picture, segment, boxed))
            cases.append(case)
    print_table(methods, cases)
    print(f"built-in, ONNX Runtime, {options.threads} threads: encode {np.median(built_in.encode_ms):.1f} ms, "
          f"decode {np.median(built_in.decode_ms):.1f} ms (medians)")  # fmt: skip
    os.makedirs(options.out, exist_ok=True)
    order = sorted(range(len(cases)), key=lambda i: cases[i]["methods"][options.worst_of]["box"])[:20]
    captions = [", ".join(f"{m.name[:9]} {cases[i]['methods'][m.name]['box']:.2f}" for m in methods[2:5]) for i in order]
    write_sheet(os.path.join(options.out, "worst.png"), [(*pictures[i], caption) for i, caption in zip(order, captions)])
    with open(os.path.join(options.out, "quality.json"), "w") as file:
        found = {m.name: summary([case["methods"][m.name] for case in cases]) for m in methods}
        json.dump({"half": options.half, "segments": len(cases), "methods": found, "cases": cases}, file, indent=1)


if __name__ == "__main__":
    main()
