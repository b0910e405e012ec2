"""A client as quick as Python allows: one kept connection with TCP_NODELAY, requests sent whole, answers timed until their last byte."""

import json
import socket
import threading
import time
import urllib.parse


class HttpError(RuntimeError):
    pass


class Client:
    def __init__(self, port, timeout_s=120):
        self.port, self.timeout_s = port, timeout_s
        self.connect()

    def connect(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=self.timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self.socket.close()

    def request(self, method, path, body=None):
        """The answer's body and the milliseconds from the first byte sent to the last received."""
        for last in (False, True):
            try:
                return self.exchange(method, path, body)
            except (ConnectionError, HttpError):
                if last:
                    raise
                self.close()  # the server ends a connection that was idle
                self.connect()

    def exchange(self, method, path, body):
        payload = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n"
        message = (head + "\r\n").encode() + payload
        begin = time.perf_counter()
        self.socket.sendall(message)
        received = bytearray()
        end = -1
        while end < 0:
            received += self.receive()
            end = received.find(b"\r\n\r\n")
        length = 0
        for line in bytes(received[:end]).split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(received) < end + 4 + length:
            received += self.receive()
        took_ms = (time.perf_counter() - begin) * 1e3
        status = int(received.split(b" ", 2)[1])
        content = bytes(received[end + 4 : end + 4 + length])
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {content[:300].decode(errors='replace')}")
        return content, took_ms

    def receive(self):
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise HttpError("the connection ended")
        return piece

    # The page's calls (web/src/api/client.ts).
    def show(self, name):
        content, ms = self.request("PUT", "/api/v1/session/current", {"name": name})
        return json.loads(content), ms

    def segment(self, name, point):
        body = {"points": [{"x": point[0], "y": point[1], "foreground": True}]}
        content, ms = self.request("POST", image_path(name) + "/segment", body)
        answer = json.loads(content)
        answer["bytes"] = len(content)
        return answer, ms

    def proxy(self, name):
        return self.request("GET", image_path(name) + "/proxy")

    def images(self, offset=0, limit=200):
        content, ms = self.request("GET", f"/api/v1/images?offset={offset}&limit={limit}")
        return json.loads(content), ms


def image_path(name):
    return "/api/v1/images/" + urllib.parse.quote(name, safe="")


class Events:
    """The program's event stream, read in a thread: when each picture's encoding changed."""

    def __init__(self, port):
        self.changed = threading.Condition()
        self.encodings = []  # (time in s, name, state)
        self.failures = {}  # why, by name
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        kind, pending = "", b""
        while True:
            try:
                piece = self.socket.recv(1 << 16)
            except OSError:
                return
            if not piece:
                return
            now = time.perf_counter()
            pending += piece
            *lines, pending = pending.split(b"\n")
            for line in lines:
                if line.startswith(b"event: "):
                    kind = line[7:].decode()
                elif line.startswith(b"data: ") and kind == "encoding":
                    data = json.loads(line[6:])
                    with self.changed:
                        self.encodings.append((now, data["name"], data["encoding"]))
                        if data["encoding"] == "failed":
                            self.failures[data["name"]] = data["reason"]
                        self.changed.notify_all()

    def mark(self):
        with self.changed:
            return len(self.encodings)

    def since(self, mark):
        with self.changed:
            return self.encodings[mark:]

    def wait(self, name, states, mark, timeout_s=180):
        """When the picture came to one of the states, counted from mark."""
        end = time.perf_counter() + timeout_s
        with self.changed:
            while True:
                for when, who, state in self.encodings[mark:]:
                    if who == name and state == "failed" and "failed" not in states:
                        raise RuntimeError(f"{name} could not be encoded: {self.failures.get(name)}")
                    if who == name and state in states:
                        return when
                left = end - time.perf_counter()
                if left <= 0:
                    raise RuntimeError(f"{name} was not {' or '.join(states)} within {timeout_s} s")
                self.changed.wait(left)

    def close(self):
        self.socket.close()
