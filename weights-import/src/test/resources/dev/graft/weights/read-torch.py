"""Reads what Graft wrote with torch.load(weights_only=True), and writes the values for comparison."""

import sys

import numpy
import torch

path, out = sys.argv[1:]
state = torch.load(path, weights_only=True)
numpy.savez(out, **{name: t.float().numpy() for name, t in state.items()})
pointers = {}
for name, t in state.items():
    twin = pointers.setdefault(t.data_ptr(), name) if t.numel() else name
    print(name, str(t.dtype).split(".")[1], list(t.shape), twin)
