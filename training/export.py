"""Writes a checkpoint as two ONNX files with the signatures of the official SAM exports.

    python export.py CHECKPOINT FOLDER [--side 384]

builtin.encoder.onnx: image [1, 3, side, side], RGB in SAM's normalisation, letterboxed into the upper left corner -> image_embeddings.
builtin.decoder.onnx: image_embeddings, point_coords, point_labels, mask_input, has_mask_input, orig_im_size -> masks, iou_predictions,
low_res_masks. The frame that points are in is twice `side`, so that it is four times the mask input as in SAM. Weights are kept in half
precision and computed with in single. On photos the network is less sure of what belongs to an object than on scenes: --box-bias and --click-bias,
chosen with evaluate.py --biases, move its masks' edges outwards. Afterwards both files are run in ONNX Runtime and compared with the network.
"""

import argparse
import os

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

from network import EMBEDDING, Network


class DecoderExport(nn.Module):
    """biases: added to the logits of prompts with a box and without one. Taken off again from those that come back as mask input."""

    def __init__(self, decoder, side, biases=(0.0, 0.0)):
        super().__init__()
        self.decoder, self.side, self.biases = decoder, side, biases

    def forward(self, image_embeddings, point_coords, point_labels, mask_input, has_mask_input, orig_im_size):
        shared = self.decoder.prepare(image_embeddings)
        has_box = (point_labels == 2).float().amax()
        bias = has_box * self.biases[0] + (1 - has_box) * self.biases[1]
        low, scores, _ = self.decoder(shared, point_coords / (2.0 * self.side), point_labels, mask_input - bias, has_mask_input)
        low = low + bias
        return self.enlarged(low, orig_im_size), scores, low

    def enlarged(self, low, size):
        """Bilinear, in one step: the part of the frame that the picture covers, at the picture's size."""
        height, width = size[0], size[1]
        scale = self.side / torch.maximum(height, width)
        # Rows and columns of the picture in -1..1 of the frame.
        y = (torch.arange(1, height.to(torch.int64) + 1).float() - 0.5) / height * (torch.floor(height * scale + 0.5) / self.side) * 2 - 1
        x = (torch.arange(1, width.to(torch.int64) + 1).float() - 0.5) / width * (torch.floor(width * scale + 0.5) / self.side) * 2 - 1
        grid = torch.stack([x[None, :] + 0 * y[:, None], y[:, None] + 0 * x[None, :]], -1)[None]
        return F.grid_sample(low, grid, mode="bilinear", padding_mode="border", align_corners=False)


def shorten_names(graph):
    """The exporter's names are paths of modules: as many bytes as a small layer."""
    kept = {value.name for value in [*graph.input, *graph.output]}
    short = {}

    def name(old):
        return old if old in kept or not old else short.setdefault(old, f"t{len(short)}")

    for i, node in enumerate(graph.node):
        node.name, node.doc_string = f"n{i}", ""
        node.input[:] = [name(n) for n in node.input]
        node.output[:] = [name(n) for n in node.output]
    for tensor in graph.initializer:
        tensor.name = name(tensor.name)
    del graph.value_info[:]


def halve_weights(path, notes):
    """Weights as half precision with a cast behind each; runtimes fold or fuse it. notes: metadata."""
    model = onnx.load(path)
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < 64:
            continue
        half = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name + "_half")
        casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    shorten_names(graph)
    for key, value in notes.items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def export(network, folder, side, biases):
    os.makedirs(folder, exist_ok=True)
    encoder, decoder = (os.path.join(folder, f"builtin.{part}.onnx") for part in ("encoder", "decoder"))
    half, quarter = side // 2, side // 4
    # Rounded first, so that what is compared below is what is written.
    for parameter in network.parameters():
        if parameter.numel() >= 64:
            parameter.data = parameter.data.half().float()
    picture = torch.randn(1, 3, side, side)
    torch.onnx.export(network.encoder, (picture,), encoder, input_names=["image"], output_names=["image_embeddings"], opset_version=17,
                      dynamo=False)  # fmt: skip
    points = torch.tensor([[[40.0, 60.0], [side * 1.5, side * 1.2]]])
    inputs = {"image_embeddings": torch.randn(1, EMBEDDING, quarter, quarter), "point_coords": points,
              "point_labels": torch.tensor([[2.0, 3.0]]), "mask_input": torch.zeros(1, 1, half, half),
              "has_mask_input": torch.zeros(1), "orig_im_size": torch.tensor([300.0, 400.0])}  # fmt: skip
    outputs = ["masks", "iou_predictions", "low_res_masks"]
    axes = {"point_coords": {1: "points"}, "point_labels": {1: "points"}, "masks": {2: "height", 3: "width"}}
    torch.onnx.export(DecoderExport(network.decoder, side, biases), tuple(inputs.values()), decoder, input_names=list(inputs),
                      output_names=outputs, dynamic_axes=axes, opset_version=17, dynamo=False)  # fmt: skip
    for path in (encoder, decoder):
        halve_weights(path, {"about": "the built-in model of SAM Annotator, trained on drawn scenes; see its model card", "points_frame_side": str(2 * side)})
    return encoder, decoder


@torch.no_grad()
def compare(network, side, biases, encoder, decoder):
    """The largest differences between the files and the network, over prompts of several kinds."""
    sessions = [onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]) for path in (encoder, decoder)]
    picture = torch.randn(1, 3, side, side)
    embedding = network.encoder(picture)
    worst = {"image_embeddings": (torch.from_numpy(sessions[0].run(None, {"image": picture.numpy()})[0]) - embedding).abs().max().item()}
    for labels, size in (([2, 3], (64, 64)), ([1, -1], (480, 321)), ([1, 0, 1, 2, 3], (100, 700))):
        inputs = {"image_embeddings": embedding, "point_coords": torch.rand(1, len(labels), 2).sort(1)[0] * 2 * side,
                  "point_labels": torch.tensor([labels], dtype=torch.float32), "mask_input": torch.randn(1, 1, side // 2, side // 2),
                  "has_mask_input": torch.tensor([float(len(labels) > 2)]), "orig_im_size": torch.tensor(size, dtype=torch.float32)}  # fmt: skip
        expected = DecoderExport(network.decoder, side, biases)(*inputs.values())
        given = sessions[1].run(None, {name: value.numpy() for name, value in inputs.items()})
        for name, a, b in zip(("masks", "iou_predictions", "low_res_masks"), given, expected):
            worst[name] = max(worst.get(name, 0), (torch.from_numpy(a) - b).abs().max().item())
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint")
    parser.add_argument("folder")
    parser.add_argument("--side", type=int, default=384, help="of the encoder's picture, a multiple of 32 (default: %(default)s)")
    parser.add_argument("--box-bias", type=float, default=0.0, help="added to the logits of prompts with a box (default: %(default)s)")
    parser.add_argument("--click-bias", type=float, default=0.0, help="added to those of other prompts (default: %(default)s)")
    options = parser.parse_args()
    network = Network().eval()
    network.load_state_dict(torch.load(options.checkpoint, map_location="cpu", weights_only=True)["average"])
    biases = options.box_bias, options.click_bias
    paths = export(network, options.folder, options.side, biases)
    for path in paths:
        print(f"{path}: {os.path.getsize(path)} bytes")
    for name, difference in compare(network, options.side, biases, *paths).items():
        print(f"{name}: at most {difference:.2e} from the network")


if __name__ == "__main__":
    main()
