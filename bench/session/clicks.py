"""A click, over HTTP as the page sends it, against the decoder alone; and what lies between."""

import time

import program
import scene as scenes
from statistics_of import median, paired_ratio, summary

PAUSE_S = 0.02  # between runs: every engine's threads have gone to sleep, as between a person's clicks


def in_turns(scene, rounds, parties):
    """Runs all parties each round, the first of each round another; returns their values by name."""
    values = {name: [] for name in parties}
    names = list(parties)
    for number in range(rounds + 3):
        for name in names[number % len(names):] + names[: number % len(names)]:
            time.sleep(PAUSE_S)
            value = parties[name]()
            if number >= 3:  # before: warming up
                values[name].append(value)
    return values


def click(scene, running, name, picture):
    answer, ms = running.client.segment(name, scene.point(picture))
    if answer["from_cache"]:
        raise RuntimeError("a click's answer was one kept")
    return {"ms": ms, "decode_ms": answer["decode_ms"], "bytes": answer["bytes"]}


def measure(scene, megapixels):
    photo = scene.large_photos(megapixels, 1)
    root, (name,) = scene.project(photo)
    with scene.start(root, ahead=0) as running, scene.bare() as bare:
        picture, _ = running.client.show(name)
        running.encode(name)
        bare.ask("encode", *scenes.fitted(picture))
        pair = in_turns(scene, scene.count(120, 15), {
            "bare": lambda: bare.ask("decode", 2)["ms"],
            "click": lambda: click(scene, running, name, picture),
        })
        cpu = cpu_of_clicks(scene, running, name, picture, bare)
        again = predict_again(scene, running, name, picture)
        layers = measure_layers(scene, running, name, picture, bare)
        peer = measure_peer(scene, running, name, picture, photo[0])
    clicks = [c["ms"] for c in pair["click"]]
    above = [c - b for c, b in zip(clicks, pair["bare"])]
    return {
        "bare": summary(pair["bare"]), "click": summary(clicks), "ratio": paired_ratio(clicks, pair["bare"]),
        "above_ms": median(above), "of_limit": median([c / (1.1 * b + 2) for c, b in zip(clicks, pair["bare"])]),
        "ratio_p95": summary(clicks)["p95"] / summary(pair["bare"])["p95"],
        "answer_bytes": median([c["bytes"] for c in pair["click"]]),
        "server_ms": summary([c["decode_ms"] for c in pair["click"]]),
        "cpu_ms": cpu, "again_http": again, "layers": layers, "peer": peer,
    }


def cpu_of_clicks(scene, running, name, picture, bare):
    """CPU time a click in the program, in its worker, and of the decoder alone."""
    own, *workers = program.family(running.process.pid)
    pids = {"program": own, "worker": workers[0], "bare": bare.process.pid}
    before = {who: program.cpu_ms(pid) for who, pid in pids.items()}
    rounds = scene.count(60, 10)
    for _ in range(rounds):
        bare.ask("decode", 2)
        time.sleep(PAUSE_S)
        click(scene, running, name, picture)
        time.sleep(PAUSE_S)
    return {who: (program.cpu_ms(pid) - before[who]) / rounds for who, pid in pids.items()}


def predict_again(scene, running, name, picture):
    point = scene.point(picture)
    running.client.segment(name, point)
    times = []
    for _ in range(scene.count(200, 30)):
        answer, ms = running.client.segment(name, point)
        if not answer["from_cache"]:
            raise RuntimeError("the same question was answered anew")
        times.append(ms)
    empty = [running.client.request("GET", "/api/v1/memory/events?after=4000000000")[1] for _ in times]
    return {"again": summary(times), "empty_request": summary(empty)}


def measure_layers(scene, running, name, picture, bare):
    """The engine with the file as it comes; and the same decoder as we run it, with one layer more each: our Model, the worker process, the predictor, HTTP."""
    with scene.bare("model") as model, scene.bare("worker") as worker:
        for layer in (model, worker):
            layer.ask("encode", *scenes.fitted(picture))
        seen = in_turns(scene, scene.count(60, 8), {
            "engine": lambda: bare.ask("decode", 2)["ms"],
            "model": lambda: model.ask("decode", 2)["ms"],
            "worker": lambda: worker.ask("decode", 2)["ms"],
            "click": lambda: click(scene, running, name, picture),
        })
    seen["predictor"] = [c["decode_ms"] for c in seen["click"]]
    seen["http"] = [c["ms"] for c in seen.pop("click")]
    return {layer: summary(values) for layer, values in seen.items()}


def measure_peer(scene, running, name, picture, photo):
    peer = scene.peer()
    if peer is None:
        return None
    with peer:
        peer.ask("encode", photo)
        seen = in_turns(scene, scene.count(40, 6), {
            "peer": lambda: peer.ask("predict", *scene.point(picture))["ms"],
            "click": lambda: click(scene, running, name, picture)["ms"],
        })
    return {"peer": summary(seen["peer"]), "click": summary(seen["click"]),
            "ratio": paired_ratio(seen["click"], seen["peer"])}


def during_encode(scene):
    """A click on the picture on screen while the next one is prepared: what it costs the click, and what the encode."""
    root, names = scene.project(scene.photos[: scene.count(13, 5)])
    idle, busy, quiet_s, disturbed_s = [], [], [], []
    with scene.start(root, ahead=1) as running:
        mark = running.events.mark()
        picture, _ = running.client.show(names[0])
        running.events.wait(names[0], ("ready",), mark)
        for number in range(1, len(names)):
            began = running.events.wait(names[number], ("running",), mark)
            disturbed = number % 2 == 0
            while disturbed and not ready(running, names[number], mark):
                busy.append(click(scene, running, names[number - 1], picture)["ms"])
                time.sleep(0.05)
            took = running.events.wait(names[number], ("ready",), mark) - began
            (disturbed_s if disturbed else quiet_s).append(took)
            for _ in range(4):
                time.sleep(PAUSE_S)
                idle.append(click(scene, running, names[number - 1], picture)["ms"])
            mark = running.events.mark()
            picture, _ = running.client.show(names[number])
            if number + 1 == len(names):
                break
    clicks_a_run = len(busy) / max(1, len(disturbed_s))
    return {"click_idle": summary(idle), "click_busy": summary(busy), "encode_quiet_s": summary(quiet_s),
            "encode_disturbed_s": summary(disturbed_s), "clicks_a_encode": clicks_a_run}


def ready(running, name, mark):
    return any(who == name and state == "ready" for _, who, state in running.events.since(mark))
