"""Asking the application from afar whether it answers, and exchanging figures with it."""

import json
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, SSLError, TimeoutError

ANSWER_BYTES = 1_000_000


class NoAnswer(Exception):
    """The application did not answer as it should; the message says how, in a few French words."""


class Server:
    """The application under its public address; `seconds`: how long an answer may take, in all."""

    def __init__(self, url: str, token: str, seconds: float) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._seconds = seconds

    def probe(self) -> None:
        """Ask for `/healthz`; raises NoAnswer unless selling can go on there."""
        status, answer = self._ask("GET", "/healthz")
        if status == 503 and answer.get("database") == "unreachable":
            raise NoAnswer("base de données injoignable")
        if status != 200:
            raise NoAnswer(f"réponse {status}")
        if answer.get("status") != "ok":
            raise NoAnswer("une autre page répond à sa place")

    def on_call(self) -> Any:
        """The on-call list as JSON; raises NoAnswer."""
        return self._authorised("GET", "/watchdog/on-call", None)

    def hand_in(self, hours: list[dict[str, Any]]) -> None:
        """What was measured, hour by hour; raises NoAnswer."""
        self._authorised("POST", "/watchdog/probes", {"hours": hours})

    def _authorised(self, method: str, path: str, body: Any) -> Any:
        status, answer = self._ask(method, path, body, {"Authorization": f"Bearer {self._token}"})
        if status == 403:
            raise NoAnswer("WATCHDOG_TOKEN n’est pas celui du serveur")
        if not 200 <= status < 300:
            raise NoAnswer(f"réponse {status}")
        return answer

    def _ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status, and the JSON of the answer; an empty mapping when it is none."""
        more = {} if body is None else {"Content-Type": "application/json"}
        try:
            answer = urllib3.request(
                method,
                self.url + path,
                body=None if body is None else json.dumps(body).encode(),
                headers={"Accept": "application/json", **(headers or {}), **more},
                timeout=urllib3.Timeout(total=self._seconds),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                said = answer.read(ANSWER_BYTES, decode_content=True)
            finally:
                answer.close()
        except (HTTPError, OSError) as error:
            raise NoAnswer(self._how(error)) from error
        try:
            data = json.loads(said)
        except ValueError:
            data = None
        return answer.status, data if isinstance(data, dict) else {}

    def _how(self, error: Exception) -> str:
        if isinstance(error, SSLError):
            return "certificat refusé"
        if isinstance(error, NameResolutionError):
            return "nom introuvable"
        if isinstance(error, NewConnectionError):
            return "connexion refusée"
        if isinstance(error, TimeoutError):
            return f"pas de réponse en {self._seconds:g} s"
        return "connexion rompue"
