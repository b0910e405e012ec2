#!/usr/bin/env python3
"""A session with the program as the page has it, over HTTP, beside the networks alone and the peers, on the same files in the same minutes.

script/bench session [--quick] [--only PART,…] [--pair NAME] [--write docs/performance.md]

  SAM_BENCH_DATA        a folder with segments-val/ (photos)
  SAM_BENCH_MODEL       a folder with NAME.encoder.onnx, NAME.decoder.onnx and perhaps NAME.pth, which they were exported from
                        (default pair: mobile_sam, measured whole; others in short)
  SAM_PEER_PYTHON       an interpreter with onnxruntime, cv2 and numpy, for the peer
  SAM_ORIGINAL_PYTHON   an interpreter with sam-annotator and torch, for the original; it needs NAME.pth, of a SAM 1
  CHROMIUM              a browser other than /usr/bin/chromium

What is missing is skipped with a line; ends with 1 if a part failed or something asked was missed. Prints a table, writes build/bench/session-NAME.json and build/bench/performance*.svg; --write puts the tables between
the network's markers in a Markdown file and the pictures beside it.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import traceback

import browser
import clicks
import drawn_masks
import encodes
import original
import report
import rows as all_rows
import scene as scenes
import starts
import walks

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "bench"
MAIN = "mobile_sam"  # measured whole; of the others, what depends on the network
OF_OTHERS = ("starts", "click_1.5", "encode_1.5", "memory", "memory_bf16", "original")


def machine():
    cpu = "unknown CPU"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    total_kb = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1])
    return {"cpu": cpu, "cores": len(os.sched_getaffinity(0)), "ram_gib": round(total_kb / 2**20, 1),
            "kernel": platform.release(), "date": datetime.date.today().isoformat()}


def files(pair):
    """Photos and the model, or why there are none."""
    data = os.environ.get("SAM_BENCH_DATA")
    photos = sorted(pathlib.Path(data, "segments-val").glob("*.jpg")) if data else []
    if len(photos) < 12:
        return None, "SAM_BENCH_DATA names no folder with segments-val/*.jpg"
    folder = os.environ.get("SAM_BENCH_MODEL")
    pairs = [f.name.removesuffix(".encoder.onnx") for f in sorted(pathlib.Path(folder).glob("*.encoder.onnx"))] if folder else []
    pairs = [name for name in pairs if pathlib.Path(folder, name + ".decoder.onnx").exists()]
    if not pairs or (pair and pair not in pairs):
        return None, f"SAM_BENCH_MODEL names no folder with {pair or 'NAME'}.encoder.onnx and {pair or 'NAME'}.decoder.onnx"
    chosen = pair or (MAIN if MAIN in pairs else pairs[0])
    return (photos, pathlib.Path(folder, chosen + ".encoder.onnx"), pathlib.Path(folder, chosen + ".decoder.onnx")), None


def draw_masks(scene):
    """Where the network draws noise, its weights being random, a copy of the decoder that draws a blob (drawn_masks.py) is measured."""
    photo = scene.photos[0]
    command = [scene.binary, "segment", photo, "--point", "150,150,+", "--json", "--encoder", scene.encoder, "--decoder", scene.decoder]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout)
    contours = sum(len(part["holes"]) + 1 for part in answer["candidates"][0]["polygon"])
    if contours < 50:
        return
    drawn_masks.write(scene.decoder, scene.folder / scene.decoder.name)
    (scene.folder / scene.encoder.name).symlink_to(scene.encoder)
    scene.noise_decoder, scene.decoder = scene.decoder, scene.folder / scene.decoder.name
    scene.encoder = scene.folder / scene.encoder.name
    scene.notes.append(f"The network's weights are random: it draws noise ({contours} contours). Its decoder was given a blob with a wavy edge to draw, "
                       "in ten small operations more, on all sides of each comparison.")
    print("    " + scene.notes[-1])


def measure(scene, wanted, done):
    """Each part by itself: one that fails is told and the others go on. Returns those that failed."""
    is_main = scene.name == MAIN
    large, middle = scene.count(7, 3), scene.count(13, 4) if is_main else 4
    session = (scene.count(8, 3), scene.count(4, 1)) if is_main else (2, 2)
    parts = {
        "parts": lambda: encodes.parts(scene, scene.large_photos(1.5, 1) + scene.large_photos(24, 1)),
        "click_1.5": lambda: clicks.measure(scene, 1.5),
        "click_24": lambda: clicks.measure(scene, 24),
        "encode_0.15": lambda: encodes.measure(scene, scene.photos[: scene.count(25, 5)]),
        "encode_1.5": lambda: encodes.measure(scene, scene.large_photos(1.5, middle)),
        "encode_24": lambda: encodes.measure(scene, scene.large_photos(24, large)),
        "during_encode": lambda: clicks.during_encode(scene),
        "looking": lambda: walks.looking(scene, *look(scene, done)),
        "jumping": lambda: walks.jumping(scene),
        "switching": lambda: walks.switching(scene),
        "browser": lambda: browser.measure(scene),
        "memory": lambda: walks.memory(scene, *session),
        "memory_bf16": lambda: walks.memory(scene, *session, "bf16", (done.get("memory") or {}).get("peer_bytes")),
        "original": lambda: original.measure(scene),
        "starts": lambda: starts.measure(scene),
        "many": lambda: walks.large_project(scene, True),
        "many_grabcut": lambda: walks.large_project(scene, False),
        "embed": lambda: walks.embed(scene),
    }
    failed = []
    for name in wanted or (parts if is_main else OF_OTHERS):
        print(f"==> {name} (load {os.getloadavg()[0]:.1f})", flush=True)
        try:
            done[name] = parts[name]()
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            traceback.print_exc()
            scene.skip(name, f"it failed: {error}")
            done.pop(name, None)
            failed.append(name)
        save(scene, done)
    return failed


def look(scene, done):
    """Milliseconds of a click and of an encode of a photo as it walks past."""
    if "encode_0.15" not in done:
        done["encode_0.15"] = encodes.measure(scene, scene.photos[:5])
    click_ms = done["click_1.5"]["click"]["median"] if "click_1.5" in done else 50
    return click_ms, done["encode_0.15"]["encode"]["median"]


def kept_file(encoder):
    return OUT / f"session-{encoder.name.removesuffix('.encoder.onnx')}.json"


def save(scene, done):
    OUT.mkdir(parents=True, exist_ok=True)
    about = {"machine": machine(), "model": scene.encoder.name, "quick": scene.quick, "load": os.getloadavg(), "skipped": scene.skipped, "notes": scene.notes}
    kept_file(scene.encoder).write_text(json.dumps({**about, "results": done}, indent=1) + "\n")


def part_lines(done):
    """Where an encode's time goes besides the network, by picture."""
    parts = done.get("parts") or {}
    lines = []
    for size in ("1.5", "24"):
        found = {name: us / 1e3 for name, us in parts.items() if name.split("/")[-1].endswith("_" + size)}
        named = {name.split("/")[0]: ms for name, ms in found.items()}
        if not named:
            continue
        masks = ", ".join(f"{label} {parts[f'{key}/{size}MP'] / 1e3:.2f}" for key, label in (
            ("enlarge", "enlarging the mask"), ("outline", "its outline"), ("run_length_text", "its text"), ("area_and_box", "area and box")))
        encode = done.get("encode_" + size)
        ours = named["read"] + named["layout"]
        share = f" ({100 * ours / encode['encode']['median']:.0f} % of the encode)" if encode else ""
        lines.append(f"- {size} MP, ms: reading and reducing {named['read']:.1f}, layout {named['layout']:.2f}{share}; at full size, as GrabCut and SAM 2 take it, reading "
                     f"{named['read_whole']:.1f}, reducing {named['reduce_whole']:.1f}; a click: {masks}.")
    return lines


def write_document(path, scene, done, rows, pictures):
    about = machine()
    lines = [f"Measured on {about['date']}: {about['cpu']}, {about['cores']} cores, {about['ram_gib']} GiB, Linux {about['kernel']}; "
             f"{scene.name}, f32 where nothing else is said{', a quick run' if scene.quick else ''}.", ""]
    for name, alt in pictures:
        lines += [f"![{alt}]({name})", ""]
    lines += [report.markdown(rows), ""]
    if part_lines(done):
        lines += ["Beside the network:", "", *part_lines(done), ""]
    lines += [line + "\n" for line in scene.notes]
    if scene.skipped:
        lines += ["Not measured:", "", *[f"- {line}" for line in scene.skipped], ""]
    report.write_between(path, f"<!-- {scene.name}:begin -->", f"<!-- {scene.name}:end -->", ["", *lines])


def publish(scene, done, document):
    rows = all_rows.rows_of(done, scene.name)
    print("\n" + report.table(rows))
    for line in part_lines(done):
        print(line)
    for line in scene.skipped:
        print(line)
    about = machine()
    title = f"SAM Annotator, {about['date']}, {about['cpu']}, {about['cores']} cores"
    drawn = {} if scene.name != MAIN else {"performance.svg": (report.picture(rows, title), "what was measured against what is asked")}
    layers = {size + " MP": done["click_" + size]["layers"] for size in ("1.5", "24") if "click_" + size in done}
    if layers and scene.name == MAIN:
        drawn["performance-click.svg"] = (report.click_picture(layers, "Where a click's time goes"), "where a click's time goes")
    folder = document.parent if document else OUT
    for name, (text, _) in drawn.items():
        (folder / name).write_text(text)
    if document:
        write_document(document, scene, done, rows, [(name, alt) for name, (_, alt) in drawn.items()])
    missed = [row.what for row in rows if row.met is False]
    print(f"{sum(row.met is True for row in rows)} reached, {len(missed)} missed" + (": " + "; ".join(missed) if missed else ""))
    return missed


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="few repetitions: to see that it works")
    options.add_argument("--only", default="", help="some parts, with commas")
    options.add_argument("--pair", default="", help="a model of SAM_BENCH_MODEL")
    options.add_argument("--again", action="store_true", help="keep what build/bench/session-NAME.json has of the other parts")
    options.add_argument("--write", type=pathlib.Path, help="a Markdown file with markers")
    options.add_argument("--binary", type=pathlib.Path, default=OUT / "src" / "cli" / "sam-annotator")
    given = options.parse_args()
    found, why = files(given.pair)
    if found is None:
        print(f"session: nothing measured, {why}")
        return 0
    photos, encoder, decoder = found
    scene = scenes.Scene(given.binary, OUT / "bench", pathlib.Path(__file__).parent, encoder, decoder, photos,
                         OUT / "session-photos", os.environ.get("SAM_PEER_PYTHON"), os.environ.get("SAM_ORIGINAL_PYTHON"), given.quick)
    kept = kept_file(encoder)
    done = json.loads(kept.read_text())["results"] if given.again and kept.exists() else {}
    try:
        draw_masks(scene)
        failed = measure(scene, [name for name in given.only.split(",") if name], done)
        missed = publish(scene, done, given.write)
    finally:
        scene.clean()
    if failed:
        print("failed: " + ", ".join(failed))
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
