"""Which language somebody is spoken to in: their own, else the company's; of strangers, what their browser asks for.

While a page is only read, the whole request is in that language. While something is written, the code works in English,
so that no text that is stored depends on who did it; what is drawn for the answer is in the person's language
(`crm.languages.templates`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from crm.company import current_company

if TYPE_CHECKING:
    from crm.models import Company, User

READING = frozenset({"GET", "HEAD", "OPTIONS"})
FOR_MACHINES = ("/api/", "/hooks/", "/ics/", "/t/", "/m/", "/healthz", "/readyz", "/metrics")
"""Addresses that programs ask: what they answer is the same in every language."""
FILES = ("/export/", "/file/", "/pdf/")
"""How addresses end whose answer is a file: its rows, and what is logged of it, are the same in every language."""


def language_of(user: User, company: Company | None = None) -> str:
    """The person's own language; where they chose none, the company's."""
    return user.language or (company or current_company()).language or settings.LANGUAGE_CODE


@contextmanager
def speaking_to(user: User, company: Company | None = None) -> Iterator[None]:
    """Everything inside is written in the language of this person, such as a mail to them."""
    with translation.override(language_of(user, company)):
        yield


@contextmanager
def for_machines() -> Iterator[None]:
    """Everything inside is the same whoever asks: files of lists, tables behind charts."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


def language_of_browser(request: HttpRequest, fallback: Callable[[], str] | None = None) -> str:
    """The first language of ours that the browser accepts; else the fallback, English where there is none.

    A program that names no language is answered in English.
    """
    accepted = request.headers.get("Accept-Language", "")
    names = [name for name, _ in parse_accept_lang_header(accepted)]
    for name in names:
        try:
            return translation.get_supported_language_variant(name)
        except LookupError:
            continue
    wanted = fallback() if fallback and names and names != ["*"] else ""
    return wanted or settings.LANGUAGE_CODE


def spoken_in(request: HttpRequest) -> str:
    """The language in which the page of this request is drawn."""
    language: str = getattr(request, "language", settings.LANGUAGE_CODE)
    return language


class Spoken:
    """Decides in which language a request is answered (`request.language`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._language(request)
        request.language = language  # type: ignore[attr-defined]
        is_read = request.method in READING and not request.path.endswith(FILES)
        with translation.override(language if is_read else settings.LANGUAGE_CODE):
            response = self.get_response(request)
        if not request.user.is_authenticated and not request.path.startswith(FOR_MACHINES):
            patch_vary_headers(response, ("Accept-Language",))
        return response

    def _language(self, request: HttpRequest) -> str:
        if request.path.startswith(FOR_MACHINES):
            return settings.LANGUAGE_CODE
        if request.user.is_authenticated:
            return language_of(request.user, request.company)  # type: ignore[attr-defined]
        return language_of_browser(request, lambda: current_company().language)
