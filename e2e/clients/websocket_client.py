"""A drone in Python, as guide A's readers write it, with nothing but the standard library (RFC 6455 by hand)."""

import base64
import json
import os
import socket
import struct
import sys


def connect(host, port, api_key):
    sock = socket.create_connection((host, port), timeout=30)
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        (
            f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {api_key}\r\n\r\n"
        ).encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    assert head.startswith(b"HTTP/1.1 101"), head
    return sock


def send(sock, text):
    payload = text.encode()
    mask = os.urandom(4)
    length = struct.pack("!B", 0x80 | len(payload)) if len(payload) < 126 else struct.pack("!BH", 0xFE, len(payload))
    sock.sendall(b"\x81" + length + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)))


def read(sock, count):
    data = b""
    while len(data) < count:
        part = sock.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def receive(sock):
    while True:
        first, length = read(sock, 2)
        if length == 126:
            (length,) = struct.unpack("!H", read(sock, 2))
        payload = read(sock, length)
        if first & 15 == 1:
            return json.loads(payload)


def main():
    host, port, api_key = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    sock = connect(host, port, api_key)
    print(json.dumps(receive(sock)))
    send(
        sock,
        json.dumps(
            {
                "sessionId": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
                "timestamp": "2025-06-01T12:00:01.000Z",
                "drone": {"id": "drone-001", "name": "Primary Surveillance Drone", "model": "DJI-X1000", "status": "active"},
                "position": {"x": 150, "y": 200, "z": 50, "gps": {"latitude": 40.7128, "longitude": -74.0060, "altitude": 50}},
                "telemetry": {"battery": 85, "signal": 95, "temperature": 22.5, "speed": 12.3, "heading": 45.2},
            }
        ),
    )
    send(sock, "this is not JSON")
    print(json.dumps(receive(sock)))
    sock.close()


main()
