"""A provider of text messages on this machine: speaks the messages API of Twilio, and signs what it reports."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from campaigns.ways.adapters import Message, Outcome
from campaigns.ways.delivery import signature_of
from campaigns.ways.text_messages import deliver
from crm.foreign.requests import Rules
from tests.foreign.listeners import HERE

ACCOUNT, TOKEN = "AC123", "a token of the account"
running: list[Provider] = []


class Provider:
    """Runs for the length of a `with`. `script` says by number what it answers: a status, or `drop` (it takes the
    message, and the line breaks)."""

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        self.script: dict[str, int | str] = {}
        self.lock = threading.Lock()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                provider.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer((HERE, 0), Handler)
        self.port = self.server.server_port

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        running.append(self)
        return self

    def __exit__(self, *problem: object) -> None:
        running.remove(self)
        self.server.shutdown()
        self.server.server_close()

    @property
    def rules(self) -> Rules:
        """Under these 127.0.0.2 is the whole public internet."""
        return Rules(
            allows=lambda address: address == HERE, resolver=lambda host, port: [HERE],
            ports=frozenset({self.port}), seconds=3,
        )  # fmt: skip

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        wanted = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if (
            request.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
            or request.headers["Authorization"] != wanted
        ):
            self._say(request, 401, {"code": 20003, "message": "Authenticate"})
            return
        asked = self.script.get(form["To"], 201)
        if asked in (201, "drop"):
            with self.lock:
                self.taken.append(form)
                sid = f"SM{len(self.taken):04}"
                form["sid"] = sid
        if asked == "drop":
            request.connection.close()
            return
        said = (
            {"sid": form.get("sid"), "status": "queued"} if asked == 201 else {"code": 21211, "message": "Invalid 'To'"}
        )
        self._say(request, int(asked), said)

    def _say(self, request: BaseHTTPRequestHandler, status: int, said: dict[str, Any]) -> None:
        content = json.dumps(said).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def report(self, form: dict[str, str], status: str, *, token: str = TOKEN, **more: str) -> int:
        """What it reports of a message that it took, by the address that came with it; the answer's status."""
        url = form["StatusCallback"]
        said = {"MessageSid": form["sid"], "MessageStatus": status, "AccountSid": ACCOUNT, **more}
        headers = {"X-Twilio-Signature": signature_of(url, said, token)}
        return int(Client().post(urlsplit(url).path, said, headers=headers).status_code)


def deliver_here(messages: Sequence[Message]) -> list[Outcome]:
    """The adapter, let out to the provider that runs here."""
    return deliver(messages, running[-1].rules)
