"""A program that calls the API with a token."""

from __future__ import annotations

from typing import Any

from django.test import Client

ROOT = "/api/v1"


class Caller:
    """Calls below /api/v1 with one token (or none); no cookie is sent."""

    def __init__(self, secret: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(ROOT + path, data, headers={**self.headers, **headers})

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("POST", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("PATCH", path, body, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        given = {} if body is None else {"data": body, "content_type": "application/json"}
        sent = {name.replace("_", "-"): value for name, value in {**self.headers, **headers}.items()}
        return getattr(self.client, method.lower())(ROOT + path, headers=sent, **given)

    def pages(self, path: str, data: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """All items of a list, page after page by its `next`."""
        answer = self.get(path, data)
        items = []
        while True:
            assert answer.status_code == 200, answer.content
            items += answer.json()["items"]
            following = answer.json()["next"]
            if not following:
                return items
            answer = self.client.get(following, headers=self.headers)
