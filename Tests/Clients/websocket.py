"""A WebSocket of a client (RFC 6455), as small as a check needs it: standard library only."""
import base64, json, os, socket


class WebSocket:
    """Opened by its making; `status` says whether it was."""

    def __init__(self, port, path, token=None, timeout=120):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        fields = f"Authorization: Bearer {token}\r\n" if token else ""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{fields}\r\n".encode())
        self.data = b""
        while b"\r\n\r\n" not in self.data and self.more():
            pass
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        self.status = int(head.split(b" ")[1]) if head else 0
        self.closed = None

    def more(self):
        piece = self.socket.recv(65536)
        self.data += piece
        return bool(piece)

    def send(self, message):
        """Text for a str or a value, binary for bytes."""
        first = 0x82 if isinstance(message, bytes) else 0x81
        if not isinstance(message, (bytes, str)):
            message = json.dumps(message)
        payload = message if isinstance(message, bytes) else message.encode()
        mask, size = os.urandom(4), len(payload)
        length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + size.to_bytes(2, "big") if size < 65536 \
            else bytes([0xFF]) + size.to_bytes(8, "big")
        self.socket.sendall(bytes([first]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def next(self):
        """The next message, str or bytes; None at the end, whose code is then in `closed`."""
        while True:
            size, head = (self.data[1] & 127, 2) if len(self.data) >= 2 else (0, 1 << 62)
            if size >= 126 and len(self.data) >= 10:
                head = 4 if size == 126 else 10
                size = int.from_bytes(self.data[2:head], "big")
            elif size >= 126:
                head = 1 << 62
            if len(self.data) < head + size:
                if not self.more():
                    return None
                continue
            kind, payload, self.data = self.data[0] & 15, self.data[head:head + size], self.data[head + size:]
            if kind == 8:
                self.closed = int.from_bytes(payload[:2], "big")
                return None
            if kind in (1, 2):
                return payload.decode() if kind == 1 else payload

    def messages(self):
        """All that comes until the end."""
        while (message := self.next()) is not None:
            yield message

    def close(self):
        self.socket.close()
