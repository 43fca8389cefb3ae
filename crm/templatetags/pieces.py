"""The small pieces of the look as tags and as functions that table cells call: icon, pill, avatar, tiles, bar, key.

Every function returns safe markup without inline style, so that it stands under the strict content policy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from crm.foreign.names import shown_signs
from crm.icons import SPRITE
from crm.languages.words import in_words
from crm.once import TOKEN_FIELD, new_token
from crm.templatetags.figures import NOTHING, number, percent, words

register = template.Library()
# the same few pieces stand on every page, and the same few names in the rows of a list; by type too, since a safe
# text and a plain one are equal
kept = lru_cache(maxsize=2_000, typed=True)

TONES = ("neutral", "accent", "good", "warn", "bad")
AVATAR_COLOURS = 6
MESSAGE_TONES = {
    "success": "good",
    "error": "bad",
    "warning": "warn",
    "info": "accent",
    "debug": "neutral",
}
MESSAGE_ICONS = {
    "good": "check-circle",
    "bad": "exclamation-circle",
    "warn": "exclamation-triangle",
}
JOB_TONES = {
    "done": "good",
    "running": "accent",
    "failed": "bad",
    "parked": "bad",
    "cancelled": "warn",
}


@register.simple_tag
@kept
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon from the sprite; decorative unless it has a `label`, which is then read out."""
    role = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {} focusable="false"><use href="{}#{}"></use></svg>',
        css,
        role,
        static(SPRITE),
        name,
    )


@register.simple_tag
def form_token() -> SafeString:
    """The hidden field by which a form that makes something is known again when it is sent twice (`crm.once`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', TOKEN_FIELD, new_token())


@register.simple_tag
def pill(text: Any, tone: str = "neutral", icon_name: str = "", title: str = "") -> SafeString:
    """A state as a coloured word; nothing for an empty text. `tone`: neutral, accent, good, warn or bad."""
    if text is None or text == "":
        return SafeString("")
    return _pill(text if isinstance(text, str) else str(text), tone, icon_name, title)


@kept
def _pill(text: str, tone: str, icon_name: str, title: str) -> SafeString:
    drawing = icon(icon_name) if icon_name else ""
    hint = format_html(' title="{}"', title) if title else ""
    return format_html(
        '<span class="pill pill-{}"{}>{}{}</span>',
        tone if tone in TONES else "neutral",
        hint,
        drawing,
        text,
    )


def initials_of(name: str) -> str:
    """`Okafor & Sons Ltd` -> `OS`: the first letters of the first two words that begin with a letter or digit."""
    letters = [word[0] for word in name.split() if word[0].isalnum()]
    return "".join(letters[:2]).upper() or "?"


def colour_of(name: str) -> int:
    """The same colour (0 to 5) for the same name, everywhere."""
    return hashlib.blake2s(name.encode(), digest_size=1).digest()[0] % AVATAR_COLOURS


@register.simple_tag
def avatar(name: Any, size: str = "", square: bool = False) -> SafeString:
    """Initials on a soft colour; `size` is empty (22 px), `md` (28) or `lg` (40). Square for organizations."""
    return _avatar(str(name or ""), size, square)


@kept
def _avatar(text: str, size: str, square: bool) -> SafeString:
    shape = " avatar-square" if square else ""
    return format_html(
        '<span class="avatar avatar-{} tint-{}{}" title="{}" aria-hidden="true">{}</span>',
        size or "sm", colour_of(text), shape, text, initials_of(text),
    )  # fmt: skip


@register.simple_tag
def person(name: Any) -> SafeString:
    """Avatar and name in one line."""
    return _person(str(name)) if name else SafeString(NOTHING)


@kept
def _person(name: str) -> SafeString:
    return format_html('<span class="person">{}<span>{}</span></span>', avatar(name), name)


@register.simple_tag
def score_tiles(r: int | None, f: int | None, m: int | None) -> SafeString:
    """The three ranks (1 low to 5 high) of recency, frequency and monetary value as tiles."""
    return _score_tiles(r, f, m, get_language())


@kept
def _score_tiles(r: int | None, f: int | None, m: int | None, language: str | None) -> SafeString:
    if r is None and f is None and m is None:
        return SafeString(NOTHING)
    sentences = (_("Recency %(rank)s of 5"), _("Frequency %(rank)s of 5"), _("Monetary %(rank)s of 5"))
    ranks = [(rank or 0, in_words(said, rank=rank)) for said, rank in zip(sentences, (r, f, m), strict=True)]
    tiles = format_html_join(
        "",
        '<span class="tile tile-{0}" title="{1}">{0}</span>',
        ranks,
    )
    spoken = ", ".join(words for _rank, words in ranks)
    return format_html('<span class="score-tiles" role="img" aria-label="{}">{}</span>', spoken, tiles)


@register.simple_tag
def bar(share: Any, tone: str = "accent", label: str = "", words: str = "") -> SafeString:
    """A small bar with its figure (or `words` for it): `share` of 1, as SVG so that no inline style is needed."""
    if share is None:
        return SafeString(NOTHING)
    width = max(0.0, min(1.0, float(share))) * 64
    return format_html(
        '<span class="bar bar-{}" title="{}"><svg width="64" height="6" aria-hidden="true"><rect class="bar-track" '
        'width="64" height="6" rx="3"/><rect class="bar-fill" width="{}" height="6" rx="3"/></svg>'
        "<span>{}</span></span>",
        tone, label, f"{width:.1f}", words or percent(share),
    )  # fmt: skip


@register.simple_tag
@kept
def key(*names: str) -> SafeString:
    """Key hints: `{% key "J" "K" %}`."""
    return format_html_join(" ", "<kbd>{}</kbd>", ((name,) for name in names))


@register.filter
def item(values: Mapping[str, Any], name: str) -> Any:
    """The value that stands under a name."""
    return values.get(name)


@register.filter
def message_tone(tags: str) -> str:
    """The tone of a Django message from its level tag."""
    return next(
        (tone for level, tone in MESSAGE_TONES.items() if level in (tags or "").split()),
        "accent",
    )


@register.filter
def message_icon(tags: str) -> str:
    """The icon that goes with the tone of a Django message."""
    return MESSAGE_ICONS.get(message_tone(tags), "info-circle")


@register.filter
def job_tone(state: str) -> str:
    """The tone of a job's state."""
    return JOB_TONES.get(state, "neutral")


def _kept(request: HttpRequest, only: str, without: str) -> Iterator[tuple[str, str]]:
    wanted, dropped = set(only.split(",")) - {""}, set(without.split(",")) - {""}
    for name, values in request.GET.lists():
        if name not in dropped and (not wanted or name in wanted):
            yield from ((name, value) for value in values)


@register.simple_tag(takes_context=True)
def query_fields(context: dict[str, Any], only: str = "", without: str = "") -> SafeString:
    """The address's parameters as hidden fields of a GET form: those of `only`, or all but those of `without`."""
    kept = _kept(context["request"], only, without)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', kept)


@register.filter
def lines_at_hand(nav: Any, count: int) -> list[Any]:
    """What the bottom bar of a phone shows of the navigation; the first lines where a person sees too few of these."""
    lines = [line for group in nav for line in group.lines]
    return sorted(lines, key=lambda line: not line.is_at_hand)[: int(count)]


@register.filter
def result_templates(job: Any) -> list[str]:
    """Where the result of a job is drawn: a template of its kind, else the one for any."""
    return [f"jobs/{job.kind}.html", "jobs/_any.html"]


@register.filter
def related_sentence(counts: Any) -> str:
    """What an import made besides its rows: `Also made: 2,357 contacts that were named but not known.`"""
    if not isinstance(counts, dict):
        return f"Also made: {number(counts)} bare records that were named but not known." if counts else ""
    made = " and ".join(f"{number(count)} {words(name).lower()}" for name, count in counts.items() if count)
    return f"Also made, because they were named but not known: {made}." if made else ""


@register.filter
def mentions(text: str, names: tuple[str, ...]) -> str:
    """The text, escaped, with each `@Name` of these colleagues set apart."""
    if not names:
        return text
    longest_first = sorted(names, key=len, reverse=True)
    named = re.compile(f"(@(?:{'|'.join(map(re.escape, longest_first))}))", re.IGNORECASE)
    parts = enumerate(named.split(text))  # words and names by turns
    return format_html_join(
        "",
        "{}",
        ((format_html('<span class="mention">{}</span>', part) if place % 2 else part,) for place, part in parts),
    )


@register.filter
def signs(value: Any) -> str:
    """A stranger's words, without signs that turn the direction of what stands beside them."""
    return shown_signs(str(value or ""))
