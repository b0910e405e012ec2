#!/usr/bin/env python3
"""1,000 images back and forth under a real limit of 1 GiB: does memory stay flat, does the level stay below critical?

long_walk.py PROGRAM [--photos 1000] [--limit-mib 1024] [--write DIR]

Three pictures forward, one back, a click on each. Photos and model by SAM_BENCH_DATA and SAM_BENCH_MODEL as for `script/bench session`; each
photo's file is one of segments-val with other bytes behind its end, so that no two have the same content. Needs root, for a cgroup.
Writes DIR/long-walk.json and DIR/long-walk.svg. Ends with 1 if something that is asked was missed.
"""

import argparse
import json
import os
import pathlib
import sys
import tempfile
import threading
import time

import http_client
import program
from report import BAD, FONT, GOOD, GREY, INK, escaped

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "limits"))
import memory_group  # noqa: E402

HOLD_S = 0.3  # how long a level lasts before it counts (memory/memory_options.h)
SETTLED = 100  # from this picture on memory is to be flat
SLOPE_ASKED = 10e3  # bytes a picture


def photos_and_model():
    photos = sorted(pathlib.Path(os.environ.get("SAM_BENCH_DATA", "/nonexistent"), "segments-val").glob("*.jpg"))
    models = pathlib.Path(os.environ.get("SAM_BENCH_MODEL", "/nonexistent"))
    encoder = models / "mobile_sam.encoder.onnx"
    if not photos or not encoder.exists():
        raise SystemExit("long walk: skipped: SAM_BENCH_DATA and SAM_BENCH_MODEL name no photos, or no mobile_sam")
    return photos, encoder, models / "mobile_sam.decoder.onnx"


def make_project(folder, photos, count):
    images = folder / "images"
    images.mkdir(parents=True)
    (folder / "classes.csv").write_text("class_name\nthing\n")
    names = []
    for number in range(count):
        name = f"photo{number:05d}.jpg"
        content = photos[number % len(photos)].read_bytes()
        (images / name).write_bytes(content + number.to_bytes(4, "little"))  # what follows a JPEG's end is no part of the picture
        names.append(name)
    return names


def walk(count):
    """Three forward, one back: 0 1 2 1 3 4 5 4 …"""
    for number in range(count):
        yield number
        if number % 3 == 2:
            yield number - 1


class Watch:
    """Ten times a second: what all processes hold, and the host's level as the program tells it."""

    def __init__(self, group, port):
        self.group, self.samples, self.place, self.ended = group, [], 0, threading.Event()
        self.client = http_client.Client(port)
        self.begin = time.monotonic()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ended.wait(0.1):
            content, _ = self.client.request("GET", "/api/v1/memory")
            self.samples.append({"s": round(time.monotonic() - self.begin, 2), "picture": self.place, "level": json.loads(content)["domains"][0]["level"],
                                 "anonymous_bytes": self.group.anonymous(), "working_set_bytes": self.group.working_set()})

    def stop(self):
        self.ended.set()
        self.thread.join()
        self.client.close()
        return self.samples


def slope(points):
    """Least squares: bytes a picture."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def longest_critical_s(samples):
    longest, since = 0.0, None
    for sample in samples:
        since = (sample["s"] if since is None else since) if sample["level"] == "critical" else None
        longest = max(longest, sample["s"] - since if since is not None else 0.0)
    return longest


def picture(samples, limit, title):
    left, top, width, height = 70, 40, 720, 260
    last = max(sample["picture"] for sample in samples) or 1

    def at(sample, field):
        return f"{left + width * sample['picture'] / last:.1f},{top + height * (1 - sample[field] / limit):.1f}"

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 130} {top + height + 50}" role="img">',
           f"<title>{escaped(title)}</title>", '<rect width="100%" height="100%" fill="#ffffff"/>',
           f'<text x="12" y="22" font-size="14" font-weight="600" fill="{INK}" {FONT}>{escaped(title)}</text>']
    for share, name in ((1.0, f"limit {limit / 2**20:.0f} MiB"), (0.95 * 0.9, "critical"), (0.8 * 0.9, "warning"), (0.5, "half"), (0.0, "0")):
        y = top + height * (1 - share)
        out.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}" stroke="{GREY}" stroke-dasharray="3 4"/>')
        out.append(f'<text x="{left + width + 6}" y="{y + 4:.1f}" font-size="11" fill="{GREY}" {FONT}>{escaped(name)}</text>')
    for field, color in (("working_set_bytes", GREY), ("anonymous_bytes", GOOD)):
        points = " ".join(at(sample, field) for sample in samples[:: max(1, len(samples) // 1500)])
        out.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.2"/>')
    for sample in samples:
        if sample["level"] == "critical":
            out.append(f'<circle cx="{left + width * sample["picture"] / last:.1f}" cy="{top + height + 8}" r="2.5" fill="{BAD}"/>')
    y = top + height + 34
    out.append(f'<text x="{left}" y="{y}" font-size="12" fill="{GOOD}" {FONT}>heaps, stacks, shared memory of all processes</text>')
    out.append(f'<text x="{left + 310}" y="{y}" font-size="12" fill="{GREY}" {FONT}>with the files they map</text>')
    out.append(f'<text x="{left + width}" y="{y}" font-size="12" text-anchor="end" fill="{INK}" {FONT}>picture {last}</text>')
    return "\n".join([*out, "</svg>", ""])


def run(args, root):
    photos, encoder, decoder = photos_and_model()
    names = make_project(root / "project", photos, args.photos)
    group = memory_group.MemoryGroup("sam-long-walk")
    limit = args.limit_mib << 20
    group.limit(limit)
    try:
        with program.Program(args.program, root / "project", ["--encoder", str(encoder), "--decoder", str(decoder)], root,
                             enter=group.enter) as running:
            watch = Watch(group, running.port)
            refused = 0
            for number in walk(args.photos):
                watch.place = max(watch.place, number)
                picture_shown, _ = running.client.show(names[number])
                try:
                    running.client.segment(names[number], (picture_shown["width"] * 0.5, picture_shown["height"] * 0.5))
                except RuntimeError as error:
                    refused += 1
                    print(f"    {names[number]}: {error}", flush=True)
                if number % 100 == 99 and watch.samples:
                    held = watch.samples[-1]["anonymous_bytes"] / 1e6
                    print(f"    picture {number + 1}: {held:.0f} MB, {watch.samples[-1]['s']:.0f} s", flush=True)
            samples = watch.stop()
            kills = group.kills()
    finally:
        group.remove()
    return samples, limit, refused, kills


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--limit-mib", type=int, default=1024)
    parser.add_argument("--write", type=pathlib.Path, default=ROOT / "build")
    args = parser.parse_args()
    if reason := memory_group.why_not():
        print(f"long walk: skipped: {reason}")
        return 0
    with tempfile.TemporaryDirectory(prefix="sam-long-walk-") as folder:
        samples, limit, refused, kills = run(args, pathlib.Path(folder))
    settled = [(sample["picture"], sample["anonymous_bytes"]) for sample in samples if sample["picture"] >= SETTLED]
    found = {"photos": args.photos, "limit_bytes": limit, "seconds": samples[-1]["s"], "kills": kills, "clicks_refused": refused,
             "peak_anonymous_bytes": max(sample["anonymous_bytes"] for sample in samples),
             "peak_working_set_bytes": max(sample["working_set_bytes"] for sample in samples),
             "longest_critical_s": longest_critical_s(samples), "slope_bytes_a_picture": slope(settled)}
    for name, value in found.items():
        print(f"{name} {value:.1f}" if isinstance(value, float) else f"{name} {value}")
    (args.write / "long-walk.json").write_text(json.dumps({**found, "samples": samples}) + "\n")
    (args.write / "long-walk.svg").write_text(
        picture(samples, limit, f"{args.photos} pictures back and forth under {args.limit_mib} MiB, MobileSAM"))
    held = (kills == 0 and refused == 0 and found["longest_critical_s"] <= HOLD_S and found["slope_bytes_a_picture"] < SLOPE_ASKED)
    print("long walk: " + ("all held" if held else "not all that is asked was held"))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
