"""A cgroup with a memory limit, v1 or v2, for a process and its children. Needs root."""

import os
import pathlib

V1 = pathlib.Path("/sys/fs/cgroup/memory")
V2 = pathlib.Path("/sys/fs/cgroup")


class MemoryGroup:
    def __init__(self, name):
        self.is_v1 = (V1 / "memory.limit_in_bytes").exists()
        base = V1 if self.is_v1 else V2
        if not self.is_v1 and "memory" not in (V2 / "cgroup.subtree_control").read_text().split():
            (V2 / "cgroup.subtree_control").write_text("+memory")
        self.path = base / f"{name}-{os.getpid()}"
        self.path.mkdir()

    def limit(self, number_of_bytes):
        if self.is_v1:
            (self.path / "memory.limit_in_bytes").write_text(str(number_of_bytes))
        else:
            (self.path / "memory.max").write_text(str(number_of_bytes))
            (self.path / "memory.swap.max").write_text("0")

    def enter(self):
        """Called by the child before it becomes the program."""
        (self.path / "cgroup.procs").write_text("0" if not self.is_v1 else str(os.getpid()))

    def kills(self):
        text = (self.path / ("memory.oom_control" if self.is_v1 else "memory.events")).read_text()
        return int(dict(line.split() for line in text.splitlines()).get("oom_kill", 0))

    def working_set(self):
        """Usage without the page cache that the kernel may drop."""
        stat = dict(line.split() for line in (self.path / "memory.stat").read_text().splitlines())
        usage = self.path / ("memory.usage_in_bytes" if self.is_v1 else "memory.current")
        inactive = "total_inactive_file" if "total_inactive_file" in stat else "inactive_file"
        return int(usage.read_text()) - int(stat[inactive])

    def anonymous(self):
        """Heap, stacks and shared memory: what the kernel cannot drop."""
        stat = dict(line.split() for line in (self.path / "memory.stat").read_text().splitlines())
        if self.is_v1:
            return int(stat["total_rss"]) + int(stat.get("total_shmem", stat.get("shmem", 0)))
        return int(stat["anon"]) + int(stat["shmem"])

    def remove(self):
        for _ in range(100):
            try:
                return self.path.rmdir()
            except OSError:
                import time
                time.sleep(0.05)


def why_not():
    """Why no such group can be made here; empty if it can."""
    if os.geteuid() != 0:
        return "this needs root (a cgroup is made)"
    try:
        MemoryGroup("sam-limits-try").remove()
    except OSError as error:
        return f"no cgroup can be made here ({error})"
    return ""
