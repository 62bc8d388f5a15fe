"""One customer through `jpki-card bridge`, with the standard library of Python 3.11 only. See docs/bridge.md.

    python3 kiosk.py ws://127.0.0.1:35970 bridge.secret

The second argument is the file of the one-time secret. The PIN is read from standard input, without echo at a terminal.
"""
import base64
import hashlib
import hmac
import json
import os
import socket
import sys
import threading
from urllib.parse import urlsplit

PROTOCOL = "jpki-card-bridge.v1"
LONGEST = 4 * 1024 * 1024


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class WebSocket:
    """The part of RFC 6455 that this protocol uses, as a client."""

    def __init__(self, address: str):
        url = urlsplit(address)
        if url.scheme != "ws" or url.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("the address must be ws:// on the local machine")
        self.socket = socket.create_connection((url.hostname, url.port), timeout=10)
        self.input = self.socket.makefile("rb")
        self.sending = threading.Lock()
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /bridge HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n".encode()
        )
        status = self.input.readline(4096).split()
        if status[1:2] != [b"101"]:
            raise ConnectionError(f"the bridge refuses the connection: {b' '.join(status).decode(errors='replace')}")
        headers = {}
        while (line := self.input.readline(4096).strip()) and len(headers) < 64:
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip().decode()
        accept = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        if headers.get(b"sec-websocket-accept") != base64.b64encode(accept).decode():
            raise ConnectionError("what answers is not a WebSocket")
        if headers.get(b"sec-websocket-protocol") != PROTOCOL:
            raise ConnectionError("what answers does not speak this version of the protocol")
        self.socket.settimeout(60)  # the bridge pings every 15 seconds

    def send(self, opcode: int, payload) -> None:
        """Sends one frame; the masked copy is wiped."""
        length = len(payload)
        head = bytes([0x80 | opcode, 0x80 | length]) if length < 126 else bytes([0x80 | opcode, 0xFE]) + length.to_bytes(2, "big")
        mask = os.urandom(4)
        masked = bytearray(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        frame = bytearray(head + mask) + masked
        with self.sending:
            self.socket.sendall(frame)
        masked[:] = bytes(length)
        frame[:] = bytes(len(frame))

    def receive(self) -> str:
        """The next text message. Answers pings."""
        message = b""
        while True:
            first, second = self.exactly(2)
            length = second & 0x7F
            if length > 125:
                length = int.from_bytes(self.exactly(2 if length == 126 else 8), "big")
            if first & 0x70 or second & 0x80 or length + len(message) > LONGEST:
                raise ConnectionError("a frame of the bridge is invalid")
            payload = self.exactly(length)
            opcode = first & 0x0F
            if opcode == 9:
                self.send(10, payload)
            elif opcode == 8:
                raise ConnectionError(f"the bridge ends the connection: {int.from_bytes(payload[:2], 'big')}")
            elif opcode in (0, 1):
                message += payload
                if first & 0x80:
                    return message.decode()

    def exactly(self, length: int) -> bytes:
        data = self.input.read(length)
        if len(data) != length:
            raise ConnectionError("the connection to the bridge has ended")
        return data


class Bridge:
    """JSON-RPC over the WebSocket, after pairing."""

    def __init__(self, address: str, secret: bytearray):
        self.socket = WebSocket(address)
        self.numbering = threading.Lock()
        self.id = 0
        hello = self.receive()
        ours = text(os.urandom(32))

        def proof(side: str) -> str:
            covered = "\n".join([side, PROTOCOL, "program", hello["params"]["nonce"], ours])
            return text(hmac.digest(secret, covered.encode(), "sha256"))

        self.call("session.pair", nonce=ours, proof=proof("client"))
        answer = self.receive()
        # Another program on the port of the bridge does not know the secret: nothing more is sent to it.
        if not hmac.compare_digest(str(answer.get("result", {}).get("proof")), proof("bridge")):
            raise PermissionError(f"not paired: {answer.get('error', 'the proof of the bridge is wrong')}")

    def receive(self) -> dict:
        return json.loads(self.socket.receive())

    def call(self, method: str, **params) -> None:
        with self.numbering:
            self.id += 1
            self.socket.send(1, json.dumps({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}).encode())

    def send_pin(self, question: int, pin: bytearray) -> None:
        """A binary frame: id and question, four bytes each, then the PIN, which is wiped."""
        with self.numbering:
            self.id += 1
            frame = bytearray(self.id.to_bytes(4, "big") + question.to_bytes(4, "big")) + pin
            self.socket.send(2, frame)
        frame[:] = bytes(len(frame))
        pin[:] = bytes(len(pin))


def read_pin() -> bytearray:
    """One line of standard input, never as a `str`, which could not be wiped."""
    hidden = None
    if sys.stdin.isatty():
        import termios

        hidden = termios.tcgetattr(0)
        quiet = termios.tcgetattr(0)
        quiet[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSAFLUSH, quiet)
    pin, length = bytearray(17), 0
    try:
        while length < 16 and os.readv(0, [memoryview(pin)[length : length + 1]]) == 1 and pin[length] != 10:
            length += 1
    finally:
        if hidden is not None:
            termios.tcsetattr(0, termios.TCSAFLUSH, hidden)
    del pin[length:]
    return pin


def main(address: str, secret_file: str) -> int:
    with open(secret_file, "rb") as file:
        secret = bytearray(base64.urlsafe_b64decode(file.read().strip() + b"="))
    bridge = Bridge(address, secret)
    secret[:] = bytes(len(secret))

    def enter(visit: int, question: int) -> None:
        pin = read_pin()
        if pin:
            bridge.send_pin(question, pin)
        else:
            bridge.call("visit.cancel", visit=visit)

    while True:
        message = bridge.receive()
        event = message.get("params", {})
        match message.get("method"):
            case "screen":
                shown = event["text"]
                print(*filter(None, [shown.get("notice"), shown["title"], shown["text"], shown["next"]]), sep="\n", flush=True)
            case "visit":
                bridge.call("visit.serve", visit=event["visit"], purpose="application-form", service="attributes")
            case "question" if event["kind"] == "pin":
                # In a thread of its own, so that pings are answered and the card may be pulled meanwhile.
                threading.Thread(target=enter, args=(event["visit"], event["question"]), daemon=True).start()
            case "outcome":
                # The attributes are personal: an application fills in its form with them.
                print("outcome:", event["kind"], *sorted(event.get("attributes", {})), event.get("code", ""))
                return 0 if event["kind"] == "attributes" else 1
            case None if "error" in message:
                print("refused:", message["error"]["data"]["code"], message["error"]["message"], file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
