"""Asking a real server as Flask's test client asks an application: what `TestTill` needs of a client."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    status_code: int
    body: bytes

    def get_json(self) -> Any:
        return json.loads(self.body)


class HttpClient:
    """`open(…)` raises OSError when the server does not answer within five seconds, as a till's fetch."""

    def __init__(self, url: str) -> None:
        self._url = url

    def open(
        self, address: str, *, method: str, data: bytes, headers: dict[str, str], content_type: str
    ) -> Reply:
        request = urllib.request.Request(
            self._url + address,
            data=data or None,
            method=method,
            headers={**headers, "Content-Type": content_type},
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as reply:
                return Reply(reply.status, reply.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read())
