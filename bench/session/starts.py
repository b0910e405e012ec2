"""From the start of the program to its model being loaded: the very first time, and when the compiled model is kept."""

import json
import time

from statistics_of import summary


def measure(scene):
    root, _ = scene.project(scene.photos[:2])
    first = until_loaded(scene, root)
    return {"first_s": first, "again_s": summary([until_loaded(scene, root) for _ in range(scene.count(7, 2))])}


def until_loaded(scene, root):
    with scene.start(root, ahead=0) as running:
        while True:
            project = json.loads(running.client.request("GET", "/api/v1/project")[0])
            model = project["predictor"]["model"]
            if model["state"] == "loaded":
                return time.perf_counter() - running.started
            if model["state"] == "failed":
                raise RuntimeError(f"the model could not be loaded: {model['reason']}")
            time.sleep(0.01)
