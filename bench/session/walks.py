"""Moving through a project: looking and going on, jumping, switching to a large picture, and what it all holds in memory."""

import json
import os
import subprocess
import threading
import time

import http_client
import program
from statistics_of import median, summary


class Page:
    """What the page asks for when a picture comes on screen: its state, its proxy, and the neighbours' proxies."""

    def __init__(self, running, names):
        self.running, self.names = running, names
        self.pictures = http_client.Client(running.port)  # the page loads pictures beside its other requests
        self.proxies = set()

    def show(self, position):
        """The picture's state, and the milliseconds until state and proxy are there."""
        begin = time.perf_counter()
        loading = threading.Thread(target=self.load, args=(position,))
        loading.start()
        picture, _ = self.running.client.show(self.names[position])
        loading.join()
        return picture, (time.perf_counter() - begin) * 1e3

    def warm_neighbours(self, position):
        for neighbour in (position + 1, position - 1):
            if 0 <= neighbour < len(self.names):
                self.load(neighbour)

    def load(self, position):
        if position not in self.proxies:
            self.pictures.proxy(self.names[position])
            self.proxies.add(position)

    def close(self):
        self.pictures.close()


def looking(scene, click_ms, encode_ms):
    """Going to the next picture after a look of 1.5 x (decode + encode), a click in it: how often it was ready."""
    root, names = scene.project(scene.photos[: scene.count(46, 8)])
    look_s = 1.5 * (click_ms + encode_ms) / 1e3
    switches = []
    with scene.start(root) as running:
        page = Page(running, names)
        for position in range(len(names)):
            begin = time.perf_counter()
            picture, _ = page.show(position)
            switches.append(picture["encoding"] == "ready")
            running.client.segment(names[position], scene.point(picture))  # waits for the first picture's encoding
            if position == 0:
                begin = time.perf_counter()
            page.warm_neighbours(position)
            time.sleep(max(0, begin + look_s - time.perf_counter()))
        page.close()
    followed = switches[1:]
    return {"look_s": look_s, "switches": len(followed), "ready": sum(followed) / len(followed)}


def jumping(scene):
    """The right arrow held down over 50 pictures: how many encodes were begun, and ended, for pictures nobody stopped at."""
    count = 51
    root, names = scene.project(scene.photos[: count + 9])
    with scene.start(root) as running:
        mark = running.events.mark()
        running.client.show(names[0])
        running.events.wait(names[0], ("ready",), mark)
        mark = running.events.mark()
        for name in names[1:count]:
            running.client.show(name)
            time.sleep(0.033)
        stop = names[count - 1]
        begin = time.perf_counter()
        ended = running.events.wait(stop, ("ready", "failed"), mark)
        seen = running.events.since(mark)
        passed = set(names[1 : count - 1])
        return {
            "jumps": count - 1,
            "begun": sum(1 for _, name, state in seen if state == "running" and name in passed),
            "ended": sum(1 for _, name, state in seen if state == "ready" and name in passed),
            "stop_ready_s": ended - begin,
            "failed": running.events.failures,
        }


def switching(scene):
    """Going on to a prefetched picture of 24 MP: its state and its proxy in the client's hands; the browser's painting comes on top."""
    photos = scene.large_photos(24, scene.count(6, 3))
    root, names = scene.project(photos)
    cold, warm = [], []
    with scene.start(root) as running:
        page = Page(running, names)
        page.show(0)
        for position in range(1, len(names)):
            running.events.wait(names[position], ("ready",), 0)
            if position % 2 == 0:
                page.load(position)  # as the page does after the switch before
            picture, ms = page.show(position)
            (warm if position % 2 == 0 else cold).append(ms)
        page.close()
    return {"proxy_not_fetched": summary(cold), "proxy_fetched_before": summary(warm)}


def memory(scene, small, large, precision="f32", peer_bytes=None):
    """The highest memory of all processes over a session of small and large pictures, and the peer's over the same, unless it is known."""
    photos = [*scene.photos[:small], *scene.large_photos(24, large)]
    root, names = scene.project(photos)
    with scene.start(root, precision=precision) as running:
        watch = program.MemoryWatch(running.process.pid)
        page = Page(running, names)
        for position in range(len(names)):
            picture, _ = page.show(position)
            running.client.segment(names[position], scene.point(picture))
            page.warm_neighbours(position)
            running.client.segment(names[position], scene.point(picture))
        page.close()
        pid = running.process.pid
        caches = json.loads(running.client.request("GET", "/api/v1/memory")[0])["caches"]
        kept_bytes = sum(cache["bytes"] for cache in caches if cache["name"] != "embeddings_on_disk")
        ours = {"kept_bytes": kept_bytes, "peak_pss_bytes": watch.stop(), "program_at_peak_bytes": watch.own,
                "sum_of_peak_rss_bytes": program.highest_resident_bytes(pid),
                "peak_rss_bytes": [program.field_bytes(f"/proc/{p}/status", "VmHWM") for p in program.family(pid)]}
    peer = None if peer_bytes else scene.peer()
    if peer is None:
        return {**ours, "peer_bytes": peer_bytes}
    with peer:
        for photo in photos:
            peer.ask("encode", photo)
            for _ in range(2):
                peer.ask("predict", 100, 100)
        return {**ours, "peer_bytes": peer.ask("memory")["peak_bytes"]}


def large_project(scene, model):
    """From the start to the page's list, and what is held, in a project of 100,000 pictures."""
    count = scene.count(100_000, 5_000)
    root = scene.folder / "many"
    if not root.exists():
        images = root / "project" / "images"
        images.mkdir(parents=True)
        (root / "project" / "classes.csv").write_text("class_name\nthing\n")
        smallest = min(scene.photos, key=lambda photo: photo.stat().st_size)
        for number in range(count):
            target = images / f"{number:06d}.jpg"
            if number % 30_000 == 0:  # a file takes so many links and few more
                source = target
                source.write_bytes(smallest.read_bytes())
            else:
                os.link(source, target)
    first = one_start(scene, root, count, model)  # there is no index yet, and no compiled model
    again = [one_start(scene, root, count, model) for _ in range(scene.count(3, 1))]
    return {"pictures": count, "first": first, "again": {key: median([start[key] for start in again]) for key in first}}


def one_start(scene, root, count, model):
    with scene.start(root, ahead=0, model=model) as running:
        running.client.request("GET", "/")
        running.client.request("GET", "/api/v1/project")
        listed, _ = running.client.images()
        usable_s = time.perf_counter() - running.started
        if listed["total"] != count:
            raise RuntimeError(f"{listed['total']} of {count} pictures are listed")
        list_ms = [running.client.images(offset)[1] for offset in range(0, count, max(200, count // 20))]
        time.sleep(scene.count(10, 2))  # the background reads headers meanwhile
        pid = running.process.pid
        return {"usable_s": usable_s, "list_ms": median(list_ms), "pss_bytes": program.proportional_bytes(pid) or 0,
                "sum_of_peak_rss_bytes": program.highest_resident_bytes(pid)}


def embed(scene):
    """`sam-annotator embed` over many pictures against the encoder alone over the same; by differences, so that starting does not count."""
    commands = subprocess.run([scene.binary, "--help"], stdout=subprocess.PIPE, text=True).stdout
    if not any(line.split()[:1] == ["embed"] for line in commands.splitlines()):
        scene.skip("embed", "this program has no such command")
        return None
    few, many = scene.count((4, 28), (2, 6))
    seconds = {}
    for count in (few, many):
        root, _ = scene.project(scene.photos[:count])
        settings = {**os.environ, "SAM_CACHE_DIR": str(root / "cache"), "SAM_CONFIG_DIR": str(root / "config"),
                    "SAM_DATA_DIR": str(root / "data")}
        flags = ["embed", str(root / "project"), "--encoder", str(scene.encoder), "--decoder", str(scene.decoder)]
        begin = time.perf_counter()
        subprocess.run([scene.binary, *flags], check=True, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds[count] = time.perf_counter() - begin
    with scene.bare() as bare:
        runs = [bare.ask("encode", 683, 1024)["ms"] for _ in range(many - few + 3)][3:]
    ours_s = (seconds[many] - seconds[few]) / (many - few)
    return {"seconds_a_picture": ours_s, "bare_ms": summary(runs), "of_bare_rate": median(runs) / 1e3 / ours_s}
