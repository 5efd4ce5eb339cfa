"""Writes one state dict in each of torch.save's formats, and its values as float32 for comparison."""

import collections
import io
import pickle
import struct
import sys
import tarfile

import numpy
import torch

folder = sys.argv[1]
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) - 7.5
tied = torch.nn.Parameter(torch.tensor([[1.5, -2.0], [0.25, 8.0]]))
tensors = collections.OrderedDict(
    f16=base.half(),
    bf16=base.bfloat16(),
    f32=base.clone(),
    f64=base.double() / 3,
    u8=torch.tensor([0, 1, 255], dtype=torch.uint8),
    i8=torch.tensor([-128, 127], dtype=torch.int8),
    i16=torch.tensor([-32768, 32767], dtype=torch.int16),
    i32=torch.tensor([-5, 1 << 20], dtype=torch.int32),
    i64=torch.tensor([-5, 1 << 23]),
    bool=torch.tensor([True, False]),
    transposed=base.t(),
    stepped=base[1::2, ::3],
    expanded=base[0, :2].expand(3, 2),
    view=base[2:],
    channels_last=torch.arange(48.0).reshape(2, 4, 3, 2).to(memory_format=torch.channels_last),
    scalar=torch.tensor(3.0),
    empty=torch.zeros(3, 0),
    parameter=tied,
    tied=tied,
)
checkpoint = {
    "epoch": 3,
    "state_dict": collections.OrderedDict(("module." + k, v) for k, v in tensors.items()),
    "optimizer": {"state": {0: {"momentum_buffer": base}}, "param_groups": [{"lr": 0.1, "params": [0]}]},
}


def tar(path):
    """As torch.save wrote in 2016; torch.load still reads it, nothing writes it any more."""
    storages, keys, entries = [], {}, []
    for name, t in tensors.items():
        t = t.detach()
        s = t.storage()
        if s.data_ptr() not in keys or s.size() == 0:
            keys[s.data_ptr() or -len(storages) - 1] = len(storages) + 1
            storages.append((len(storages) + 1, t))
        key = keys[s.data_ptr()] if s.size() else len(storages)
        entries.append((1000 + len(entries), key, t))
    out = io.BytesIO()
    pickle.dump(len(storages), out, protocol=2)
    for key, t in storages:
        pickle.dump((key, "cpu", getattr(torch, t.storage_type().__name__)), out, protocol=2)
        data = t.storage()
        flat = torch.tensor([], dtype=t.dtype).set_(data._storage, 0, (data.size(),), (1,))
        raw = flat.view(torch.int16) if t.dtype == torch.bfloat16 else flat
        out.write(struct.pack("<q", data.size()) + raw.numpy().tobytes())
    pickle.dump([], out, protocol=2)
    lists = io.BytesIO()
    pickle.dump(len(entries), lists, protocol=2)
    for key, storage, t in entries:
        pickle.dump((key, storage, torch.FloatTensor), lists, protocol=2)
        lists.write(struct.pack("<ii", t.dim(), 0))
        lists.write(struct.pack(f"<{2 * t.dim()}q", *t.size(), *t.stride()))
        lists.write(struct.pack("<q", t.storage_offset()))

    class Ids(pickle.Pickler):
        def persistent_id(self, value):
            return value.key if isinstance(value, Reference) else None

    names = io.BytesIO()
    pickler = Ids(names, protocol=2)
    pickler.dump(collections.OrderedDict((n, Reference(str(e[0]))) for n, e in zip(tensors, entries)))
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in ("storages", out), ("tensors", lists), ("pickle", names):
            info = tarfile.TarInfo(name)
            info.size = len(data.getvalue())
            archive.addfile(info, io.BytesIO(data.getvalue()))
    back = torch.load(path)
    assert all(torch.equal(back[n], t) for n, t in tensors.items()), "torch reads it otherwise"


class Reference:
    def __init__(self, key):
        self.key = key


torch.save(tensors, f"{folder}/plain-zip.pt")
torch.save(tensors, f"{folder}/plain-legacy.pt", _use_new_zipfile_serialization=False)
torch.save(checkpoint, f"{folder}/checkpoint-zip.pt")
torch.save(checkpoint, f"{folder}/checkpoint-legacy.pt", _use_new_zipfile_serialization=False)
torch.save({"c": torch.zeros(2, dtype=torch.complex64)}, f"{folder}/complex-zip.pt")
torch.save(
    {"c": torch.zeros(2, dtype=torch.complex64)},
    f"{folder}/complex-legacy.pt",
    _use_new_zipfile_serialization=False,
)
tar(f"{folder}/plain-tar.pt")
values = {name: t.detach().float().numpy() for name, t in tensors.items()}
numpy.savez(f"{folder}/expected.npz", **values)
numpy.savez_compressed(f"{folder}/compressed.npz", **values)
numpy.savez(f"{folder}/fortran.npz", **{k: numpy.array(v, order="F") for k, v in values.items()})
