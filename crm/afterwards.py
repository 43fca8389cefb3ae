"""What is done when an answer has left: nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponseBase

Answer = TypeVar("Answer", bound=HttpResponseBase)


def afterwards(response: Answer, work: Callable[[], None]) -> Answer:
    """The same answer; `work` is done when the server has sent its last byte. It sees to its own faults."""
    close = response.close

    def closing() -> None:
        try:
            work()
        finally:
            close()

    response.close = closing  # type: ignore[method-assign]
    return response
