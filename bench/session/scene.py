"""What all measurements share: programs, photos, the model, and how much is to be measured."""

import dataclasses
import pathlib
import random
import shutil
import subprocess
import tempfile

import companion
import program


@dataclasses.dataclass
class Scene:
    binary: pathlib.Path
    tools: pathlib.Path  # session_bare, session_photos, click_parts_bench, worker_overhead_bench
    here: pathlib.Path  # bench/session
    encoder: pathlib.Path
    decoder: pathlib.Path
    photos: list  # of segments-val
    made: pathlib.Path  # where photos made on the fly are kept
    peer_python: str | None
    original_python: str | None
    quick: bool

    def __post_init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sam-session-"))
        self.random = random.Random(7)
        self.skipped, self.notes = [], []
        self.checkpoint = self.encoder.with_name(self.name + ".pth")  # what the network was exported from, if it is there
        self.noise_decoder = None  # the file as it was given, if its masks are noise

    @property
    def name(self):
        return self.encoder.name.removesuffix(".encoder.onnx")

    def count(self, whole, quick):
        return quick if self.quick else whole

    def skip(self, what, why):
        line = f"{what}: not measured, {why}"
        if line not in self.skipped:
            self.skipped.append(line)
            print(f"    {line}", flush=True)

    def large_photos(self, megapixels, count):
        chosen = self.photos[:count]
        subprocess.run([self.tools / "session_photos", self.made, str(megapixels), str(count), *chosen], check=True)
        return [self.made / f"{photo.stem}_{megapixels}.jpg" for photo in chosen]

    def project(self, photos):
        """A fresh folder and fresh caches; returns both and the pictures' names."""
        root = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        names = program.make_project(root / "project", photos)
        return root, names

    def start(self, root, ahead=None, model=True, precision="f32", **environment):
        flags = ["--encoder", str(self.encoder), "--decoder", str(self.decoder)] if model else ["--model", "grabcut"]
        flags += ["--precision", precision]
        if ahead is not None:
            environment["SAM_PICTURES_AHEAD"] = str(ahead)
        return program.Program(self.binary, root / "project", flags, root, environment)

    def bare(self, through="engine"):
        return companion.Companion([self.tools / "session_bare", through, "f32", str(self.encoder), str(self.decoder)])

    def peer(self):
        """ONNX Runtime in Python, or nothing."""
        return self.other("ONNX Runtime in Python", "SAM_PEER_PYTHON", self.peer_python, "peer_onnxruntime.py", self.encoder, self.decoder)

    def original(self):
        """The Python original with the checkpoint beside the network's files, or nothing."""
        if not self.checkpoint.exists():
            self.skip("the original", f"there is no {self.checkpoint.name} beside the network")
            return None
        return self.other("the original", "SAM_ORIGINAL_PYTHON", self.original_python, "peer_original.py", self.checkpoint)

    def other(self, what, variable, python, script, *arguments):
        if not python:
            self.skip(what, f"{variable} names no interpreter")
            return None
        try:
            return companion.Companion([python, *map(str, (self.here / script, *arguments))])
        except (OSError, RuntimeError) as error:
            self.skip(what, str(error).strip().splitlines()[-1])
            return None

    def point(self, picture):
        """Never the same twice, so that no answer is one kept."""
        return self.random.uniform(1, picture["width"] - 2), self.random.uniform(1, picture["height"] - 2)

    def clean(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def fitted(picture):
    """Height and width of what the encoder sees: 1024 on the longer side."""
    longest = max(picture["width"], picture["height"])
    return round(picture["height"] * 1024 / longest), round(picture["width"] * 1024 / longest)
