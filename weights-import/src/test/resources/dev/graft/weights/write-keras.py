"""Writes HDF5 as Keras does, and in the other ways that h5py has."""

import sys

import h5py
import numpy

folder = sys.argv[1]
rng = numpy.random.default_rng(1)
layers = {
    "conv1_conv": {"kernel:0": rng.normal(size=(7, 7, 3, 8)), "bias:0": rng.normal(size=8)},
    "conv1_relu": {},
    "bn": {n: rng.normal(size=8) for n in ("gamma:0", "beta:0", "moving_mean:0", "moving_variance:0")},
    "predictions": {"kernel:0": rng.normal(size=(8, 1000)), "bias:0": rng.normal(size=1000)},
}
expected = {}


def keras(group, options, dtype="float32"):
    group.attrs["layer_names"] = [n.encode("utf8") for n in layers]
    group.attrs["backend"] = "tensorflow".encode("utf8")
    group.attrs["keras_version"] = "2.11.0"
    for layer, weights in layers.items():
        g = group.create_group(layer)
        g.attrs["weight_names"] = [f"{layer}/{n}".encode("utf8") for n in weights]
        for name, value in weights.items():
            value = value.astype("float32")
            g.create_dataset(f"{layer}/{name}", data=value.astype(dtype), **options)
            expected[f"{layer}/{layer}/{name}"] = value


for libver in "earliest", "latest":
    with h5py.File(f"{folder}/weights-{libver}.h5", "w", libver=libver) as f:
        keras(f, {})
with h5py.File(f"{folder}/model.h5", "w") as f:
    f.attrs["model_config"] = ("x" * 5000).encode("utf8")
    keras(f.create_group("model_weights"), {})
    f.create_group("optimizer_weights").create_dataset("m", data=[1.0])
with h5py.File(f"{folder}/big-endian.h5", "w") as f:
    keras(f, {}, ">f4")
with h5py.File(f"{folder}/gzip.h5", "w") as f:
    keras(f, {"compression": "gzip", "shuffle": True, "fletcher32": True})
with h5py.File(f"{folder}/chunked.h5", "w") as f:
    keras(f, {"chunks": True})
with h5py.File(f"{folder}/newer.h5", "w", libver="latest") as f:
    keras(f, {"chunks": True})
with h5py.File(f"{folder}/newer-gzip.h5", "w", libver="latest") as f:
    keras(f, {"compression": "gzip", "shuffle": True, "fletcher32": True})
pages = numpy.arange(6000, dtype="float32").reshape(2, 3000)
with h5py.File(f"{folder}/pages.h5", "w", libver="latest") as f:
    f.create_dataset("paged", data=pages, chunks=(1, 2))
    f.create_dataset("gzip", data=pages, chunks=(1, 2), compression="gzip")
    f.create_dataset("one", data=pages, chunks=pages.shape)
    f.create_dataset("one-gzip", data=pages, chunks=pages.shape, compression="gzip")
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((1, 250))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple(pages.shape)
    row = h5py.h5d.create(f.id, b"row", h5py.h5t.IEEE_F32LE, space, early)
    row.write(h5py.h5s.ALL, h5py.h5s.ALL, pages)
with h5py.File(f"{folder}/growing.h5", "w", libver="latest") as f:
    f.create_dataset("g", data=pages, chunks=(1, 2), maxshape=(None, 3000))
with h5py.File(f"{folder}/keras3.weights.h5", "w") as f:
    for i in range(300):
        g = f.create_group(f"layers/dense_{i}", track_order=True).create_group("vars", track_order=True)
        for k in range(2):
            g.create_dataset(str(k), data=numpy.full(3, 10 * i + k, "float32"))
with h5py.File(f"{folder}/ordered.h5", "w") as f:
    g = f.create_group("g", track_order=True)
    for i in range(2000):
        g.create_dataset(f"w{(i * 7919) % 2000}", data=numpy.float32(i))
    g.attrs["many"] = "attributes"
    for i in range(20):
        g.attrs[f"a{i}"] = "x"
numpy.savez(f"{folder}/expected.npz", **{k.replace("/", "|"): v for k, v in expected.items()})
