"""How good the masks are that need no download: GrabCut and the built-in model, in one run, on human segmentations of photos.

    pip install numpy opencv-python-headless
    SAM_BENCH_DATA=DATA python bench/quality/compare_predictors.py [--half tuning] [--write docs/quality.md]

DATA holds segments-val/: NAME.jpg beside NAME.png, one number a segment. A segment counts if it is one connected piece, covers 2 to 40 % of the
photo and touches no edge; the photos are in a tuning and a judging half (training/photos.py). The judging half is reported; --half tuning is
for choosing constants.

The program answers over HTTP, as it does for its page. Prompts: the tight box; and clicks, the first into the segment's innermost pixel, each
next into the deepest pixel of the last answer's errors. Prints a table of mean, median and share of failures; OUT (build/bench/quality) gets
quality.json and worst.png, the twenty worst boxes of --worst-of. --write: also between the markers of a Markdown file, and the twenty beside it
without the photos, which may be measured on but not handed on.
Exit status 1: something asked of the built-in model was missed (of the judging half).
"""

import argparse
import json
import os
import pathlib
import re
import sys
import tempfile

try:
    import cv2
    import numpy as np
except ImportError as missing:
    sys.exit(f"{missing}; pip install numpy opencv-python-headless")

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "training"), str(ROOT / "bench/session")]
import coco_runs  # noqa: E402
import http_client  # noqa: E402
import photos  # noqa: E402
import program  # noqa: E402
import report  # noqa: E402

CLICKS = 5
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
# Of the built-in model against the program's GrabCut.
ASKED = {"box": 0.04, "click1": 0.03, "click3": 0.03, "click5": 0.03}
ASKED_FAILURES, ASKED_ENCODE_MS, ASKED_DECODE_MS = 0.5, 60, 20


def filled(size, box):
    mask = np.zeros(size, bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return mask


def ellipse(size, box):
    x0, y0, x1, y1 = box
    x, y = np.arange(size[1]) + 0.5, np.arange(size[0])[:, None] + 0.5
    return ((x - (x0 + x1) / 2) / (x1 - x0) * 2) ** 2 + ((y - (y0 + y1) / 2) / (y1 - y0) * 2) ** 2 <= 1


def from_coco_string(text, size):
    """bool [h, w]."""
    mask = np.zeros(size[0] * size[1], bool)
    for begin, end in coco_runs.spans(text):
        mask[begin:end] = True
    return mask.reshape(size[1], size[0]).T


class Answering:
    """One predictor of the running program, on the photo that is on screen."""

    def __init__(self, served, name, use, refine_edges=False):
        self.served, self.name, self.use, self.refine_edges = served, name, use, refine_edges
        self.decode_ms = []

    def answer(self, photo, size, box, clicks):
        prompt = {"points": [{"x": x + 0.5, "y": y + 0.5, "foreground": bool(foreground)} for x, y, foreground in clicks],
                  "refine_edges": self.refine_edges}  # fmt: skip
        if box is not None:
            prompt["boxes"] = [list(map(float, box))]
        body, _ = self.served.client.request("POST", http_client.image_path(photo) + "/segment", prompt)
        answer = json.loads(body)
        self.decode_ms.append(answer["decode_ms"])
        return from_coco_string(answer["candidates"][0]["rle"], size)


def measure(method, photo, segment):
    """{"box": IoU, "clicks": [IoU after 1..5]} and the box's mask."""
    size = segment.mask.shape
    boxed = method.answer(photo, size, segment.box, [])
    after, clicks, answer = [], [], np.zeros(size, bool)
    while len(after) < CLICKS:
        click = photos.next_click(segment.mask, answer)
        if click:
            clicks.append(click)
            answer = method.answer(photo, size, None, clicks)
        after.append(photos.mask_iou(answer, segment.mask))
    return {"box": photos.mask_iou(boxed, segment.mask), "clicks": after}, boxed


def encode_times(served):
    """Milliseconds, as the program's log has them."""
    return [float(ms) for ms in re.findall(r"Encoded .* in (\d+) ms", served.log_text())]


def run(loaded, options, folder):
    """Every method on every segment: [{"photo", "label", "methods": {name: {"box", "clicks"}}}], [(picture, segment, {name: mask of the box})]
    in the same order, and the median milliseconds of encodes and of each method's answers."""
    cases, shown = [], []
    names = program.make_project(folder / "project", [options.segments / (s[0].photo + ".jpg") for _, s in loaded])
    flags = ["--threads", str(options.threads), "--embedding-disk-bytes", "0"]
    if options.encoder:
        flags += ["--encoder", str(options.encoder), "--decoder", str(options.decoder)]
    with program.Program(options.program, folder / "project", flags, folder / "caches") as served:
        served.wait_for_model()
        methods = [Answering(served, "GrabCut", "grabcut"), Answering(served, "built-in", "model"),
                   Answering(served, "built-in, edges refined", "model", True)]  # fmt: skip
        by_segment = {}
        for use in ("grabcut", "model"):
            served.client.request("PUT", "/api/v1/predictor", {"use": use})
            before = len(encode_times(served))
            for at, ((_, segments), name) in enumerate(zip(loaded, names)):
                print(f"\r{use}: photo {at + 1} of {len(names)} ", end="", file=sys.stderr, flush=True)
                served.encode(name)
                for segment in segments:
                    for method in methods:
                        if method.use == use:
                            by_segment.setdefault((segment.photo, segment.label), {})[method.name] = measure(method, name, segment)
        print(file=sys.stderr)
        encode_ms = encode_times(served)[before:]  # the model's
    for picture, segments in loaded:
        for segment in segments:
            found = by_segment[segment.photo, segment.label]
            case = {"box filled": {"box": photos.mask_iou(filled(segment.mask.shape, segment.box), segment.mask)},
                    "ellipse in the box": {"box": photos.mask_iou(ellipse(segment.mask.shape, segment.box), segment.mask)}}  # fmt: skip
            case.update({name: ious for name, (ious, _) in found.items()})
            cases.append({"photo": segment.photo, "label": segment.label, "methods": case})
            shown.append((picture, segment, {name: boxed for name, (_, boxed) in found.items()}))
    times = {"encode": encode_ms, **{method.name: method.decode_ms for method in methods}}
    return cases, shown, {name: float(np.median(values)) for name, values in times.items() if values}


def reached(results):
    """{kind: [IoU of each segment]}"""
    kinds = {"box": [r["box"] for r in results]}
    if "clicks" in results[0]:
        kinds.update({f"click{i}": [r["clicks"][i - 1] for r in results] for i in (1, 3, 5)})
    return {kind: np.array(values) for kind, values in kinds.items()}


def summary(kinds):
    return {kind: {"mean": float(v.mean()), "median": float(np.median(v)), "below_0.3": float((v < 0.3).mean())} for kind, v in kinds.items()}


def table(found, times):
    """Markdown, which reads well in a terminal too."""
    lines = ["| IoU: mean / median / share below 0.3 | box | 1 click | 3 clicks | 5 clicks | ms an answer |", "|---|---|---|---|---|---|"]
    for name, kinds in found.items():
        cells = [f"{k['mean']:.3f} / {k['median']:.3f} / {100 * k['below_0.3']:.1f} %" for k in kinds.values()]
        cells += [""] * (4 - len(cells)) + [f"{times[name]:.1f}" if name in times else ""]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def interval(differences, rounds=10000):
    """95 % of the mean, over segments drawn anew (bootstrap)."""
    chosen = np.random.default_rng(1).integers(0, len(differences), (rounds, len(differences)))
    return np.percentile(differences[chosen].mean(1), [2.5, 97.5])


def verdicts(base, ours, times):
    """base, ours: GrabCut's and the model's reached(). [(sentence, whether it is reached)]"""
    out = []
    for kind, more in ASKED.items():
        differences = ours[kind] - base[kind]
        gain, (low, high) = differences.mean(), interval(differences)
        out.append((f"{kind}: {gain:+.3f} to GrabCut (95 %: {low:+.3f} to {high:+.3f}), asked +{more}", gain >= more))
    failures, most = (ours["box"] < 0.3).mean(), ASKED_FAILURES * (base["box"] < 0.3).mean()
    out.append((f"boxes below 0.3: {100 * failures:.1f} %, asked at most {100 * most:.1f} %", failures <= most))
    out.append((f"picture to embedding {times['encode']:.0f} ms, asked {ASKED_ENCODE_MS}", times["encode"] <= ASKED_ENCODE_MS))
    out.append((f"prompt to mask {times['built-in']:.1f} ms, asked {ASKED_DECODE_MS}", times["built-in"] <= ASKED_DECODE_MS))
    return out


def shapes(segment, answer):
    """In place of a photo that may not be handed on: the truth green, the answer red, what they share between both."""
    view = np.full((*segment.mask.shape, 3), 255, np.uint8)
    view[segment.mask] = (190, 235, 190)
    view[answer] = (250, 200, 190)
    view[segment.mask & answer] = (225, 225, 200)
    return view


def surroundings(view, box):
    """What lies round the box, a tenth of its size further."""
    margin = max(box[2] - box[0], box[3] - box[1]) // 10
    return view[max(box[1] - margin, 0) : box[3] + margin, max(box[0] - margin, 0) : box[2] + margin]


def tile(picture, segment, answer, caption, size=300):
    """The photo (None: without it) with the truth outlined green, the answer red, the box yellow."""
    view = shapes(segment, answer) if picture is None else picture.copy()
    for mask, colour in ((segment.mask, (0, 220, 0)), (answer, (255, 40, 40))):
        outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(view, outlines, -1, colour, 2)
    cv2.rectangle(view, segment.box[:2], segment.box[2:], (255, 200, 0), 1)
    if picture is None:
        view = surroundings(view, segment.box)
    scale = (size - 4) / max(view.shape[:2])
    view = cv2.resize(view, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    frame = np.full((size + 22, size, 3), 255, np.uint8)
    top, left = (size - view.shape[0]) // 2, (size - view.shape[1]) // 2
    frame[top : top + view.shape[0], left : left + view.shape[1]] = view
    cv2.putText(frame, caption, (4, size + 16), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return frame


def contact_sheet(cases, shown, method, with_photos):
    """The twenty worst boxes of a method, BGR."""
    order = sorted(range(len(cases)), key=lambda i: cases[i]["methods"][method]["box"])[:20]
    tiles = []
    for i in order:
        picture, segment, boxed = shown[i]
        ious = cases[i]["methods"]
        caption = f"{ious[method]['box']:.2f}, GrabCut {ious['GrabCut']['box']:.2f}; {segment.photo} #{segment.label}"
        tiles.append(tile(picture if with_photos else None, segment, boxed[method], caption))
    while len(tiles) % 5:
        tiles.append(np.full_like(tiles[0], 255))
    sheet = np.vstack([np.hstack(tiles[i : i + 5]) for i in range(0, len(tiles), 5)])
    return cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/src/cli/sam-annotator")
    parser.add_argument("--encoder", type=pathlib.Path, help="another model's, instead of the one beside the program")
    parser.add_argument("--decoder", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/bench/quality", help="folder for quality.json and worst.png")
    parser.add_argument("--write", type=pathlib.Path, help=f"a Markdown file with the lines {BEGIN} and {END}")
    parser.add_argument("--half", choices=["judging", "tuning"], default="judging")
    parser.add_argument("--worst-of", choices=["built-in", "built-in, edges refined"], default="built-in", help="the method that worst.png is about and that figures are asked of")
    parser.add_argument("--threads", type=int, default=0, help="of the engine; 0: its own choice")
    options = parser.parse_args()
    options.segments = pathlib.Path(os.environ.get("SAM_BENCH_DATA", "")) / "segments-val"
    if not options.segments.is_dir():
        parser.error("SAM_BENCH_DATA must name a folder with segments-val/")
    if not options.program.exists():
        parser.error(f"{options.program} is not there; build it: script/build release")
    if (options.encoder is None) != (options.decoder is None):
        parser.error("--encoder and --decoder belong together")
    if options.write and options.half != "judging":
        parser.error("--write is for the judging half")
    return options


def main():
    options = parse_options()
    loaded = photos.load(str(options.segments), options.half)
    if not loaded:
        sys.exit(f"{options.segments} holds no segments of the {options.half} half")
    with tempfile.TemporaryDirectory(prefix="sam-quality-") as folder:
        cases, shown, times = run(loaded, options, pathlib.Path(folder))
    methods = list(cases[0]["methods"])
    ious = {name: reached([case["methods"][name] for case in cases]) for name in methods}
    found = {name: summary(kinds) for name, kinds in ious.items()}
    lines = [f"{len(cases)} segments of the {options.half} half.", "", *table(found, times), ""]
    outcomes = verdicts(ious["GrabCut"], ious[options.worst_of], times)
    lines += [f"- {'reached' if good else '**missed**'}: {sentence}" for sentence, good in outcomes]
    print("\n".join(lines))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "quality.json").write_text(
        json.dumps({"half": options.half, "methods": found, "median_ms": times, "cases": cases}, indent=1) + "\n")
    cv2.imwrite(str(options.out / "worst.png"), contact_sheet(cases, shown, options.worst_of, True))
    if options.write:
        report.write_between(options.write, BEGIN, END, lines)
        drawn = contact_sheet(cases, shown, options.worst_of, False)
        cv2.imwrite(str(options.write.with_name(options.write.stem + "-worst.png")), drawn)
    sys.exit(0 if options.half == "tuning" or all(good for _, good in outcomes) else 1)


if __name__ == "__main__":
    main()
