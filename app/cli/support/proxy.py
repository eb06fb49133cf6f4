"""A TCP proxy on the loopback address that makes a network as bad as its user wants it."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CHUNK = 65536


@dataclass
class Fault:
    """What the network does now; several may be set together.

    `silent` decides how a loss is felt: a reset connection, or (as on a dead WiFi) no answer at all.
    `truncate_at` counts the bytes of a reply that still pass, of every reply or of those to `truncate_of`,
    an address.
    """

    drop_requests: bool = False
    drop_replies: bool = False
    delay_s: float = 0
    truncate_at: int | None = None
    truncate_of: str = ""
    silent: bool = False


@dataclass
class _Talk:
    """One connection: the beginning of the latest request, and how much of its reply has passed."""

    asked: bytes = b""
    passed: int = 0


class FaultyProxy:
    """Listens on a port of its own and forwards to `target_port` of `target_host`; `fault` may change at any
    time.

    A lost request never reaches the server; a lost reply was handled by the server, the client just does
    not know. `lost_requests`, `lost_replies` and `cut_replies` count the pieces that were swallowed.
    """

    def __init__(self, target_port: int, target_host: str = "127.0.0.1") -> None:
        self._target = (target_host, target_port)
        self.fault = Fault()
        self.lost_requests = self.lost_replies = self.cut_replies = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @contextmanager
    def broken(self, fault: Fault) -> Iterator[None]:
        """The network has this fault within, and is sound afterwards. Silenced connections are cut."""
        self.fault = fault
        try:
            yield
        finally:
            self.fault = Fault()
            self.cut()

    def cut(self) -> None:
        """Reset every open connection."""
        for end in list(self._open):
            _reset(end)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target)
        except OSError:
            _reset(client)
            return
        self._open |= {client, server}
        talk = _Talk()
        back = threading.Thread(target=self._pump, args=(server, client, talk, False), daemon=True)
        back.start()
        self._pump(client, server, talk, True)
        back.join()
        self._open -= {client, server}
        client.close()
        server.close()

    def _pump(self, source: socket.socket, target: socket.socket, talk: "_Talk", is_request: bool) -> None:
        try:
            while data := source.recv(CHUNK):
                fault = self.fault
                if fault.delay_s and not is_request:
                    time.sleep(fault.delay_s)
                kept = self._surviving(data, fault, is_request, talk)
                if is_request:
                    talk.asked, talk.passed = data[:200], 0
                else:
                    talk.passed += len(kept)
                target.sendall(kept)
                if len(kept) < len(data) and not fault.silent:
                    _reset(source)
                    _reset(target)
                    return
            target.shutdown(socket.SHUT_WR)
        except OSError:
            _reset(source)
            _reset(target)

    def _surviving(self, data: bytes, fault: Fault, is_request: bool, talk: "_Talk") -> bytes:
        if is_request and fault.drop_requests:
            self.lost_requests += 1
            return b""
        if not is_request and fault.drop_replies:
            self.lost_replies += 1
            return b""
        if not is_request and fault.truncate_at is not None and fault.truncate_of.encode() in talk.asked:
            kept = data[: max(0, fault.truncate_at - talk.passed)]
            self.cut_replies += len(kept) < len(data)
            return kept
        return data


def _reset(end: socket.socket) -> None:
    """Close so that the other side sees a reset, and so that a thread waiting in recv wakes up."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    end.close()
