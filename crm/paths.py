"""Addresses of records, which stand on a page by the dozen: Django is asked for each pattern once a process."""

from __future__ import annotations

from functools import cache

from django.urls import reverse

ANY = 1_801_439_850


def path_of(url_name: str, pk: int) -> str:
    """What `reverse` says for the page of one record."""
    before, after = _around(url_name)
    return f"{before}{pk}{after}"


@cache
def _around(url_name: str) -> tuple[str, str]:
    before, _, after = reverse(url_name, args=[ANY]).partition(str(ANY))
    return before, after
