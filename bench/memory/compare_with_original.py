#!/usr/bin/env python3
"""Compares memory_bench with the memory manager of the Python original, both on this machine.

SAM_ORIGINAL_PYTHON=PYTHON bench/memory/compare_with_original.py [build/bench/bench/memory_bench]

SAM_ORIGINAL_PYTHON names an interpreter that has the packages sam-annotator, torch and psutil. Without it our own figures are printed alone.
Both sides give CPU time a call, so that other programs on the machine do not count.
"""
import json
import os
import subprocess
import sys

# Runs in the peer's interpreter. The manager is imported without the package's __init__, which would load the models' libraries too.
PEER = r"""
import importlib, importlib.util, json, logging, os, sys, time, types
logging.disable(logging.CRITICAL)
root = importlib.util.find_spec("sam_annotator").submodule_search_locations[0]
for name, path in (("sam_annotator", root), ("sam_annotator.core", os.path.join(root, "core"))):
    module = types.ModuleType(name)
    module.__path__ = [path]
    sys.modules[name] = module
manager = importlib.import_module("sam_annotator.core.memory_manager").GPUMemoryManager()

def nanoseconds(call):
    best = float("inf")
    for _ in range(5):
        count = 2000
        start = time.process_time_ns()
        for _ in range(count):
            call()
        best = min(best, (time.process_time_ns() - start) / count)
    return best

calls = {
    "should_cache": manager.should_cache,
    "check_memory_status": manager.check_memory_status,
    "safe_get_memory_info": manager.safe_get_memory_info,
    "host_sample": manager.get_system_memory_info,
}
print(json.dumps({"device": manager.device.type, "ns": {name: nanoseconds(call) for name, call in calls.items()}}))
"""

UNITS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def ours(program):
    output = subprocess.run(
        [program, "--benchmark_format=json", "--benchmark_filter=-governor_cpu"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return {b["name"].split("/")[0]: b["cpu_time"] * UNITS[b["time_unit"]] for b in json.loads(output)["benchmarks"]}


def original(python):
    output = subprocess.run([python, "-c", PEER], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "build/bench/bench/memory_bench"
    python = os.environ.get("SAM_ORIGINAL_PYTHON")
    mine = ours(program)
    peer = original(python) if python else {"device": "", "ns": {}}
    if python:
        print(f"original on {peer['device']}; CPU time a call")
    else:
        print("SAM_ORIGINAL_PYTHON is not set: our figures alone; CPU time a call")
    print(f"{'call':34} {'ours':>12} {'original':>12} {'ratio':>10}")
    for name, ns in mine.items():
        theirs = peer["ns"].get(name)
        text = f"{name:34} {ns:9.1f} ns"
        if theirs is not None:
            text += f" {theirs:9.1f} ns {theirs / ns:9.0f}x"
        print(text)


if __name__ == "__main__":
    main()
