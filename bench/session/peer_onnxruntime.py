"""ONNX Runtime in Python as samexporter's and AnyLabeling's clients use it: default sessions, OpenCV for pictures, the decoder asked for masks
at the encoder's size, and the answer warped back to the picture. peer_onnxruntime.py ENCODER DECODER; commands as in companion.py."""

import sys
import time

import cv2
import numpy
import onnxruntime

import companion


class Peer:
    def __init__(self, encoder, decoder):
        providers = ["CPUExecutionProvider"]
        self.encoder = onnxruntime.InferenceSession(encoder, providers=providers)
        self.decoder = onnxruntime.InferenceSession(decoder, providers=providers)
        self.channels_last = len(self.encoder.get_inputs()[0].shape) == 3
        self.embedding = {}

    def encode(self, path):
        begin = time.perf_counter()
        picture = cv2.imread(path)[..., ::-1]
        self.size = picture.shape[:2]
        longest = max(self.size)
        if self.channels_last:
            self.scale = (1024 / longest,) * 2
            self.frame = tuple(round(side * 1024 / longest) for side in self.size)
            small = cv2.resize(picture, self.frame[::-1], interpolation=cv2.INTER_LINEAR).astype(numpy.float32)
        else:
            self.frame = (1024, 1024)
            self.scale = (1024 / self.size[1], 1024 / self.size[0])
            small = cv2.resize(picture, self.frame[::-1], interpolation=cv2.INTER_LINEAR).astype(numpy.float32) / 255
            small = (small - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
            small = small.transpose(2, 0, 1)[None].astype(numpy.float32)
        names = [o.name for o in self.encoder.get_outputs()]
        made = self.encoder.run(None, {self.encoder.get_inputs()[0].name: small})
        self.embedding = dict(zip(names, made))
        return {"ms": (time.perf_counter() - begin) * 1e3}

    def predict(self, x, y):
        begin = time.perf_counter()
        point = [float(x) * self.scale[0], float(y) * self.scale[1]]
        values = {
            "point_coords": numpy.array([[point, [0, 0]]], numpy.float32),
            "point_labels": numpy.array([[1, -1]], numpy.float32),
            "mask_input": numpy.zeros((1, 1, 256, 256), numpy.float32),
            "has_mask_input": numpy.zeros(1, numpy.float32),
            "orig_im_size": numpy.array(self.frame, numpy.float32),
            **self.embedding,
        }
        if len(self.embedding) == 1:
            values["image_embeddings"] = next(iter(self.embedding.values()))
        inputs = {i.name: values[i.name] for i in self.decoder.get_inputs()}
        masks, scores = self.decoder.run(["masks", "iou_predictions"], inputs)
        best = masks[0, int(scores[0].argmax())]
        mask = cv2.resize(best, self.size[::-1], interpolation=cv2.INTER_LINEAR) > 0
        return {"ms": (time.perf_counter() - begin) * 1e3, "pixels": int(mask.sum())}


if __name__ == "__main__":
    peer = Peer(*sys.argv[1:3])
    companion.serve({"encode": peer.encode, "predict": peer.predict})
