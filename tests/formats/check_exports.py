#!/usr/bin/env python3
"""Exports a project in every format and opens each export with the format's own reader from PyPI. One line a format; fails at the first
difference in pictures, classes, counts, boxes or masks.
  check_exports.py PROGRAM [--readers FOLDER]     FOLDER: what script/setup test installs (.deps/format-readers)"""

import argparse
import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What each format is held to; the readers' ways of filling polygons included: LabelMe's draws the outline as well, half a pixel more around and more
# at sharp corners (objects of fewer than 400 pixels are held by their boxes).
EXACT = dict(least_iou=1.0, box_error_px=0)
CHECKS = {
    # format: (reader, package, flags, bounds)
    "coco": ("coco", "pycocotools", (), dict(least_iou=0.99, box_error_px=1, least_pixels=100)),
    "coco --exact-masks": ("coco", "pycocotools", ("--exact-masks",), EXACT),
    "cvat": ("cvat", "datumaro", (), dict(least_iou=0.99, box_error_px=1, least_pixels=100)),
    "cvat --exact-masks": ("cvat", "datumaro", ("--exact-masks",), EXACT),
    "voc": ("voc", "datumaro", (), EXACT),
    "labelme": ("labelme", "labelme", (), dict(least_iou=0.95, box_error_px=3, least_pixels=400)),
    "labelme --exact-masks": ("labelme", "labelme", ("--exact-masks",), EXACT),
    "yolo": ("yolo", "ultralytics", (), dict(least_iou=0.99, box_error_px=1, least_pixels=100)),
    "yolo-detection": ("yolo_detection", "ultralytics", (), dict(least_iou=0, box_error_px=0.01)),
    "yolo-obb": ("yolo_obb", "ultralytics", (), dict(covered=0.99)),
    "original": ("original", "ultralytics", (), dict(least_iou=0.99, box_error_px=1, least_pixels=100)),
    "csv": ("csv_table", "pycocotools", (), EXACT),
    "class-masks": ("class_masks", "pillow", (), EXACT),
    "instance-masks": ("instance_masks", "pillow", (), EXACT),
    "object-masks": ("object_masks", "pillow", (), EXACT),
}
WITHOUT_OBJECTS = ("class-masks",)  # objects of a class are one
OWN = ("project",)  # read by this program only


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--readers", default=str(ROOT / ".deps" / "format-readers"))
    return parser.parse_args()


def formats(program):
    listed = json.loads(subprocess.run([program, "formats", "--json"], check=True, capture_output=True, text=True).stdout)
    return [each["name"] for each in (listed if isinstance(listed, list) else listed["formats"])]


def check(program, project, out, name, made):
    import readers
    from found import Comparison, Difference
    from project import by_class

    reader, package, flags, bounds = CHECKS[name]
    command = [program, "export", str(project), str(out), "--format", name.split()[0], "--all", *flags]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Difference(f"{' '.join(command)} failed: {done.stderr.strip()}")
    left = [str(path.relative_to(out)) for path in out.rglob("*") if path.name.endswith(".tmp")]
    if left:
        raise Difference(f"temporary files are left: {left}")
    by_stem = {pathlib.Path(each.name).stem: each for each in (by_class(made) if name in WITHOUT_OBJECTS else made)}
    comparison = Comparison(**bounds)
    with contextlib.redirect_stdout(io.StringIO()):  # readers tell what they do
        for found_name, found in getattr(readers, reader)(out):
            picture = by_stem.pop(pathlib.Path(found_name).stem, None)
            if picture is None:
                raise Difference(f"{found_name} is no picture of the project, or comes twice")
            comparison.add(picture, found)
    if any(picture.objects for picture in by_stem.values()):
        raise Difference(f"not found: {sorted(by_stem)}")
    return f"{comparison.line()} ({package} {version(package)})"


def version(package):
    from importlib import metadata

    return metadata.version(package)


def main():
    given = arguments()
    sys.path[:0] = [given.readers, str(pathlib.Path(__file__).parent)]
    import project

    started = time.monotonic()
    unknown = [name for name in formats(given.program) if name not in CHECKS and name not in OWN]
    failed = 0
    if unknown:
        print(f"no reader is named for: {', '.join(unknown)}")
        failed += 1
    with tempfile.TemporaryDirectory(prefix="sam-formats-") as scratch:
        folder = pathlib.Path(scratch)
        made = project.pictures()
        project.write(folder / "project", made)
        for number, name in enumerate(CHECKS):
            try:
                line = check(given.program, folder / "project", folder / f"out-{number}", name, made)
            except Exception as error:  # pylint: disable=broad-except  # a reader may throw anything; the others are still asked
                line = f"FAILED: {type(error).__name__}: {error}"
                failed += 1
            print(f"{name:24}{line}", flush=True)
    print(f"{len(CHECKS)} exports in {time.monotonic() - started:.0f} s, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
