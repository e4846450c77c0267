#!/usr/bin/env python3
"""Makes the checkpoints beside this file, for tests/core/interchange/tst_torch_archive.cpp and
tst_state_dict.cpp: small files of the kinds that people have. Made once, with PyTorch 1.13.1 and
NumPy 1.24.2 of Debian 12. Call: python3 make_checkpoints.py"""
import argparse
import collections
import datetime
import pathlib

import numpy
import torch

HERE = pathlib.Path(__file__).parent
BEFORE_1_6 = {"_use_new_zipfile_serialization": False}


def state():
    a = torch.arange(6, dtype=torch.float32).view(2, 3)
    return collections.OrderedDict(
        a=a, b=torch.tensor(1 << 40), transposed=a.t(),
        half=torch.tensor([1.0, -2.0], dtype=torch.float16),
        parameter=torch.nn.Parameter(torch.tensor([0.5])))


def beside_the_weights():
    """What is of no consequence, and must neither be run nor stand in the way."""
    plain = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16",
             "U3", "S3", "M8[s]", "m8[s]", ">f8"]
    missing = collections.defaultdict(list)
    missing["x"].append(1)
    return {
        "counter": collections.Counter("abca"), "defaultdict": missing,
        "deque": collections.deque([1, 2]), "set": {1, 2}, "frozenset": frozenset([3]),
        "args": argparse.Namespace(lr=0.1, resume=pathlib.PurePosixPath("a/b"), nested={1: {2}}),
        "path": pathlib.PosixPath("/tmp/x"), "windows": pathlib.PureWindowsPath("c:/x"),
        "size": torch.Size([1, 2]), "device": torch.device("cuda", 1), "dtype": torch.float16,
        "complex": 1j, "bytes": b"", "range": range(3), "when": datetime.datetime(2020, 1, 2),
        "arrays": [numpy.zeros((2, 2), kind) for kind in plain],
        "objects": numpy.array([None, "x"], dtype=object),
        "fields": numpy.zeros(2, dtype=[("x", "f4"), ("y", "i2")]),
        "scalars": [numpy.zeros(1, kind)[0] for kind in plain],
        "accuracy": numpy.float32(0.5), "epoch": numpy.int64(20), "last": "here"}


def whole():
    return {"state_dict": state(), **beside_the_weights()}


def save(name, value, **how):
    torch.save(value, HERE / name, **how)


save("before_1_6.pth.tar", whole(), **BEFORE_1_6)
save("protocol_2.pth", whole())
save("protocol_4.pth", whole(), pickle_protocol=4)
save("whole_model.pth", torch.nn.Linear(2, 1))
save("whole_model_before_1_6.pth", torch.nn.Linear(2, 1), **BEFORE_1_6)
torch.jit.script(torch.nn.Linear(2, 1)).save(str(HERE / "script.pt"))
save("in_parts.pth", {"state_dict_best": {
    "feat_model": {"module.conv1.weight": torch.zeros(1, 1)},
    "classifier": {"module.fc.weight": torch.ones(2, 1), "module.fc.bias": torch.ones(2)}}})
