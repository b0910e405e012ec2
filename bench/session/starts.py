"""From the start of the program to its model being loaded: the very first time, and when the compiled model is kept."""

import program
from statistics_of import summary


def measure(scene):
    root, _ = scene.project(scene.photos[:2])
    first_s, _ = until_loaded(scene, root)
    again = [until_loaded(scene, root) for _ in range(scene.count(7, 2))]
    return {"first_s": first_s, "again_s": summary([wall for wall, _ in again]), "again_cpu_s": summary([cpu for _, cpu in again])}


def until_loaded(scene, root):
    """Seconds, and CPU seconds of all processes, which other programs on the machine hardly lengthen."""
    with scene.start(root, ahead=0) as running:
        wall_s = running.wait_for_model() - running.started
        return wall_s, sum(program.whole_cpu_s(pid) for pid in program.family(running.process.pid))
