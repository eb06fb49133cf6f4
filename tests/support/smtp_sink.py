"""A mail server that keeps what it is given, and refuses or breaks off when a test asks for it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


class SmtpSink(socketserver.ThreadingTCPServer):
    """`url` is its SMTP_URL; `messages` what came, parsed; `recipients` for whom."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        # Answers to RCPT TO by address, and how many messages to break off after.
        self.refusals: dict[str, str] = {}
        self.connections = 0
        self.hang_up_after: int | None = None


class Conversation(socketserver.StreamRequestHandler):
    server: SmtpSink

    def handle(self) -> None:
        self.server.connections += 1
        self.taken = 0
        self.say("220 sink ready")
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            verb = line[:4].upper()
            if verb == "DATA":
                if self.server.hang_up_after is not None and self.taken >= self.server.hang_up_after:
                    return
                self.say("354 go on")
                self.take()
                self.say("250 kept")
            elif verb == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                refusal = self.server.refusals.get(address)
                self.server.recipients += [] if refusal else [address]
                self.say(refusal or "250 fine")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(message, EmailMessage)
        self.server.messages.append(message)
        self.taken += 1

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    """A running sink, closed at the end."""
    with SmtpSink() as sink:
        thread = threading.Thread(target=sink.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield sink
        sink.shutdown()
        thread.join()
