"""Reports of errors to the operator's Sentry: where and what broke, and nothing of anybody."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import pytest
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from crm.acting import acting
from crm.environment import sentry_address
from crm.faults import before_send

TOP = Path(__file__).resolve().parents[2]
MARKS = ("canary", "Mia Keller", "hunter22", "198.51.100.7", "+49 30 1234567")
# a process with the product's settings in which a page, a job and a line of the log go wrong
PROGRAM = """
import logging, types, sys, django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.test.utils import override_settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import path
import sentry_sdk

@login_not_required
def broken(request, token):
    canary = request.GET["q"]
    raise ValueError(f"No such person: '{canary}' with 'Mia Keller', canary@example.com")

urls = types.ModuleType("broken_urls")
urls.handler500 = lambda request: HttpResponse(status=500)
urls.urlpatterns = [path("broken/<token>/", broken)]
sys.modules["broken_urls"] = urls
with override_settings(ROOT_URLCONF="broken_urls", MIDDLEWARE=["crm.observing.Observed"]):
    headers = {"Authorization": "Bearer canary-token", "Cookie": "a=canary"}
    request = RequestFactory(headers=headers).post(
        "/broken/canary-token/?q=canary", {"name": "Mia Keller", "password": "hunter22"}, REMOTE_ADDR="198.51.100.7"
    )
    WSGIHandler()(request.environ, lambda *words: None)
logging.getLogger("crm.jobs").error("It broke for %s, phone %s", "Mia Keller", "+49 30 1234567", extra={"x": "canary"})
sentry_sdk.flush(10)
"""


class Reports:
    """What a Sentry of our own was sent."""

    def __init__(self) -> None:
        self.taken: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                unpack = {"gzip": gzip.decompress, "br": brotli.decompress}[handler.headers["Content-Encoding"]]
                self.taken.append(unpack(body).decode())
                handler.send_response(200)
                handler.end_headers()
                handler.wfile.write(b"{}")

            def log_message(handler, *words: object) -> None:  # noqa: N805
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[dict]:
        lines = [json.loads(line) for text in self.taken for line in text.splitlines()]
        return [line for line in lines if "event_id" in line and "level" in line]


@pytest.fixture
def reports() -> Iterator[Reports]:
    running = Reports()
    yield running
    running.server.shutdown()
    running.server.server_close()


def run(dsn: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SENTRY_DSN": dsn, "DJANGO_SETTINGS_MODULE": "crm.settings", "CRM_VAR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, cwd=TOP, capture_output=True, text=True, check=False
    )


def test_what_is_sent_says_what_broke_where_and_nothing_of_anybody(reports, tmp_path):
    made = run(f"http://key@127.0.0.1:{reports.port}/1", tmp_path)
    assert made.returncode == 0, made.stderr
    page, line = reports.events()
    error = page["exception"]["values"][-1]
    assert (error["type"], error["value"]) == ("ValueError", "No such person: '…' with '…', [address]")
    assert error["stacktrace"]["frames"][-1]["function"] == "broken"
    assert (page["transaction"], page["request"]) == ("/broken/{token}/", {"method": "POST"})
    assert page["tags"]["request"]
    assert line["logentry"]["message"] == "It broke for %s, phone %s"
    assert [mark for mark in MARKS if mark in "".join(reports.taken)] == []


def test_nothing_is_sent_without_an_address(reports, tmp_path):
    assert run("", tmp_path).returncode == 0
    assert reports.taken == []


def test_what_is_not_on_the_list_stays_here():
    with acting(request_id="abc123", job_id=7):
        sent = before_send(
            {
                "event_id": "1", "level": "error", "transaction": "/invitations/canary/",
                "transaction_info": {"source": "url"}, "user": {"id": 7, "email": "canary@example.com"},
                "request": {
                    "url": "https://crm/?q=canary",
                    "data": {"a": "canary"}, "cookies": "canary", "headers": {"X": "canary"},
                },
                "extra": {"a": "canary"}, "contexts": {"a": {"b": "canary"}},
                "breadcrumbs": {"values": [{"message": "canary"}]},
                "a later invention": "canary",
                "exception": {"values": [{
                    "type": "IntegrityError", "module": "django.db.utils",
                    "value": 'duplicate key violates "x"\nDETAIL:  Key (name)=(canary) already exists.',
                    "stacktrace": {"frames": [{"function": "f", "lineno": 1, "vars": {"name": "canary"}}]},
                }]},
            },
            {},
        )  # fmt: skip
    assert "canary" not in json.dumps(sent)
    assert sent["tags"] == {"request": "abc123", "job": "7"}
    assert sent["exception"]["values"][0]["value"] == "duplicate key violates '…'\nDETAIL: [hidden]"


@pytest.mark.parametrize(
    ("dsn", "base_url"),
    [
        ("sentry.example.com", "http://127.0.0.1:8000"),
        ("https://sentry.example.com/1", "http://127.0.0.1:8000"),
        ("https://key@sentry.example.com/", "http://127.0.0.1:8000"),
        ("http://key@sentry.example.com/1", "https://crm.example.com"),
    ],
)
def test_an_address_that_will_not_do_stops_the_start_and_is_named(monkeypatch, dsn, base_url):
    monkeypatch.setenv("SENTRY_DSN", dsn)
    with pytest.raises(ImproperlyConfigured, match=r"^SENTRY_DSN must "):
        sentry_address(Env(), base_url)


def test_an_address_that_will_do_is_taken(monkeypatch):
    monkeypatch.setenv("SENTRY_DSN", "https://key@sentry.example.com/1")
    assert sentry_address(Env(), "https://crm.example.com") == "https://key@sentry.example.com/1"
