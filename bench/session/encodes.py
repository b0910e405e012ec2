"""From a picture's file to its kept embedding, against the encoder alone; and coming back to it."""

import json
import os
import re
import shutil
import subprocess

import http_client
import scene as scenes
from statistics_of import median, paired_ratio, summary


def measure(scene, photos):
    """Each picture once by the encoder alone, by the peer, and by the program; then the way back to each."""
    root, names = scene.project(photos)
    peer = scene.peer()
    ours, bare_ms, peer_ms = [], [], []
    with scene.start(root, ahead=0) as running, scene.bare() as bare:
        warm_up(running, bare, names[0])
        for name, photo in list(zip(names, photos))[1:]:
            picture = state(running, name)
            shape = scenes.fitted(picture)
            bare_ms.append(bare.ask("encode", *shape)["ms"])
            took, at_once = running.encode(name)
            if at_once:
                raise RuntimeError(f"{name} was encoded before anybody asked")
            ours.append(took)
            if peer:
                peer_ms.append(peer.ask("encode", photo)["ms"])
        from_ram = [came_back(running, name) for _ in range(3) for name in names[1:]]  # another picture each time
    if peer:
        peer.close()
    return {
        "bare": summary(bare_ms), "encode": summary(ours), "ratio": paired_ratio(ours, bare_ms),
        "ratio_p95": summary([a / b for a, b in zip(ours, bare_ms)])["p95"],
        "peer": {"peer": summary(peer_ms), "ratio": paired_ratio(ours, peer_ms)} if peer_ms else None,
        "ram": summary(from_ram), "ram_ratio": median(from_ram) / median(ours),
        "disk": from_disk(scene, root, names[1:], median(ours)),
    }


def warm_up(running, bare, name):
    """The first run of a shape prepares the engine for it."""
    running.encode(name)
    picture = state(running, name)
    height, width = scenes.fitted(picture)
    for shape in ((height, width), (width, height)):
        bare.ask("encode", *shape)


def state(running, name):
    return json.loads(running.client.request("GET", http_client.image_path(name))[0])


def came_back(running, name):
    took, at_once = running.encode(name)
    if not at_once:
        raise RuntimeError(f"{name} was not kept in memory")
    return took


def from_disk(scene, root, names, encode_ms):
    """After a restart. The files were just written: the page cache is warm."""
    kept = [f for f in (root / "cache").rglob("*") if f.is_file() and f.stat().st_size >= 500_000 and
            not {"compiled", "tiles"} & set(f.relative_to(root / "cache").parts)]
    if len(kept) < len(names) // 2:
        scene.skip("back from disk", "this program keeps no embeddings on disk")
        return None
    times, lost = [], 0
    with scene.start(root, ahead=0) as running:
        running.wait_for_model()
        for name in names:
            took, _ = running.encode(name)
            answer, _ = running.client.segment(name, scene.point(state(running, name)))
            took += answer["wait_ms"]  # nothing may be left to do for the first click
            if took > encode_ms / 2:
                lost += 1
            times.append(took)
    return {"times": summary(times), "ratio": median(times) / encode_ms, "encoded_again": lost}


def parts(scene, photos):
    """Reading, reducing and laying out a picture, the pieces of a click, the worker's overhead: by Google Benchmark, in µs."""
    folder = scene.folder / "parts"
    folder.mkdir(exist_ok=True)
    for photo in photos:
        shutil.copyfile(photo, folder / photo.name)
    environment = {**os.environ, "SAM_BENCH_PHOTOS": str(folder), "SAM_BENCH_MODEL": str(scene.encoder.parent),
                   "SAM_BENCH_PAIR": scene.encoder.name.removesuffix(".encoder.onnx")}
    return {**google(scene, "click_parts_bench", environment), **google(scene, "worker_overhead_bench", environment, "nearly_empty")}


def google(scene, name, environment, only="."):
    # Repetitions of different parts take turns, so that what else the machine does meets all of them.
    flags = ["--benchmark_format=json", f"--benchmark_min_time={scene.count(0.5, 0.1)}", f"--benchmark_filter={only}",
             "--benchmark_enable_random_interleaving=true"]
    output = subprocess.run([scene.tools / name, *flags], check=True, env=environment, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True).stdout
    unit_us = {"ns": 1e-3, "us": 1, "ms": 1e3}
    return {re.sub(r"(/repeats:\d+)?(/real_time)?$", "", b["run_name"]): b["real_time"] * unit_us[b["time_unit"]]
            for b in json.loads(output)["benchmarks"] if b.get("aggregate_name", "median") == "median"}
