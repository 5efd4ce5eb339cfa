"""The same as MeasureLoading.java in PyTorch."""

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


path = sys.argv[1]
network = torchvision.models.resnet50()
before = status("VmRSS")
seconds, peak = [], 0
for i in range(9):
    start = time.perf_counter()
    network.load_state_dict(torch.load(path))
    seconds.append(time.perf_counter() - start)
    peak = peak or status("VmHWM")
print(
    f"torch  {path.split('/')[-1]:22} first {seconds[0] * 1e3:4.0f} ms, median of 9:"
    f" {statistics.median(seconds) * 1e3:3.0f} ms; memory before {before} MB, at its peak in the first"
    f" {peak} MB"
)
