#!/usr/bin/env python3
"""A session with the program as the page has it, over HTTP, beside the networks alone and the peers, on the same files in the same minutes.

script/bench session [--quick] [--only PART,…] [--pair NAME] [--write docs/performance.md]

  SAM_BENCH_DATA    a folder with segments-val/ (photos)
  SAM_BENCH_MODEL   a folder with NAME.encoder.onnx and NAME.decoder.onnx (default pair: mobile_sam, else the first)
  SAM_PEER_PYTHON   an interpreter with onnxruntime, cv2 and numpy, for the peer

What is missing is skipped with a line. Prints a table, writes build/bench/session-NAME.json and build/bench/performance*.svg; --write puts the tables between
the markers of a Markdown file and the pictures beside it.
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

import clicks
import drawn_masks
import encodes
import report
import scene as scenes
import walks

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "bench"
# What the design asks.
CLICK, ENCODE, RAM, DISK = 1.10, 1.15, 1 / 1000, 1 / 50


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
    chosen = pair or ("mobile_sam" if "mobile_sam" in pairs else pairs[0])
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
    """Each part by itself: one that fails is told and the others go on."""
    large, middle = scene.count(7, 3), scene.count(13, 4)
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
        "memory": lambda: walks.memory(scene),
        "many": lambda: walks.large_project(scene, True),
        "many_grabcut": lambda: walks.large_project(scene, False),
        "embed": lambda: walks.embed(scene),
    }
    for name in wanted or parts:
        print(f"==> {name} (load {os.getloadavg()[0]:.1f})", flush=True)
        try:
            done[name] = parts[name]()
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            traceback.print_exc()
            scene.skip(name, f"it failed: {error}")
        save(scene, done)


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


def click_rows(done):
    for size in ("1.5", "24"):
        seen = done.get("click_" + size)
        if not seen:
            continue
        bare, click = seen["bare"], seen["click"]
        yield report.Row(f"click → mask, {size} MP: of 1.10× bare + 2 ms", "x", seen["of_limit"], 1.0,
                         note=f"{click['median']:.1f} ms, the decoder alone {bare['median']:.1f} ms; {seen['above_ms']:+.2f} ms; "
                              f"{seen['answer_bytes'] / 1e3:.0f} kB answered; CPU: program {seen['cpu_ms']['program']:.1f} ms, worker {seen['cpu_ms']['worker']:.1f}, "
                              f"alone {seen['cpu_ms']['bare']:.1f}")
        yield report.Row(f"click → mask, {size} MP, against the decoder alone", "x", seen["ratio"], None, seen["ratio_p95"])
        again = seen["again_http"]
        yield report.Row(f"predict again over HTTP, {size} MP", "ms", again["again"]["median"], None, again["again"]["p95"],
                         note=f"a request that does nothing: {again['empty_request']['median']:.2f} ms")
        if seen["peer"]:
            yield report.Row(f"click, {size} MP, against ONNX Runtime in Python", "x", seen["peer"]["ratio"], 1.0,
                             note=f"peer {seen['peer']['peer']['median']:.1f} ms")


def encode_rows(done):
    for size in ("0.15", "1.5", "24"):
        seen = done.get("encode_" + size)
        if not seen:
            continue
        yield report.Row(f"file → kept embedding, {size} MP", "x", seen["ratio"], ENCODE, seen["ratio_p95"],
                         note=f"{seen['encode']['median']:.0f} ms, the encoder alone {seen['bare']['median']:.0f} ms")
        if seen["peer"]:
            yield report.Row(f"file → embedding, {size} MP, against ONNX Runtime in Python", "x", seen["peer"]["ratio"], 1.0,
                             note=f"peer {seen['peer']['peer']['median']:.0f} ms")
        yield report.Row(f"back from memory, {size} MP, over HTTP, of encoding", "x", seen["ram_ratio"], RAM,
                         note=f"{seen['ram']['median']:.2f} ms")
        if seen["disk"]:
            yield report.Row(f"back from disk, {size} MP, of encoding", "x", seen["disk"]["ratio"], DISK,
                             note=f"{seen['disk']['times']['median']:.1f} ms after a restart; {seen['disk']['encoded_again']} encoded again")


def part_rows(done):
    parts = done.get("parts")
    if not parts:
        return
    yield report.Row("predict again, in process", "µs", parts.get("predict_again"), 5)
    yield report.Row("back to a kept picture, in process", "µs", parts.get("come_back"), None)
    if "nearly_empty/worker" in parts:
        yield report.Row("the worker process, a call", "µs", parts["nearly_empty/worker"] - parts["nearly_empty/in_process"], 100)


def walk_rows(done):
    if seen := done.get("during_encode"):
        yield report.Row("a click while the next picture is encoded", "x", seen["click_busy"]["median"] / seen["click_idle"]["median"], None,
                         note=f"{seen['click_busy']['median']:.0f} ms, p95 {seen['click_busy']['p95']:.0f}; otherwise {seen['click_idle']['median']:.0f} ms")
        quiet, disturbed = seen["encode_quiet_s"]["median"], seen["encode_disturbed_s"]["median"]
        yield report.Row("that encode", "x", disturbed / quiet, None, note=f"{seen['clicks_a_encode']:.0f} clicks in it; {disturbed:.2f} s, otherwise {quiet:.2f} s")
    if seen := done.get("looking"):
        yield report.Row("next ready after a look of 1.5 × (decode + encode)", "%", 100 * seen["ready"], 95, least=True,
                         note=f"{seen['switches']} switches, {seen['look_s']:.2f} s each")
    if seen := done.get("jumping"):
        yield report.Row(f"encodes finished for pictures jumped over, of {seen['jumps']}", "", seen["ended"], 1,
                         note=f"{seen['begun']} begun; the last one ready after {seen['stop_ready_s']:.2f} s")
        for name, reason in seen["failed"].items():
            yield report.Row("encodes that failed on the way", "", len(seen["failed"]), 0, note=f"{name}: {reason}")
            break
    if seen := done.get("switching"):
        cold, warm = seen["proxy_not_fetched"], seen["proxy_fetched_before"]
        yield report.Row("switch to a prepared 24 MP picture: state and proxy there", "ms", cold["median"], 150, cold["p95"],
                         note=f"without the browser; {warm['median'] or 0:.1f} ms where the page fetched the proxy before")
    if seen := done.get("embed"):
        yield report.Row("embed, of the encoder's bare rate", "x", seen["of_bare_rate"], 0.95, least=True)


def memory_rows(done):
    if seen := done.get("memory"):
        ours = seen["peak_pss_bytes"] or seen["sum_of_peak_rss_bytes"]
        kind = "PSS of all processes" if seen["peak_pss_bytes"] else "sum of each process's peak RSS"
        if seen["peer_bytes"]:
            yield report.Row("peak memory of a session, against ONNX Runtime in Python", "x", ours / seen["peer_bytes"], 0.5, peak_bytes=ours,
                             note=f"{kind}, {seen['program_at_peak_bytes'] / 1e6:.0f} MB of it not in the worker (sum of peak RSS "
                                  f"{seen['sum_of_peak_rss_bytes'] / 1e6:.0f} MB); peer {seen['peer_bytes'] / 1e6:.0f} MB")
        else:
            yield report.Row("peak memory of a session", "MB", ours / 1e6, None, peak_bytes=ours, note=kind)
    for name, label in (("many_grabcut", "GrabCut"), ("many", "the model")):
        if seen := done.get(name):
            first, again = seen["first"], seen["again"]
            yield report.Row(f"{seen['pictures']:,} pictures, {label}: start to list", "s", again["usable_s"], 1,
                             peak_bytes=again["sum_of_peak_rss_bytes"],
                             note=f"the very first start {first['usable_s']:.2f} s; 200 entries of the list {again['list_ms']:.1f} ms")
            yield report.Row(f"{seen['pictures']:,} pictures, {label}: memory", "MB", again["pss_bytes"] / 1e6,
                             200 if name == "many_grabcut" else None, note="PSS of all processes")


def rows_of(done):
    return [*click_rows(done), *part_rows(done), *encode_rows(done), *walk_rows(done), *memory_rows(done)]


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
        share = f" ({100 * sum(named.values()) / encode['encode']['median']:.0f} % of the encode)" if encode else ""
        lines.append(f"- {size} MP, ms: reading {named['read']:.1f}, reducing {named['reduce']:.1f}, layout {named['layout']:.2f}{share}; a click: {masks}.")
    return lines


def write_document(path, scene, done, rows, pictures):
    about = machine()
    lines = [f"Measured on {about['date']}: {about['cpu']}, {about['cores']} cores, {about['ram_gib']} GiB, Linux {about['kernel']}; "
             f"{scene.encoder.name.removesuffix('.encoder.onnx')}, f32{', a quick run' if scene.quick else ''}.", ""]
    for name, alt in pictures:
        lines += [f"![{alt}]({name})", ""]
    lines += [report.markdown(rows), ""]
    if part_lines(done):
        lines += ["Beside the network:", "", *part_lines(done), ""]
    lines += [line + "\n" for line in scene.notes]
    if scene.skipped:
        lines += ["Not measured:", "", *[f"- {line}" for line in scene.skipped], ""]
    text = path.read_text()
    begin, end = "<!-- session:begin -->\n", "<!-- session:end -->"
    if begin not in text or end not in text:
        raise SystemExit(f"{path} has no {begin.strip()} … {end}")
    path.write_text(text[: text.index(begin) + len(begin)] + "\n" + "\n".join(lines) + "\n" + text[text.index(end) :])


def publish(scene, done, document):
    rows = rows_of(done)
    print("\n" + report.table(rows))
    for line in part_lines(done):
        print(line)
    for line in scene.skipped:
        print(line)
    about = machine()
    title = f"SAM Annotator, {about['date']}, {about['cpu']}, {about['cores']} cores"
    drawn = {"performance.svg": (report.picture(rows, title), "what was measured against what is asked")}
    layers = {size + " MP": done["click_" + size]["layers"] for size in ("1.5", "24") if "click_" + size in done}
    if layers:
        drawn["performance-click.svg"] = (report.click_picture(layers, "Where a click's time goes"), "where a click's time goes")
    folder = document.parent if document else OUT
    for name, (text, _) in drawn.items():
        (folder / name).write_text(text)
    if document:
        write_document(document, scene, done, rows, [(name, alt) for name, (_, alt) in drawn.items()])
    missed = [row.what for row in rows if row.met is False]
    print(f"{sum(row.met is True for row in rows)} reached, {len(missed)} missed" + (": " + "; ".join(missed) if missed else ""))


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
                         OUT / "session-photos", os.environ.get("SAM_PEER_PYTHON"), given.quick)
    kept = kept_file(encoder)
    done = json.loads(kept.read_text())["results"] if given.again and kept.exists() else {}
    try:
        draw_masks(scene)
        measure(scene, [name for name in given.only.split(",") if name], done)
        publish(scene, done, given.write)
    finally:
        scene.clean()
    return 0


if __name__ == "__main__":
    sys.exit(main())
