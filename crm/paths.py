"""Addresses of records, which stand on a page by the dozen: Django is asked for each pattern once a process,
and for each place that the site is served from (a proxy's prefix, which each request may say)."""

from __future__ import annotations

from functools import lru_cache

from django.urls import get_script_prefix, reverse

ANY = 1_801_439_850
MOST = 4_096  # some 600 addresses, times the prefixes that anybody may say


def path_of(url_name: str, pk: int | None = None) -> str:
    """What `reverse` says for a page, or for the page of one record."""
    if pk is None:
        return _alone(url_name, get_script_prefix())
    before, after = _around(url_name, get_script_prefix())
    return f"{before}{pk}{after}"


@lru_cache(MOST)
def _alone(url_name: str, prefix: str) -> str:
    return reverse(url_name)


@lru_cache(MOST)
def _around(url_name: str, prefix: str) -> tuple[str, str]:
    before, _, after = reverse(url_name, args=[ANY]).partition(str(ANY))
    return before, after
