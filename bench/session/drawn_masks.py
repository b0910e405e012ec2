"""A decoder that draws a mask like a trained one's. The networks to measure with may have random weights: their cost is the real one, but their masks
are noise, whose outline is a hundred times longer than any object's. This writes a copy of the file whose logits are a blob around the first point,
with a wavy edge, plus the network's own answer made small: the same network, and some ten operations over 256 x 256 values more. Program, bare runs
and peers are given the same copy.

The file is edited as protobuf (ONNX's ModelProto), so that nothing has to be installed.
"""

import pathlib
import struct


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value, at
        shift += 7


def field(number, content):
    """A length-delimited field, or a number."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def fields(data):
    """Number, content and the raw bytes of each field; the content of those that are not length-delimited is None."""
    at = 0
    while at < len(data):
        start = at
        tag, at = read_varint(data, at)
        content = None
        if tag & 7 == 0:
            _, at = read_varint(data, at)
        elif tag & 7 == 2:
            size, at = read_varint(data, at)
            content = data[at : at + size]
            at += size
        else:
            at += 8 if tag & 7 == 1 else 4
        yield tag >> 3, content, data[start:at]


NODE, INITIALIZER, OUTPUT, GRAPH = 1, 5, 12, 7
FLOAT, INT64 = 1, 7


def tensor(name, shape, kind, values):
    raw = struct.pack(f"<{len(values)}{'f' if kind == FLOAT else 'q'}", *values)
    return field(INITIALIZER, b"".join(field(1, side) for side in shape) + field(2, kind) + field(8, name) + field(9, raw))


def node(kind, inputs, output, axis=None):
    body = b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, kind)
    if axis is not None:
        body += field(5, field(1, "axis") + field(3, axis) + field(20, 2))
    return field(NODE, body)


def blob(given, result):
    """Nodes and constants that make `result` from the decoder's own logits and the place of the first point, in a frame of 1024."""
    places = [4.0 * i + 2.0 for i in range(256)]
    constants = [tensor("blob.x", [1, 1, 1, 256], FLOAT, places), tensor("blob.y", [1, 1, 256, 1], FLOAT, places),
                 tensor("blob.0", [], INT64, [0]), tensor("blob.1", [], INT64, [1])]
    for name, value in (("small", 1e-4), ("radius", 170.0), ("wave", 22.0), ("often", 0.06), ("slope", 0.05)):
        constants.append(tensor("blob." + name, [], FLOAT, [value]))
    steps = [node("Gather", ["point_coords", "blob.0"], "blob.point", axis=1),
             node("Gather", ["blob.point", "blob.0"], "blob.px", axis=1), node("Gather", ["blob.point", "blob.1"], "blob.py", axis=1)]
    for side in "xy":
        steps += [node("Sub", [f"blob.{side}", f"blob.p{side}"], f"blob.d{side}"),
                  node("Mul", [f"blob.d{side}"] * 2, f"blob.d{side}2"),
                  node("Mul", [f"blob.d{side}", "blob.often"], f"blob.{side}phase"), node("Sin", [f"blob.{side}phase"], f"blob.{side}sin")]
    steps += [node("Add", ["blob.dx2", "blob.dy2"], "blob.d2"), node("Sqrt", ["blob.d2"], "blob.d"),
              node("Add", ["blob.xsin", "blob.ysin"], "blob.sin"), node("Mul", ["blob.sin", "blob.wave"], "blob.edge"),
              node("Add", ["blob.edge", "blob.radius"], "blob.reach"), node("Sub", ["blob.reach", "blob.d"], "blob.inside"),
              node("Mul", ["blob.inside", "blob.slope"], "blob.logits"), node("Mul", [given, "blob.small"], "blob.own"),
              node("Add", ["blob.own", "blob.logits"], result)]
    return b"".join(constants + steps)


def write(decoder, to):
    """The copy. Returns its path. Raises RuntimeError where the file has no low-resolution output."""
    model = pathlib.Path(decoder).read_bytes()
    graph = next(content for number, content, _ in fields(model) if number == GRAPH)
    outputs = [next(c for n, c, _ in fields(content) if n == 1) for number, content, _ in fields(graph) if number == OUTPUT]
    name = b"low_res_masks" if b"low_res_masks" in outputs else b"masks"
    if name not in outputs:
        raise RuntimeError(f"{decoder} has neither low_res_masks nor masks")
    renamed = bytes(reversed(name))  # as long, so that no lengths change
    written = bytearray()
    for number, content, raw in fields(graph):
        if number == NODE:
            raw = field(NODE, rename(content, name, renamed))
        written += raw
    written += blob(renamed.decode(), name.decode())
    rest = b"".join(raw for number, _, raw in fields(model) if number != GRAPH)
    to.write_bytes(rest + field(GRAPH, bytes(written)))
    return to


def rename(node_body, old, new):
    out = bytearray()
    for number, content, raw in fields(node_body):
        out += field(number, new) if number in (1, 2) and content == old else raw
    return bytes(out)
