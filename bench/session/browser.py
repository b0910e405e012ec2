"""What a person sees, in a real browser (web/bench/browser.mjs): the next picture painted, masks under the moving cursor."""

import json
import os
import pathlib
import subprocess

from statistics_of import median, summary

ROOT = pathlib.Path(__file__).resolve().parents[2]


def missing():
    browser = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not pathlib.Path(browser).exists():
        return f"there is no browser {browser}"
    if not (ROOT / "web" / "node_modules" / "@playwright").exists():
        return "the page's npm packages are not installed"
    return None


def measure(scene):
    if why := missing():
        scene.skip("the page in a browser", why)
        return None
    switches = scene.count(12, 3)
    root, _ = scene.project(scene.large_photos(24, switches + 1))
    with scene.start(root) as running, scene.bare() as bare:
        command = [ROOT / "script" / "npm", "run", "--silent", "bench", "--", f"http://127.0.0.1:{running.port}", str(switches), str(scene.count(6, 2))]
        shown = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if shown.returncode != 0:
            raise RuntimeError(shown.stderr.strip()[-600:])
        seen = json.loads(shown.stdout)
        alone = [bare.ask("decode", 2)["ms"] for _ in range(scene.count(40, 10))][3:]
    rate = seen["masks"] / seen["seconds"]
    return {"switch_ms": summary(seen["switches_ms"]), "hover_rate": rate, "decoder_rate": 1e3 / median(alone)}
