"""The program under measurement, projects for it, and what its processes hold."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import http_client


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_project(folder, photos):
    """A category folder whose pictures are links to photos; names keep the order given."""
    images = folder / "images"
    images.mkdir(parents=True)
    (folder / "classes.csv").write_text("class_name\nthing\n")
    names = []
    for number, photo in enumerate(photos):
        name = f"{number:05d}_{photo.name}"
        shutil.copyfile(photo, images / name)  # an inode of its own: links would share what is kept of them
        names.append(name)
    return names


class Program:
    """sam-annotator on one folder. Its caches, settings and data lie in a folder of their own, which may outlive it.
    enter: called by the new process before it becomes the program."""

    def __init__(self, binary, folder, model_flags, caches, environment=None, enter=None):
        self.log = tempfile.TemporaryFile("w+")
        port = free_port()
        settings = {**os.environ, "SAM_CACHE_DIR": str(caches / "cache"), "SAM_CONFIG_DIR": str(caches / "config"),
                    "SAM_DATA_DIR": str(caches / "data"), **(environment or {})}
        flags = ["--category_path", str(folder), "--classes_csv", str(folder / "classes.csv"), "--port", str(port)]
        self.started = time.perf_counter()
        self.process = subprocess.Popen([str(binary), *flags, *model_flags], env=settings, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True, preexec_fn=enter)
        for line in self.process.stdout:
            if "http://127.0.0.1:" in line:
                break
        else:
            self.process.wait()
            raise RuntimeError(f"the program ended: {self.log_text()[-2000:]}")
        self.ready_ms = (time.perf_counter() - self.started) * 1e3
        self.port = port
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.client = http_client.Client(port)
        self.events = http_client.Events(port)

    def log_text(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def wait_for_model(self):
        """It loads in the background. The moment when it is there."""
        while True:
            model = json.loads(self.client.request("GET", "/api/v1/project")[0])["predictor"]["model"]
            if model["state"] == "loaded":
                return time.perf_counter()
            if model["state"] == "failed":
                raise RuntimeError(f"the model could not be loaded: {model['reason']}")
            time.sleep(0.01)

    def encode(self, name):
        """Puts a picture on screen; milliseconds until its embedding is kept, and whether it was there at once."""
        mark = self.events.mark()
        begin = time.perf_counter()
        picture, ms = self.client.show(name)
        if picture["encoding"] == "ready":
            return ms, True
        return (self.events.wait(name, ("ready",), mark) - begin) * 1e3, False

    def stop(self):
        self.client.close()
        self.events.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def family(pid):
    """The process and its children: the program and its worker."""
    found = [pid]
    for parent in found:
        try:
            for task in pathlib.Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            pass
    return found


def cpu_ms(pid):
    """CPU time of a process's living threads, which other programs on the machine do not lengthen."""
    total_ns = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total_ns += int((task / "schedstat").read_text().split()[0])
        except OSError:
            pass
    return total_ns / 1e6


def whole_cpu_s(pid):
    """CPU time of a process since it began, threads that ended included."""
    user, system = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def field_bytes(path, name):
    try:
        for line in pathlib.Path(path).read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def proportional_parts(pid):
    """PSS of each process, the program's own first. None where it cannot be read."""
    parts = [field_bytes(f"/proc/{p}/smaps_rollup", "Pss") for p in family(pid)]
    return parts if parts and None not in parts else None


def proportional_bytes(pid):
    """PSS of all processes: each shared page counted once. None where it cannot be read."""
    parts = proportional_parts(pid)
    return None if parts is None else sum(parts)


def highest_resident_bytes(pid):
    """The sum of each process's highest RSS: shared pages count twice, and the peaks need not coincide; an upper bound."""
    return sum(field_bytes(f"/proc/{p}/status", "VmHWM") or 0 for p in family(pid))


class MemoryWatch:
    """The highest PSS over a stretch of work, sampled 10 times a second, and how much of it was the program's own."""

    def __init__(self, pid):
        self.pid, self.peak, self.own, self.ended = pid, 0, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.ended.wait(0.1):
            parts = proportional_parts(self.pid)
            if parts and sum(parts) > self.peak:
                self.peak, self.own = sum(parts), parts[0]

    def stop(self):
        self.ended.set()
        self.thread.join()
        return self.peak or None
