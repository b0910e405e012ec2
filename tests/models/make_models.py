"""Writes the ONNX files of a few kB in tests/data/models, which the test suite uses in place of real networks.

    pip install -r tests/models/requirements.txt && python tests/models/make_models.py

The files are committed, so the tests need no Python. Names, types and shapes are those of the real exports. What the SAM files compute
is simple enough to predict by hand:

encoder   channel 0 of the embedding is the mean of the normalised R, G, B over one cell, channels 1 to 3 are R, G, B, the rest 0.
decoder   L is channel 0 at the low resolution. A foreground point supports the pixels within about a fifth of the frame whose L is that at
          the point; a box supports the pixels inside whose L is that at its centre; background points take support away.
          logit = 12 * support - 6 - 12 * background + has_mask_input * clip(1.5 * mask_input, -3, 9)
          Of several masks, 0 and 2 are that, 1 is larger (+3), 3 is smaller (-3).
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "models"
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
OPSET = 17
SAM1_MEAN, SAM1_STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


class Graph:
    """Collects nodes; every method returns the name of its result."""

    def __init__(self):
        self.nodes, self.initializers, self.inputs, self.outputs, self.count = [], [], [], [], 0

    def input(self, name, shape, kind=FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value, name, shape, kind=FLOAT):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def name(self):
        self.count += 1
        return f"t{self.count}"

    def constant(self, value, dtype=np.float32):
        name = self.name()
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def ints(self, *values):
        return self.constant(values, np.int64)

    def op(self, kind, *inputs, **attributes):
        inputs = [self.constant(i) if isinstance(i, (int, float)) else i for i in inputs]
        name = self.name()
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def add(self, *values):
        total = values[0]
        for value in values[1:]:
            total = self.op("Add", total, value)
        return total

    def mul(self, *values):
        product = values[0]
        for value in values[1:]:
            product = self.op("Mul", product, value)
        return product

    def unsqueeze(self, value, *axes):
        return self.op("Unsqueeze", value, self.ints(*axes))

    def slice(self, value, start, end, axis):
        return self.op("Slice", value, self.ints(start), self.ints(end), self.ints(axis))

    def equals(self, value, number):
        return self.op("Cast", self.op("Equal", value, number), to=FLOAT)

    def resize(self, value, sizes, mode="linear"):
        rest = {"nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"} if mode == "nearest" else {}
        if mode == "cubic":
            rest = {"cubic_coeff_a": -0.75, "coordinate_transformation_mode": "half_pixel"}
        self.nodes.append(helper.make_node("Resize", [value, "", "", sizes], [name := self.name()], mode=mode, **rest))
        return name

    def model(self):
        graph = helper.make_graph(self.nodes, "test", self.inputs, self.outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model)
        return model

    def save(self, name):
        onnx.save(self.model(), OUT / name)


def features(g, picture, stride, channels):
    """[1,3,S,S] to [1,channels,S/stride,S/stride]: mean, R, G, B, zeros."""
    rgb = g.op("AveragePool", picture, kernel_shape=[stride, stride], strides=[stride, stride])
    mean = g.op("ReduceMean", rgb, axes=[1], keepdims=1)
    four = g.op("Concat", mean, rgb, axis=1)
    return g.op("Pad", four, g.ints(0, 0, 0, 0, 0, channels - 4, 0, 0), mode="constant")


def sam1_encoder_hwc(size=1024):
    g = Graph()
    picture = g.input("input_image", ["image_height", "image_width", 3])
    normal = g.op("Div", g.op("Sub", picture, g.constant(SAM1_MEAN)), g.constant(SAM1_STD))
    planes = g.unsqueeze(g.op("Transpose", normal, perm=[2, 0, 1]), 0)
    missing = g.op("Sub", g.ints(size, size), g.slice(g.op("Shape", planes), 2, 4, 0))
    pads = g.op("Concat", g.ints(0, 0, 0, 0, 0, 0), missing, axis=0)
    padded = g.op("Reshape", g.op("Pad", planes, pads, mode="constant"), g.ints(1, 3, size, size))
    g.output(features(g, padded, 16, 256), "image_embeddings", [1, 256, size // 16, size // 16])
    return g


def sam1_encoder_nchw(size=1024, name="input_image"):
    g = Graph()
    picture = g.input(name, [1, 3, size, size])
    g.output(features(g, picture, 16, 256), "image_embeddings", [1, 256, size // 16, size // 16])
    return g


class Frame:
    """Distances and similarities in the square frame of `size` pixels, on a grid of `cells`."""

    def __init__(self, g, luma, size, cells):
        self.g, self.luma, self.size = g, luma, size  # luma: [1 or B, 1, cells, cells]
        centres = (np.arange(cells) + 0.5) * size / cells
        self.x = g.constant(centres.reshape(1, 1, 1, cells))
        self.y = g.constant(centres.reshape(1, 1, cells, 1))

    def bump(self, x, y, sigma):
        g = self.g
        dx, dy = g.op("Sub", self.x, x), g.op("Sub", self.y, y)
        return g.op("Exp", g.mul(g.add(g.mul(dx, dx), g.mul(dy, dy)), -0.5 / sigma**2))

    def similarity(self, x, y):
        """1 where L is that at (x, y), falling towards 0."""
        g = self.g
        near = self.bump(x, y, self.size / 128)
        total = g.op("ReduceSum", near, g.ints(2, 3), keepdims=1)
        there = g.op("Div", g.op("ReduceSum", g.mul(near, self.luma), g.ints(2, 3), keepdims=1), g.add(total, 1e-6))
        difference = g.op("Sub", self.luma, there)
        return g.op("Exp", g.mul(difference, difference, -2.0))

    def inside(self, x1, y1, x2, y2):
        g, soft = self.g, 256 / self.size
        edges = [g.op("Sub", self.x, x1), g.op("Sub", x2, self.x), g.op("Sub", self.y, y1), g.op("Sub", y2, self.y)]
        return g.mul(*[g.op("Sigmoid", g.mul(edge, 4.0 * soft)) for edge in edges])


def prompt_logits(g, luma, size, cells, mask_input, has_mask):
    """The formula of the file's head; [B,1,cells,cells]."""
    frame = Frame(g, luma, size, cells)
    coords, labels = "point_coords", g.unsqueeze("point_labels", 2, 3)  # [B,N,1,1]
    x = g.add(g.unsqueeze(g.op("Squeeze", g.slice(coords, 0, 1, 2), g.ints(2)), 2, 3), 0.5)
    y = g.add(g.unsqueeze(g.op("Squeeze", g.slice(coords, 1, 2, 2), g.ints(2)), 2, 3), 0.5)

    reach = g.op("Clip", g.mul(frame.bump(x, y, size / 8), 2.0), "", g.constant(1.0))
    points = g.mul(g.equals(labels, 1.0), reach, frame.similarity(x, y))
    points = g.op("ReduceMax", points, axes=[1], keepdims=1)

    def corner(value, label):
        return g.op("ReduceSum", g.mul(value, g.equals(labels, label)), g.ints(1), keepdims=1)

    x1, y1, x2, y2 = corner(x, 2.0), corner(y, 2.0), corner(x, 3.0), corner(y, 3.0)
    has_box = g.op("ReduceMax", g.equals(labels, 2.0), axes=[1], keepdims=1)
    centre = g.mul(g.add(x1, x2), 0.5), g.mul(g.add(y1, y2), 0.5)
    box = g.mul(has_box, frame.inside(x1, y1, x2, y2), frame.similarity(*centre))

    background = g.mul(g.equals(labels, 0.0), frame.bump(x, y, size / 16))
    background = g.op("ReduceMax", background, axes=[1], keepdims=1)
    support = g.op("Max", points, box)
    before = g.mul(g.op("Clip", g.mul(mask_input, 1.5), g.constant(-3.0), g.constant(9.0)), has_mask)
    return g.add(g.mul(support, 12.0), -6.0, g.mul(background, -12.0), before)


def candidates(g, logits, offsets, scores):
    masks = g.add(logits, g.constant(np.reshape(offsets, (1, len(offsets), 1, 1))))
    level = g.op("Tanh", g.op("ReduceMean", masks, axes=[2, 3], keepdims=0))
    return masks, g.add(g.mul(level, 0.05), g.constant([scores]))


def resized_like_official(g, low_res, size):
    """Up to the frame, cut to the picture's part of it, then to orig_im_size (float H, W)."""
    full = g.resize(low_res, g.op("Concat", g.slice(g.op("Shape", low_res), 0, 2, 0), g.ints(size, size), axis=0))
    original = "orig_im_size"
    scale = g.op("Div", g.constant([float(size)]), g.op("ReduceMax", original, axes=[0], keepdims=1))
    part = g.op("Cast", g.op("Floor", g.add(g.mul(original, scale), 0.5)), to=INT64)
    cut = g.op("Slice", full, g.ints(0, 0), part, g.ints(2, 3))
    target = g.op("Concat", g.slice(g.op("Shape", cut), 0, 2, 0), g.op("Cast", original, to=INT64), axis=0)
    return g.resize(cut, target)


def sam1_decoder(masks, size=1024):
    g, cells, low = Graph(), size // 16, size // 4
    g.input("image_embeddings", [1, 256, cells, cells])
    g.input("point_coords", [1, "num_points", 2])
    g.input("point_labels", [1, "num_points"])
    g.input("mask_input", [1, 1, low, low])
    g.input("has_mask_input", [1])
    g.input("orig_im_size", [2])
    luma = g.resize(g.slice("image_embeddings", 0, 1, 1), g.ints(1, 1, low, low), "nearest")
    logits = prompt_logits(g, luma, size, low, "mask_input", "has_mask_input")
    offsets, scores = [0, 3, 0, -3][:masks], [0.8, 0.75, 0.9, 0.6][:masks]
    low_res, iou = candidates(g, logits, offsets, scores)
    g.output(resized_like_official(g, low_res, size), "masks", [1, masks, "height", "width"])
    g.output(iou, "iou_predictions", [1, masks])
    g.output(low_res, "low_res_masks", [1, masks, low, low])
    return g


def sam2_encoder():
    g = Graph()
    picture = g.input("image", [1, 3, 1024, 1024])
    g.output(features(g, picture, 4, 32), "high_res_feats_0", [1, 32, 256, 256])
    g.output(features(g, picture, 8, 64), "high_res_feats_1", [1, 64, 128, 128])
    g.output(features(g, picture, 16, 256), "image_embed", [1, 256, 64, 64])
    return g


def sam2_decoder():
    g = Graph()
    g.input("image_embed", [1, 256, 64, 64])
    g.input("high_res_feats_0", [1, 32, 256, 256])
    g.input("high_res_feats_1", [1, 64, 128, 128])
    g.input("point_coords", ["num_labels", "num_points", 2])
    g.input("point_labels", ["num_labels", "num_points"])
    g.input("mask_input", ["num_labels", 1, 256, 256])
    g.input("has_mask_input", ["num_labels"])
    size = g.ints(1, 1, 256, 256)
    parts = [
        g.mul(g.slice("high_res_feats_0", 0, 1, 1), 0.5),
        g.mul(g.resize(g.slice("high_res_feats_1", 0, 1, 1), size, "nearest"), 0.25),
        g.mul(g.resize(g.slice("image_embed", 0, 1, 1), size, "nearest"), 0.25),
    ]
    logits = prompt_logits(g, g.add(*parts), 1024, 256, "mask_input", "has_mask_input")
    masks, iou = candidates(g, logits, [3, 0, -3], [0.75, 0.9, 0.6])
    g.output(g.op("Clip", masks, g.constant(-32.0), g.constant(32.0)), "masks", ["num_labels", 3, 256, 256])
    g.output(iou, "iou_predictions", ["num_labels", 3])
    return g


def arithmetic():
    """sum = a + b and product = a * b, rows left open; the unit tests' own."""
    g = Graph()
    g.input("a", ["rows", 3])
    g.input("b", [1, 3])
    g.output(g.op("Add", "a", "b"), "sum", ["rows", 3])
    g.output(g.op("Mul", "a", "b"), "product", ["rows", 3])
    return g


def every_type():
    """<type>_out = <type>_in."""
    g = Graph()
    kinds = {"f32": FLOAT, "f16": TensorProto.FLOAT16, "u8": TensorProto.UINT8, "i32": TensorProto.INT32,
             "i64": INT64, "boolean": TensorProto.BOOL}  # fmt: skip
    for name, kind in kinds.items():
        g.output(g.input(f"{name}_in", [4], kind), f"{name}_out", [4], kind)
    return g


def external():
    """y = x * weights, the weights (1 to 1024) in a file of their own."""
    g = Graph()
    g.input("x", [1, 1024])
    g.output(g.mul("x", g.constant(np.arange(1, 1025).reshape(1, 1024))), "y", [1, 1024])
    (OUT / "external.data").unlink(missing_ok=True)  # it would be appended to
    onnx.save(g.model(), OUT / "external.onnx", save_as_external_data=True, location="external.data", size_threshold=0)


def slow():
    """200 convolutions, one after the other: time grows with the picture, about 1 s at 512 x 512 on one core."""
    g = Graph()
    value = g.input("x", [1, 8, "height", "width"])
    weights = np.zeros((8, 8, 3, 3), np.float32)
    weights[range(8), range(8), 1, 1] = 1.0
    weights = g.constant(weights)
    for _ in range(200):
        value = g.op("Relu", g.op("Conv", value, weights, pads=[1, 1, 1, 1]))
    g.output(value, "y", [1, 8, "height", "width"])
    return g


def hungry():
    """Makes size[0] x size[1] floats on the way: asks for as much memory as a test wants. total = value * size[0]."""
    g = Graph()
    g.input("size", [2], INT64)
    g.input("value", [1, 1])
    sums = g.op("CumSum", g.op("Expand", "value", "size"), g.constant(0, np.int64))
    g.output(g.op("ReduceMax", sums, axes=[0, 1], keepdims=1), "total", [1, 1])
    return g


def constant_resize():
    """y = x + a constant grid blown up bicubically, as SAM2's position embedding."""
    g = Graph()
    g.input("x", [1, 2, 28, 28])
    grid = g.constant(np.arange(2 * 7 * 7).reshape(1, 2, 7, 7) % 5)
    g.output(g.add("x", g.resize(grid, g.ints(1, 2, 28, 28), "cubic")), "y", [1, 2, 28, 28])
    return g


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    sam1_encoder_hwc().save("sam1_hwc.encoder.onnx")
    sam1_encoder_nchw().save("sam1_nchw.encoder.onnx")
    sam1_encoder_nchw(512, "x").save("sam1_512.encoder.onnx")
    sam1_decoder(4).save("sam1_four.decoder.onnx")
    sam1_decoder(1).save("sam1_one.decoder.onnx")
    sam1_decoder(4, 512).save("sam1_512.decoder.onnx")
    sam2_encoder().save("sam2.encoder.onnx")
    sam2_decoder().save("sam2.decoder.onnx")
    arithmetic().save("arithmetic.onnx")
    every_type().save("every_type.onnx")
    slow().save("slow.onnx")
    hungry().save("hungry.onnx")
    constant_resize().save("constant_resize.onnx")
    external()


if __name__ == "__main__":
    main()
