#!/usr/bin/env python3
"""Writes an encoder and a decoder with SAM 1's signatures: more than 100 MB of weights, more than 500 MB of activations, about
0.7 s an encode on two cores. Masks depend on the picture and on the prompt. Needs nothing but Python: the few ONNX messages
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) are written by hand.
usage: make_pair.py FOLDER [HIDDEN]"""

import array
import pathlib
import random
import struct
import sys

SIDE, PATCH, TOKENS, WIDTH = 1024, 32, 32, 128
FINER = 4
GRID = TOKENS * FINER  # embeddings of 8 MB: SAM 1 has 4, SAM 2 has 16
FLOAT, INT64 = 1, 7


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value & (1 << 64) - 1)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def many(number, values):
    return b"".join(field(number, value) for value in values)


def tensor(name, kind, dims, data):
    return many(1, dims) + field(2, kind) + field(8, name) + field(9, data)


def floats(name, dims, values):
    return tensor(name, FLOAT, dims, array.array("f", values).tobytes())


def ints(name, values):
    return tensor(name, INT64, [len(values)], array.array("q", values).tobytes())


def attribute(name, value):
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    if isinstance(value, str):
        return field(1, name) + field(4, value) + field(20, 3)
    return field(1, name) + many(8, value) + field(20, 7)


def node(kind, inputs, outputs, **attributes):
    parts = many(1, inputs) + many(2, outputs) + field(3, outputs[0]) + field(4, kind)
    return parts + many(5, [attribute(name, value) for name, value in attributes.items()])


def port(name, dims):
    shape = b"".join(field(1, field(1, d) if isinstance(d, int) else field(2, d)) for d in dims)
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, shape)))


def model(nodes, tensors, inputs, outputs):
    graph = many(1, nodes) + field(2, "limits") + many(5, tensors) + many(11, inputs) + many(12, outputs)
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))


def weights(name, dims, scale, seed):
    """Random values: blocks of one random pool, each beginning somewhere else."""
    rng = random.Random(seed)
    pool = array.array("f", (rng.uniform(-scale, scale) for _ in range(1 << 16))).tobytes()
    left, parts = 4 * dims[0] * dims[1], []
    while left > 0:
        start = 4 * rng.randrange(1 << 15)
        part = pool[start:start + min(left, len(pool) - start)]
        parts.append(part)
        left -= len(part)
    return tensor(name, FLOAT, dims, b"".join(parts))


def encoder(hidden):
    """Patches of 32 x 32 → 1024 tokens of 128 numbers → one gated layer as wide as the memory wanted → [1,128,128,128]."""
    cells = TOKENS * TOKENS
    rng = random.Random(1)
    kernel = [rng.uniform(-0.001, 0.001) for _ in range(WIDTH * 3 * PATCH * PATCH)]
    nodes = [
        node("Conv", ["input_image", "kernel"], ["patches"], kernel_shape=[PATCH, PATCH], strides=[PATCH, PATCH]),
        node("Reshape", ["patches", "to_tokens"], ["columns"]),
        node("Transpose", ["columns"], ["tokens"], perm=[1, 0]),
        node("MatMul", ["tokens", "w_value"], ["value"]),
        node("MatMul", ["tokens", "w_gate"], ["gate"]),
        node("Sigmoid", ["gate"], ["open"]),
        node("Mul", ["value", "open"], ["gated"]),
        node("MatMul", ["gated", "w_out"], ["mixed"]),
        node("Add", ["mixed", "tokens"], ["sum"]),
        node("Transpose", ["sum"], ["back"], perm=[1, 0]),
        node("Reshape", ["back", "to_grid"], ["grid"]),
        node("Resize", ["grid", "", "finer"], ["image_embeddings"], mode="nearest"),
    ]
    tensors = [
        floats("kernel", [WIDTH, 3, PATCH, PATCH], kernel),
        weights("w_value", [WIDTH, hidden], 0.1, 2),
        weights("w_gate", [WIDTH, hidden], 0.1, 3),
        weights("w_out", [hidden, WIDTH], 0.001, 4),
        ints("to_tokens", [WIDTH, cells]),
        ints("to_grid", [1, WIDTH, TOKENS, TOKENS]),
        floats("finer", [4], [1, 1, FINER, FINER]),
    ]
    return model(nodes, tensors, [port("input_image", [1, 3, SIDE, SIDE])],
                 [port("image_embeddings", [1, WIDTH, GRID, GRID])])


def decoder():
    rng = random.Random(5)
    zero = ["point_labels", "mask_input", "has_mask_input", "orig_im_size"]
    nodes = [
        node("Conv", ["image_embeddings", "kernel"], ["coarse"], kernel_shape=[1, 1]),
        node("ReduceMean", ["point_coords"], ["where"], keepdims=0),
        node("Mul", ["where", "small"], ["shift"]),
        node("Sub", ["coarse", "shift"], ["shifted"]),
        node("Resize", ["shifted", "", "scales"], ["enlarged"], mode="linear"),
    ]
    last = "enlarged"
    for name in zero:  # used, and of no effect
        nodes += [node("ReduceMean", [name], [f"mean_{name}"], keepdims=0), node("Mul", [f"mean_{name}", "zero"], [f"no_{name}"]),
                  node("Add", [last, f"no_{name}"], [f"with_{name}"])]
        last = f"with_{name}"
    nodes += [
        node("Identity", [last], ["low_res_masks"]),
        node("ReduceMean", [last], ["mean"], axes=[2, 3], keepdims=0),
        node("Sigmoid", ["mean"], ["iou_predictions"]),
    ]
    tensors = [
        floats("kernel", [1, WIDTH, 1, 1], [rng.uniform(-1, 1) for _ in range(WIDTH)]),
        floats("small", [], [1e-4]),
        floats("zero", [], [0.0]),
        floats("scales", [4], [1, 1, 256 // GRID, 256 // GRID]),
    ]
    inputs = [port("image_embeddings", [1, WIDTH, GRID, GRID]), port("point_coords", [1, "n", 2]),
              port("point_labels", [1, "n"]), port("mask_input", [1, 1, 256, 256]), port("has_mask_input", [1]),
              port("orig_im_size", [2])]
    return model(nodes, tensors, inputs, [port("low_res_masks", [1, 1, 256, 256]), port("iou_predictions", [1, 1])])


def write_pair(folder, hidden=65536):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pair = folder / "large.encoder.onnx", folder / "large.decoder.onnx"
    pair[0].write_bytes(encoder(hidden))
    pair[1].write_bytes(decoder())
    return pair


if __name__ == "__main__":
    print(*write_pair(sys.argv[1], *map(int, sys.argv[2:3])))
