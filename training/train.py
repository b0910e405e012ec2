"""Trains the built-in model on generated scenes. May be stopped, killed, paused and started again at any time.

    python train.py FOLDER                       trains on from FOLDER/checkpoint.pt, or from nothing
    python train.py FOLDER --hours 2             the same, until it has had two hours in all
    python train.py FOLDER --cool-down 15        15 minutes from FOLDER/checkpoint.pt with the rate going to 0, into FOLDER/cool-down-STEP/;
                                                 FOLDER/checkpoint.pt is left alone

Asked to stop (Ctrl-C, SIGTERM) it saves and exits with 130; a cool-down goes on from its own OUT/checkpoint.pt.

The rate is constant, so that a run can be prolonged for ever; what is judged and exported is the moving average of the weights. Time is
processor time of one process: waiting for a busy machine does not count. One process a thread: they exchange gradients once a step, which bears a
busy machine better than threads that meet in every operation.
"""

import argparse
import copy
import ctypes
import datetime
import fcntl
import os
import queue
import shutil
import signal
import sys
import time

import cv2
import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing

import curve
import validation
from losses import answer_loss
from network import MASKS, Network, normalised, repeated
from optimiser import Optimiser
from prompts import MAX_POINTS, ExampleMaker, corrective_click
from scene_ring import FIRST, SceneRing, keep_drawing

PROMPTS = 4  # a scene
# From that step on: (side, scenes a process and step, share of the steps). The work of a step is about the same for each.
SIDES = [(0, [(128, 6, 0.5), (160, 4, 0.5)]), (3000, [(128, 6, 0.2), (160, 4, 0.3), (224, 2, 0.3), (320, 1, 0.2)])]
COOL_DOWN_SIDES = [(160, 4, 0.2), (224, 2, 0.4), (320, 1, 0.4)]
AVERAGE = 0.999
WARM_UP_STEPS = 300
SAVE_SECONDS = 120


def side_at(step, seed, cool_down):
    """The side and the number of scenes at a step, the same in every process."""
    choices = COOL_DOWN_SIDES if cool_down else [c for start, c in SIDES if step >= start][-1]
    at = np.random.default_rng((seed, step)).choice(len(choices), p=[share for _, _, share in choices])
    return choices[at][:2]


class Batches(torch.utils.data.IterableDataset):
    """Batches from `step` on, drawn in a process of their own."""

    def __init__(self, options, rank, step):
        self.options, self.rank, self.step = options, rank, step

    def __iter__(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        cv2.setNumThreads(1)
        seed = self.options.seed
        ring = SceneRing(self.options.scenes, self.options.capacity)
        step = self.step
        while True:
            maker = ExampleMaker(ring, (seed, self.rank, step), PROMPTS)
            side, scenes = side_at(step, seed, self.options.cool_down is not None)
            examples = [maker.make(side) for _ in range(scenes)]
            yield {
                "pictures": torch.from_numpy(np.stack([e.picture for e in examples])),
                "sizes": [e.size for e in examples],
                "points": torch.from_numpy(np.concatenate([e.points for e in examples])),
                "labels": torch.from_numpy(np.concatenate([e.labels for e in examples])),
                "targets": torch.from_numpy(np.concatenate([e.targets for e in examples])),
                "levels": torch.from_numpy(np.concatenate([e.levels for e in examples])),
            }
            step += 1


def corrected(masks, batch, rng):
    """A second prompt for each: clicks into the errors of the first answer, which half of them get as earlier mask."""
    answers = (masks[:, 0] > 0).numpy()
    points, labels = batch["points"].clone(), batch["labels"].clone()
    for i, answer in enumerate(answers):
        target = batch["targets"][i, ::2, ::2].numpy()
        answer = answer.copy()
        count = int((labels[i] >= 0).sum())
        for _ in range(rng.integers(1, 4)):
            if count == MAX_POINTS:
                break
            click = corrective_click(answer, target, rng)
            if click is None:
                break
            row, column, foreground = click
            points[i, count] = torch.tensor([2.0 * column + 1, 2.0 * row + 1])
            labels[i, count] = int(foreground)
            count += 1
            radius = max(2, int(0.06 * len(target)))  # as if it had helped there: the next click goes elsewhere
            near = np.s_[max(row - radius, 0) : row + radius + 1, max(column - radius, 0) : column + radius + 1]
            answer[near] = target[near]
    return points, labels, torch.from_numpy((rng.random(len(answers)) < 0.5).astype(np.float32))


class Trainer:
    def __init__(self, options, rank, world):
        self.options, self.rank, self.world = options, rank, world
        torch.manual_seed(options.seed)
        self.network = Network().to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval()
        self.optimiser = Optimiser(self.network, options.rate)
        self.step, self.scenes, self.seconds = 0, 0, 0.0  # seconds of processor time, of one process
        self.cools_from = None  # the seconds at which the cool-down began
        self.recent = []
        if os.path.exists(options.start):
            self.load(torch.load(options.start, map_location="cpu", weights_only=True))
        if options.cool_down is not None and self.cools_from is None:
            self.cools_from = self.seconds

    def load(self, saved):
        self.network.load_state_dict(saved["network"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load(saved["optimiser"])
        self.step, self.scenes, self.seconds = saved["step"], saved["scenes"], saved["seconds"]
        self.cools_from = saved.get("cools_from")

    def save(self):
        """Whole or not at all: written aside, synced, renamed. Once an hour of training a copy stays."""
        path = os.path.join(self.options.out, "checkpoint.pt")
        state = {"network": self.network.state_dict(), "average": self.average.state_dict(), "optimiser": self.optimiser.state(),
                 "step": self.step, "scenes": self.scenes, "seconds": self.seconds,
                 "cools_from": self.cools_from}  # fmt: skip
        with open(path + ".new", "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".new", path)
        kept = os.path.join(self.options.out, f"checkpoint-{int(self.seconds // 3600)}h.pt")
        if self.options.cool_down is None and self.seconds >= 3600 and not os.path.exists(kept):
            shutil.copyfile(path, kept + ".new")
            os.replace(kept + ".new", kept)

    def rate(self):
        rate = self.options.rate * min(1.0, (self.step + 1) / WARM_UP_STEPS)
        if self.options.cool_down is None:
            return rate
        left = 1 - (self.seconds - self.cools_from) / (60 * self.options.cool_down)
        return rate * max(left, 0.0)

    def is_done(self):
        if self.options.cool_down is not None:
            return self.seconds - self.cools_from >= 60 * self.options.cool_down
        return self.options.hours is not None and self.seconds >= 3600 * self.options.hours

    def train_step(self, batch):
        rng = np.random.default_rng((self.options.seed, self.rank, self.step, 1))
        side = batch["pictures"].shape[1]
        target = batch["targets"][:, None].float()
        levels = batch["levels"].float()
        doubtful = ((batch["labels"] >= 0).sum(1) == 1) & (batch["labels"][:, 0] == 1)
        nothing = torch.zeros(len(target), 1, side // 2, side // 2)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            embedding = self.network.encoder(normalised(batch["pictures"], batch["sizes"]))
            shared = repeated(self.network.decoder.prepare(embedding), PROMPTS)
            first = self.network.decoder(shared, batch["points"] / side, batch["labels"], nothing, torch.zeros(len(target)))
        loss, reached = answer_loss(*first, target, levels, doubtful)
        points, labels, has = corrected(first[0].detach(), batch, rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            second = self.network.decoder(shared, points / side, labels, first[0][:, :1].detach(), has)
        again, reached_again = answer_loss(*second, target, target.expand(-1, MASKS - 1, -1, -1), torch.zeros_like(doubtful))
        (0.8 * loss + 0.8 * again).backward()
        boxed = (batch["labels"] == 2).any(1)
        return [loss.item(), *(validation.mean(r) for r in (reached[boxed], reached[doubtful], reached_again))]

    def exchange(self, stop):
        """Averages the gradients; returns whether they are finite and whether any process was asked to stop."""
        parameters = list(self.network.parameters())
        grads = [p.grad.reshape(-1) if p.grad is not None else torch.zeros(p.numel()) for p in parameters]
        flat = torch.cat(grads + [torch.tensor([float(stop)])])
        distributed.all_reduce(flat)
        stop = flat[-1].item() > 0
        flat = flat[:-1] / self.world
        finite = bool(torch.isfinite(flat).all())
        flat *= min(1.0, 1.0 / (flat.norm().item() + 1e-6)) if finite else 0
        at = 0
        for parameter in parameters:
            parameter.grad = flat[at : at + parameter.numel()].view_as(parameter)
            at += parameter.numel()
        return finite, stop

    def run(self, used):
        options = self.options
        stopped = []
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
        if self.is_done():
            return
        drawn = Batches(options, self.rank, self.step)
        batches = torch.utils.data.DataLoader(drawn, batch_size=None, num_workers=1, prefetch_factor=3)
        cases = validation.Cases(os.path.join(options.folder, "validation"), options.seed, os.environ.get("SAM_BENCH_DATA"))
        began, saved_at, judged_at = time.process_time(), time.monotonic(), self.seconds
        for batch in batches:
            note = self.train_step(batch)
            finite, stop = self.exchange(bool(stopped))
            if finite:
                self.optimiser.step(self.rate())
                share = min(AVERAGE, (self.step + 1) / (self.step + 20.0))
                with torch.no_grad():
                    for mine, now in zip(self.average.parameters(), self.network.parameters()):
                        mine.lerp_(now, 1 - share)
            self.network.zero_grad(set_to_none=True)
            self.step += 1
            self.scenes += self.world * len(batch["pictures"])
            used.value = self.scenes
            # One clock for all, or they would part ways.
            clock = torch.tensor([time.process_time() - began], dtype=torch.float64)
            began = time.process_time()
            distributed.broadcast(clock, 0)
            self.seconds += clock.item()
            self.recent.append(note)
            if self.step % 50 == 0 and self.rank == 0:
                self.print_recent()
            done = self.is_done()
            if self.seconds - judged_at >= 60 * options.judge_minutes or done:
                judged_at = self.seconds
                self.judge(cases)
            if self.rank == 0 and (time.monotonic() - saved_at >= SAVE_SECONDS or stop or done):
                self.save()
                saved_at = time.monotonic()
            if stop or done:
                break

    def print_recent(self):
        means = [np.nanmean([note[i] for note in self.recent]) for i in range(4)]
        self.recent = []
        print("step %d, %.0f s, %d scenes: loss %.3f, IoU of boxes %.3f, single clicks %.3f, corrected %.3f"
              % (self.step, self.seconds, self.scenes, *means), flush=True)  # fmt: skip

    def judge(self, cases):
        found = cases.judge(self.average, self.rank, self.world)
        for value in found.values():
            distributed.all_reduce(value)
        if self.rank == 0:
            curve.add(self.options.out, self.step, self.scenes, self.seconds, {k: (v[0] / v[1]).item() for k, v in found.items()})


def end_with_parent():
    """A process that the kernel kills when the one that started it is gone, however it went (Linux)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def work(rank, world, options, used, port):
    end_with_parent()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    forever = datetime.timedelta(days=30)  # a paused run must not fail for having been paused
    distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=world, timeout=forever)
    Trainer(options, rank, world).run(used)
    distributed.barrier()
    os._exit(0)  # the process that draws batches has nothing to tidy up


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", help="checkpoints, curve and scenes; outside of the repository")
    parser.add_argument("--cool-down", type=float, metavar="MINUTES", help="a branch of that much processor time with the rate going to 0")
    parser.add_argument("--hours", type=float, help="of processor time a process, with what it had before; it ends then (default: never)")
    parser.add_argument("--start", help="the checkpoint to start from (default: FOLDER/checkpoint.pt)")
    parser.add_argument("--out", help="where checkpoints and curve go (default: FOLDER, or FOLDER/cool-down-STEP)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="processes of one thread each (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate (default: %(default)s)")
    parser.add_argument("--reuse", type=float, default=8, help="how often a scene is used on average (default: %(default)s)")
    parser.add_argument("--capacity", type=int, default=3000, help="scenes kept on disk, 0.6 MB each (default: %(default)s)")
    parser.add_argument(
        "--judge-minutes", type=float, default=10, help="minutes of processor time between points of the curve (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chosen_start = options.start
    options.start = chosen_start or os.path.join(options.folder, "checkpoint.pt")
    options.scenes = os.path.join(options.folder, "scenes")
    if options.cool_down is not None and not os.path.exists(options.start):
        parser.error(f"{options.start} does not exist: there is nothing to cool down")
    if options.out is None:
        options.out = options.folder
        if options.cool_down is not None:
            step = torch.load(options.start, map_location="cpu", weights_only=True)["step"]
            options.out = os.path.join(options.folder, f"cool-down-{step}")
    os.makedirs(options.out, exist_ok=True)
    begun = os.path.join(options.out, "checkpoint.pt")
    if options.cool_down is not None and chosen_start is None and os.path.exists(begun):
        options.start = begun  # of this cool-down, interrupted
    return options


def locked(path):
    """Held until the process ends. Exits if another holds it: two would overwrite each other's checkpoints."""
    file = open(path, "a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        sys.exit(f"{os.path.dirname(path)} is in use by process {file.read().strip()}; stop that first, or take another folder")
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def start(processes):
    """They ignore Ctrl-C from birth: whoever started them hands it on as SIGTERM."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    for process in processes:
        process.start()
    signal.signal(signal.SIGINT, before)


def main():
    options = parse_options()
    lock = locked(os.path.join(options.folder, "lock"))  # noqa: F841
    context = multiprocessing.get_context("spawn")
    used = context.Value("q", 0, lock=False)
    asked, stopped = queue.SimpleQueue(), False
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.put(True))
    SceneRing(options.scenes, options.capacity)  # made here, so that the others only open it
    drawing = context.Process(target=draw, args=(options, used), daemon=True)
    start([drawing])
    validation.Cases(os.path.join(options.folder, "validation"), options.seed, None)  # the same
    ring = SceneRing(options.scenes, options.capacity)
    while ring.made[0] < FIRST and asked.empty():
        time.sleep(0.5)
    port = free_port()
    workers = [context.Process(target=work, args=(rank, options.threads, options, used, port)) for rank in range(options.threads)]
    if not asked.empty():  # nothing is begun that would have to be saved
        drawing.kill()
        sys.exit(130)
    start(workers)
    while any(worker.is_alive() for worker in workers):
        time.sleep(0.2)
        if not asked.empty():
            asked.get()
            stopped = True
            for worker in workers:
                os.kill(worker.pid, signal.SIGTERM)
        if any(worker.exitcode not in (None, 0) for worker in workers):  # the others would wait for ever
            for worker in workers:
                worker.kill()
            drawing.kill()
            sys.exit(130 if stopped else "a training process died; start again to go on from the last checkpoint")
    drawing.kill()
    if stopped:
        sys.exit(130)


def draw(options, used):
    end_with_parent()
    keep_drawing(options.scenes, options.capacity, options.seed, lambda: used.value, options.reuse)


if __name__ == "__main__":
    main()
