"""The same as MeasureLoading.java in PyTorch; `legacy FILE OUT` writes the older format."""

import os
import statistics
import sys
import time

import torch
import torchvision


def status(name):
    for line in open("/proc/self/status"):
        if line.startswith(name + ":"):
            return int(line.split()[1]) >> 10
    return 0


def load():
    start = time.perf_counter()
    network.load_state_dict(torch.load(path))
    return (time.perf_counter() - start) * 1e3


path = sys.argv[2]
if sys.argv[1] == "legacy":
    torch.save(torch.load(path), sys.argv[3], _use_new_zipfile_serialization=False)
    sys.exit()
network = torchvision.models.resnet50()
before = status("VmRSS")
first = load()
peak = status("VmHWM")
started = time.time() * 1e3 - float(os.environ["STARTED"])
times = [load() for _ in range(20)]
low, median, high = statistics.quantiles(times, n=4)
print(
    f"torch load  {path.split('/')[-1]:22} {median:3.0f} ms ({low:.0f} to {high:.0f}), first {first:.0f};"
    f" {before} MB before, {peak} MB at its peak; {started:.0f} ms after the start"
)
