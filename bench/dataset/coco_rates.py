#!/usr/bin/env python3
"""Exports and imports of 100,000 annotations in COCO against Python doing the same (peer_coco.py), one after the other in one run.

  coco_rates.py [--pictures N] [--objects N] [--keep FOLDER] [--write FILE.json]

SAM_PEER_PYTHON: an interpreter with pycocotools. Rates are of the whole process, start included; peak memory is the kernel's. "writer alone" and
"reader alone" leave out what a project needs besides: labels, their hashes, backups, the change as a whole.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILT = ROOT / "build" / "bench"
TARGET = object()  # in a command: what it makes


def measure(command):
    """Seconds by the clock, of processors, and peak memory of one process."""
    began = time.perf_counter()
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    if status != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{errors[-2000:]}")
    return {"seconds": seconds, "processor_seconds": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024}


def best(command, target, times=2):
    """Of runs that make a target each. It is not removed in between: ext4 searches long for a free inode among those that were just freed."""
    runs = []
    for i in range(times):
        runs.append(measure([str(target(i)) if part is TARGET else part for part in command]))
    return min(runs, key=lambda run: run["seconds"])


def fresh_project(source, target):
    """The same pictures and classes, without annotations."""
    (target / "images").mkdir(parents=True)
    for picture in (source / "images").iterdir():
        os.link(picture, target / "images" / picture.name)
    shutil.copy(source / "classes.csv", target)
    os.sync()
    return target


def line(what, run, count, peer=None):
    text = f"{what:34} {run['seconds']:7.2f} s {count / run['seconds']:10,.0f} annotations/s {run['processor_seconds']:7.2f} s of processors {run['peak_mb']:7.0f} MB"
    if peer:
        text += f"   {peer['seconds'] / run['seconds']:5.1f} x, of processors {peer['processor_seconds'] / run['processor_seconds']:5.1f} x"
    print(text, flush=True)


def exports(folder, project, python, program, count):
    made = lambda kind: lambda i: folder / f"{kind}-{i}.json"
    peer = best([python, ROOT / "bench/dataset/peer_coco.py", "export", project, TARGET], made("python"), 1)
    line("export, Python", peer, count)
    rows = {"python": peer, "writer": best([BUILT / "bench/coco_loop", "export", project, TARGET], made("writer"))}
    line("export, writer alone", rows["writer"], count, peer)
    rows["command"] = best([program, "export", project, TARGET, "--format", "coco", "--no-photos"], made("command"))
    line("export, sam-annotator", rows["command"], count, peer)
    return rows


def imports(folder, project, python, program, count):
    made = lambda kind: lambda i: folder / f"{kind}-{i}"
    fresh = lambda kind: lambda i: fresh_project(project, folder / f"{kind}-{i}")
    dataset = folder / "writer-0.json"
    peer_program = ROOT / "bench/dataset/peer_coco.py"
    peer = best([python, peer_program, "import", dataset, TARGET], made("read-python"), 1)
    line("import, Python, annotations alone", peer, count)
    rows = {"python": peer, "reader": best([BUILT / "bench/coco_loop", "import", dataset, TARGET], made("read"))}
    line("import, reader alone", rows["reader"], count, peer)
    rows["python_project"] = best([python, peer_program, "import-project", dataset, TARGET], fresh("project-python"), 1)
    line("import, Python, into a project", rows["python_project"], count)
    rows["command"] = best([program, "import", dataset, TARGET, "--format", "coco"], fresh("project"))
    line("import, sam-annotator", rows["command"], count, rows["python_project"])
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--objects", type=int, default=10, help="in each")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for the project, used again if it is there")
    parser.add_argument("--program", type=pathlib.Path, default=BUILT / "src/cli/sam-annotator")
    parser.add_argument("--write", type=pathlib.Path, help="the figures as JSON")
    options = parser.parse_args()
    python = os.environ.get("SAM_PEER_PYTHON")
    if not python or subprocess.run([python, "-c", "import pycocotools"], check=False, capture_output=True).returncode != 0:
        print("coco_rates: skipped, SAM_PEER_PYTHON names no interpreter with pycocotools")
        return 0
    count = options.pictures * options.objects
    with tempfile.TemporaryDirectory(prefix="sam-coco-rates-") as temporary:
        folder = pathlib.Path(temporary)
        project = options.keep or folder / "project"
        if not project.exists():
            subprocess.run([BUILT / "bench/project_of", project, str(options.pictures), str(options.objects)], check=True)
        rows = {"annotations": count, "export": exports(folder, project, python, options.program, count)}
        rows["import"] = imports(folder, project, python, options.program, count)
    if options.write:
        options.write.write_text(json.dumps(rows, indent=1) + "\n")
    return 0


sys.exit(main())
