"""Somebody with a browser: cookies, forms with their hidden fields, the time that each page took."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

PATIENCE = 30.0


@dataclass(frozen=True)
class Answer:
    """What came back, after how many seconds."""

    status: int
    text: str
    location: str
    seconds: float


class _Fields(HTMLParser):
    """The named fields of the form with the most of them, with the values that they show."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        if not self.forms:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in {"checkbox", "radio", "file", "submit"}:
            self.forms[-1][name] = given.get("value", "")
        if tag == "input" and given.get("type") in {"checkbox", "radio"} and "checked" in given:
            self.forms[-1][name] = given.get("value", "on")
        if tag == "select":
            self.select = name
        if tag == "option" and "selected" in given and self.select:
            self.forms[-1][self.select] = given.get("value", "")
        if tag == "textarea" and name:
            self.forms[-1][name] = ""


@dataclass
class Person:
    """One browser; each request over a connection of its own, as a slow network has it."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        """One request. Raises OSError where nobody answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urlencode(fields) if fields is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.monotonic()
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            line.close()
        for value in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(value).items():
                self.cookies[name] = morsel.value
        return Answer(answer.status, text, answer.headers.get("Location", ""), time.monotonic() - start)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        """A form that needs no page before it."""
        return self.ask("POST", path, {"csrfmiddlewaretoken": self.token, **fields})

    def fill_in(self, path: str, **fields: str) -> Answer:
        """Open the page, fill its form in, send it off."""
        page = _Fields()
        page.feed(self.get(path).text)
        form = max(page.forms, key=len, default={})
        return self.post(path, **{**form, "csrfmiddlewaretoken": self.token, **fields})

    def sign_in(self, email: str, password: str) -> Answer:
        """By the front door. Raises AssertionError where it stays shut."""
        answer = self.fill_in("/accounts/login/", login=email, password=password)
        assert answer.status == 302, f"{answer.status}: {answer.text[:500]}"
        return answer

    @property
    def token(self) -> str:
        """The CSRF cookie's value."""
        return next((value for name, value in self.cookies.items() if "csrf" in name), "")
