#!/usr/bin/env python3
"""Makes torch_protocol_2.pth.tar and torch_protocol_4.pth.tar beside this file, for
tests/core/results/tst_torch_archive.cpp: what torch.save writes of a small dict, without PyTorch
and NumPy. Python's own pickle does the work; stand-ins of the same names are all it sees of torch.
Call: python3 make_torch_archive.py"""
import collections
import io
import pathlib
import pickle
import struct
import sys
import types
import zipfile


def named(module, name, thing):
    if module not in sys.modules:
        sys.modules[module] = types.ModuleType(module)
    thing.__module__, thing.__name__, thing.__qualname__ = module, name, name
    setattr(sys.modules[module], name, thing)
    return thing


named("torch", "_utils", type("_utils", (), {}))
rebuild_tensor = named("torch._utils", "_rebuild_tensor_v2", lambda *a: None)
rebuild_parameter = named("torch._utils", "_rebuild_parameter", lambda *a: None)
float_storage = named("torch", "FloatStorage", type("FloatStorage", (), {}))
long_storage = named("torch", "LongStorage", type("LongStorage", (), {}))
named("numpy", "core", type("core", (), {}))
named("numpy.core", "multiarray", type("multiarray", (), {}))
scalar = named("numpy.core.multiarray", "scalar", lambda *a: None)
dtype = named("numpy", "dtype", type("dtype", (), {}))


class Storage:
    def __init__(self, kind, code, values, location):
        self.kind, self.values, self.location = kind, values, location
        self.data = struct.pack(f"<{len(values)}{code}", *values)


class Reduced:
    def __init__(self, *how):
        self.how = how

    def __reduce__(self):
        return self.how


def tensor(storage, shape, stride, offset=0):
    return Reduced(rebuild_tensor, (storage, offset, shape, stride, False,
                                    collections.OrderedDict()))


class Pickler(pickle.Pickler):
    def __init__(self, file, protocol):
        super().__init__(file, protocol)
        self.storages = []

    def persistent_id(self, thing):
        if not isinstance(thing, Storage):
            return None
        if thing not in self.storages:
            self.storages.append(thing)
        return ("storage", thing.kind, str(self.storages.index(thing)), thing.location,
                len(thing.values))


def write(protocol):
    a = Storage(float_storage, "f", [0, 1, 2, 3, 4, 5], "cuda:0")
    b = Storage(long_storage, "q", [1 << 40], "cpu")
    state = collections.OrderedDict(a=tensor(a, (2, 3), (3, 1)), b=tensor(b, (), ()))
    state._metadata = collections.OrderedDict(version=1)
    number = Reduced(scalar, (Reduced(dtype, ("f8", False, True),
                                      (3, "<", None, None, None, -1, -1, 0)),
                              struct.pack("<d", 51.5)))
    parameter = Reduced(rebuild_parameter, (tensor(a, (3, 2), (1, 3)), True,
                                            collections.OrderedDict()))
    root = {"epoch": 20, "state_dict": state, "best_acc1": number,
            "more": [None, True, -300, -(1 << 40), 0.1, "Größe", (1, 2, 3, ()), parameter]}
    file = io.BytesIO()
    pickler = Pickler(file, protocol)
    pickler.dump(root)
    path = pathlib.Path(__file__).parent / f"torch_protocol_{protocol}.pth.tar"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        def add(name, data):
            archive.writestr(zipfile.ZipInfo("20_ckpt.pth/" + name), data)
        add("data.pkl", file.getvalue())
        for i, storage in enumerate(pickler.storages):
            add(f"data/{i}", storage.data)
        add("version", "3\n")


for protocol in (2, 4):
    write(protocol)
