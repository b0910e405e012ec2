#!/usr/bin/env python3
"""The program under a real memory limit: an encoder that needs more than 500 MB, photos of 24 MP, walked back and forth with a prompt on
each, in a cgroup of 1.2 times what the pair needs at its highest. Nobody may be killed, masks must equal those made without a limit.
Caches may fill to the brim there, so that the ladder has to find room; then the same with default thresholds, a limit below what the model needs, and
a limit lowered while the program runs.
usage: limits.py PROGRAM [--photos 40]"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zlib

import make_pair
import memory_group

WIDTH, HEIGHT = 6000, 4000
BIG_NAME, BIG_SIZE = "big.png", (9600, 6667)
HUGE_NAME, HUGE_SIZE = "huge.png", (15000, 10000)
MB = 1e6


def write_photo(path, seed, width=WIDTH, height=HEIGHT):
    """A grey PNG: a gradient with rectangles, different for each seed. Every eighth row is noise, so that the file is as large as a camera's and
    the page cache counts."""
    rng = random.Random(seed)
    boxes = [(rng.randrange(5000), rng.randrange(3000), rng.randrange(300, 2000), rng.randrange(300, 2000), rng.randrange(256))
             for _ in range(12)]
    ramp = bytes((x * 255 // width + seed * 7) % 256 for x in range(width))
    packer = zlib.compressobj(1)
    packed = []
    edges = sorted({0, height, *(y for _, y, _, _, _ in boxes), *(min(height, y + h) for _, y, _, h, _ in boxes)})
    for top, bottom in zip(edges, edges[1:]):
        row = bytearray(ramp)
        for x, y, w, h, grey in boxes:
            if y <= top < y + h:
                row[x:min(width, x + w)] = bytes([grey]) * (min(width, x + w) - x)
        line = b"\0" + bytes(row)
        for first in range(top, bottom, 8):
            packed.append(packer.compress(b"\0" + rng.randbytes(width) + line * (min(bottom, first + 8) - first - 1)))
    packed.append(packer.flush())

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"".join(packed)) + chunk(b"IEND", b""))


class Program:
    """A running annotator in a cgroup, sampled 50 times a second."""

    def __init__(self, args, project, pair, limit, cache, settings=None):
        self.group = memory_group.MemoryGroup("sam-limits")
        self.log = tempfile.TemporaryFile("w+")
        self.peak_working_set = self.peak_anonymous = 0
        if limit:
            self.group.limit(limit)
        environment = dict(os.environ, SAM_CACHE_DIR=str(cache), SAM_CONFIG="", SAM_EMBEDDING_DISK_BYTES="0", **(settings or {}))
        self.process = subprocess.Popen(
            [args.program, "--category_path", project, "--port", str(args.port), "--encoder", pair[0],
             "--decoder", pair[1]], preexec_fn=self.group.enter, env=environment, stdout=self.log, stderr=self.log)
        self.url = f"http://127.0.0.1:{args.port}/api/v1"
        self.watching = True
        threading.Thread(target=self.watch, daemon=True).start()
        self.wait_until_it_answers()

    def watch(self):
        while self.watching:
            with contextlib.suppress(OSError, KeyError, ValueError):
                self.peak_working_set = max(self.peak_working_set, self.group.working_set())
                self.peak_anonymous = max(self.peak_anonymous, self.group.anonymous())
            time.sleep(0.02)

    def wait_until_it_answers(self):
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit(f"the program ended with {self.process.returncode}:\n{self.text()}")
            with contextlib.suppress(OSError):
                self.ask("GET", "/project")
                return
            time.sleep(0.1)
        raise SystemExit("the program does not answer:\n" + self.text())

    def ask(self, method, path, body=None):
        """(status, answer)"""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def fetch_proxy(self, name):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{self.url}/images/{name}/proxy", timeout=120).read()

    def visit(self, name, seed, box=None):
        """Shows a photo and prompts on it, as the page does: the picture is fetched meanwhile."""
        self.ask("PUT", "/session/current", {"name": name})
        fetching = threading.Thread(target=self.fetch_proxy, args=(name,))
        fetching.start()
        try:
            return self.prompt(name, seed, box)
        finally:
            fetching.join()

    def prompt(self, name, seed, box=None):
        rng = random.Random(seed)
        x, y = rng.randrange(1000, 3000), rng.randrange(500, 2000)
        return self.ask("POST", f"/images/{name}/segment", {"boxes": [box or [x, y, x + 1500, y + 1200]]})

    def rungs(self):
        return self.ask("GET", "/memory")[1]["recovery"]

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def close(self):
        self.watching = False
        self.kills = self.group.kills()
        self.process.terminate()
        status = self.process.wait(20)
        self.group.remove()
        return status


def walk(names):
    """Forward three, back one: every photo, many of them twice."""
    order = []
    for i, name in enumerate(names):
        order.append(name)
        if i % 3 == 2:
            order.append(names[i - 1])
    return order


FAILURES = []


def check(holds, text):
    print(("  ok      " if holds else "  FAILED  ") + text, flush=True)
    if not holds:
        FAILURES.append(text)


def masks_of(program, order, ask=None):
    masks, seconds = {}, time.time()
    for name in order:
        status, answer = (ask or program.visit)(name, name)
        masks.setdefault(name, []).append(answer["candidates"][0]["rle"] if status == 200 else f"{status} {answer.get('detail')}")
    return masks, time.time() - seconds


def unlimited(args, project, pair, names, folder):
    print("without a limit", flush=True)
    program = Program(args, project, pair, 0, folder / "cache-unlimited")
    masks, seconds = masks_of(program, names)
    check(program.close() == 0, f"{len(names)} photos in {seconds:.0f} s, at most {program.peak_anonymous / MB:.0f} MB of anonymous "
                                f"memory, working set {program.peak_working_set / MB:.0f} MB")
    return {name: found[0] for name, found in masks.items()}


def peak_of_pair(args, project, pair, name, folder):
    program = Program(args, project, pair, 0, folder / "cache-peak")
    program.visit(name, name)
    program.close()
    # With the files that are mapped: weights are pages of the compiled model's.
    print(f"the pair and one photo of 24 MP need {program.peak_working_set / MB:.0f} MB at their highest, "
          f"{program.peak_anonymous / MB:.0f} of it in no file", flush=True)
    return program.peak_working_set


def print_rungs(rungs):
    for rung in rungs["rungs"]:
        print(f"          {rung['rung']}: {rung['runs']} runs, {rung['rescues']} rescues, {rung['freed_bytes'] / MB:.0f} MB freed, "
              f"{rung['seconds']:.2f} s", flush=True)


def at_limit(args, project, pair, names, reference, limit, folder):
    print(f"limit {limit / MB:.0f} MB, 1.2 times that", flush=True)
    # Caches may fill to the brim: the ladder, not the governor's relief in the background, has to find room.
    late = {"SAM_MEMORY_WARNING_THRESHOLD": "0.98", "SAM_MEMORY_CRITICAL_THRESHOLD": "0.99"}
    program = Program(args, project, pair, limit, folder / "cache-limited", late)
    order = walk(names)
    half = len(order) // 2
    masks, first_seconds = masks_of(program, order[:half])
    rounds = 0
    while rounds < 8 and (rounds == 0 or any(rung["rescues"] == 0 for rung in program.rungs()["rungs"][:3])):
        rounds += 1
        for name, found in crowd(program, names, rounds).items():
            masks.setdefault(name, []).extend(found)
    print(f"          {rounds} rounds of GrabCut and the model in turn, for the rungs", flush=True)
    program.ask("PUT", "/predictor", {"use": "model"})
    more, seconds = masks_of(program, order[half:])
    seconds += first_seconds
    for name, found in more.items():
        masks.setdefault(name, []).extend(found)
    rungs = program.rungs()
    status = program.close()
    wrong = [name for name, found in masks.items() if any(mask != reference[name] for mask in found)]
    lost = len(re.findall("worker process was lost", program.text()))
    check(status == 0 and program.kills == 0 and lost == 0, f"{len(order)} visits of {len(names)} photos in {seconds:.0f} s: "
          f"{program.kills} processes killed by the kernel, {lost} workers lost")
    prompts = sum(len(found) for found in masks.values())
    check(not wrong, f"{prompts if not wrong else prompts - len(wrong)} of {prompts} masks equal those without a limit"
          + "".join(f"\n          {name}: {masks[name]}"[:300] for name in wrong[:3]))
    check(program.peak_working_set <= limit, f"working set at most {program.peak_working_set / MB:.0f} MB, "
          f"anonymous {program.peak_anonymous / MB:.0f} MB")
    for rung in rungs["rungs"][:3]:
        check(rung["rescues"] > 0, f"{rung['rung']}: made {rung['rescues']} retries succeed")
    print_rungs(rungs)
    if args.verbose or FAILURES:
        print(program.text()[-6000:])


def at_defaults(args, project, pair, names, reference, limit, folder):
    print(f"limit {limit / MB:.0f} MB, thresholds as they are by default", flush=True)
    program = Program(args, project, pair, limit, folder / "cache-defaults")
    order = walk(names)
    masks, seconds = masks_of(program, order)
    rungs = program.rungs()
    status = program.close()
    wrong = [name for name, found in masks.items() if any(mask != reference[name] for mask in found)]
    check(status == 0 and program.kills == 0 and not wrong, f"{len(order)} visits of {len(names)} photos in {seconds:.0f} s: {program.kills} "
          f"processes killed, {len(wrong)} masks differ, working set at most {program.peak_working_set / MB:.0f} MB")
    print_rungs(rungs)


def crowd(program, names, seed):
    """Memory is freed by hand, so that the engine keeps nothing; GrabCut, whose embeddings are the pictures themselves, fills the caches; then
    the model comes back with a photo of 150 MP, which needs room twice: to be decoded and to be encoded. Last, GrabCut in a box round all of a
    photo of 64 MP needs what the engine keeps."""
    rng = random.Random(seed)
    program.ask("POST", "/memory/optimize")
    program.ask("PUT", "/predictor", {"use": "grabcut"})
    shown = rng.sample(names, min(9, len(names)))
    statuses = [program.visit(name, name)[0] for name in shown]
    program.ask("PUT", "/predictor", {"use": "model"})
    masks, _ = masks_of(program, [HUGE_NAME], program.prompt)
    program.ask("PUT", "/predictor", {"use": "grabcut"})
    statuses.append(program.visit(BIG_NAME, BIG_NAME, [0, 0, *BIG_SIZE])[0])
    program.ask("PUT", "/predictor", {"use": "model"})
    if any(status != 200 for status in statuses):
        check(False, f"GrabCut in between: {statuses}")
    return masks


def below_peak(args, project, pair, names, peak, folder):
    limit = int(0.5 * peak)
    print(f"limit {limit / MB:.0f} MB, below what the model needs", flush=True)
    program = Program(args, project, pair, limit, folder / "cache-below")
    status, answer = program.visit(names[0], names[0])
    check(status == 503 and answer.get("type") == "/problems/memory-exhausted", f"{status}: {answer.get('detail')}")
    status, _ = program.ask("PUT", "/predictor", {"use": "grabcut"})
    check(status == 200, "GrabCut is chosen instead")
    for name in names[:3]:
        status, answer = program.visit(name, name)
        check(status == 200, f"{name}: a mask of {answer['candidates'][0]['area'] if status == 200 else answer} pixels by GrabCut")
    status = program.close()
    check(status == 0 and program.kills == 0, f"the program ended as asked, {program.kills} processes killed; working set "
          f"at most {program.peak_working_set / MB:.0f} MB")


def lowered(args, project, pair, names, reference, peak, limit, folder):
    print(f"limit {3 * peak / MB:.0f} MB, lowered to {limit / MB:.0f} MB while it runs", flush=True)
    program = Program(args, project, pair, 3 * peak, folder / "cache-lowered")
    half = len(names) // 2
    before, _ = masks_of(program, names[:half])
    used = program.group.anonymous()
    reached = False
    for attempt in range(50):  # the kernel refuses a limit below what is used: the program gives back when it sees the one it can set
        with contextlib.suppress(OSError):
            program.group.limit(max(limit, int(program.group.working_set() * 1.02)))
            reached = program.group.working_set() * 1.02 <= limit
        if reached:
            break
        time.sleep(0.1)
    after, _ = masks_of(program, names[half:])
    status = program.close()
    found = {**before, **after}
    wrong = [name for name in names if any(mask != reference[name] for mask in found[name])]
    check(not wrong and reached and status == 0 and program.kills == 0,
          f"{len(names)} photos, {used / MB:.0f} MB held when it was lowered, {'' if reached else 'not '}there within 5 s, {program.kills} processes killed, "
          f"{len(wrong)} masks differ" + "".join(f"\n          {name}: {found[name]}"[:300] for name in wrong[:3]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--photos", type=int, default=40)
    parser.add_argument("--port", type=int, default=18431)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--factor", type=float, default=1.2)
    args = parser.parse_args()
    args.program = str(pathlib.Path(args.program).resolve())
    if reason := memory_group.why_not():
        print(f"limits: skipped: {reason}")
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sam-limits-"))
    try:
        project = folder / "project"
        (project / "images").mkdir(parents=True)
        (project / "classes.csv").write_text("class_name\nthing\n")
        names = [f"photo{i:03}.png" for i in range(args.photos)]
        for i, name in enumerate(names):
            write_photo(project / "images" / name, i)
        write_photo(project / "images" / BIG_NAME, args.photos, *BIG_SIZE)
        write_photo(project / "images" / HUGE_NAME, args.photos + 1, *HUGE_SIZE)
        pair = make_pair.write_pair(folder / "models")
        peak = peak_of_pair(args, project, pair, names[0], folder)
        limit = int(args.factor * peak)
        reference = unlimited(args, project, pair, [*names, HUGE_NAME], folder)
        at_limit(args, project, pair, names, reference, limit, folder)
        at_defaults(args, project, pair, names[:max(6, args.photos // 4)], reference, limit, folder)
        below_peak(args, project, pair, names, peak, folder)
        lowered(args, project, pair, names[:max(6, args.photos // 4)], reference, peak, limit, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("limits: " + ("all held" if not FAILURES else f"{len(FAILURES)} did not hold"))
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
