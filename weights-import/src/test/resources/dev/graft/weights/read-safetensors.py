"""Reads safetensors that Graft wrote with the format's own library."""

import sys

import numpy
from safetensors import safe_open

path, out = sys.argv[1:]
with safe_open(path, framework="np") as file:
    numpy.savez(out, **{name: file.get_tensor(name).astype("float32") for name in file.keys()})
    print(file.metadata())
