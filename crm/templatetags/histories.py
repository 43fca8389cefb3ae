"""Histories, drawn in Python: a record has dozens of entries on its page, and a template takes thrice as long."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from crm.catalogue import TimelineEntry
from crm.markup import filled, joined
from crm.templatetags.figures import day_and_time, relative_time
from crm.templatetags.pieces import icon, mentions, pill

register = template.Library()
ENTRY = """
<li class="entry entry-{}">
  <span class="entry-icon">{}</span>
  <div>
    <span class="entry-title">{}</span>
    <span class="entry-meta"><time datetime="{}" title="{}">{}</time>{}</span>
    {}
  </div>
</li>"""
ANSWER = """
<a class="btn btn-sm entry-answer" href="{}?kind=mail&amp;answer={}" data-answer aria-label="{}: {}">{}{}</a>"""
DAYS = (
    '<details class="entry-days" hx-get="{}" hx-trigger="toggle once" hx-target="find div">'
    '<summary>{}</summary><div aria-live="polite">…</div></details>'
)


@register.simple_tag
def history_entries(entries: Iterable[TimelineEntry], answer_url: str = "") -> SafeString:
    """The entries of a history as items of its list; a mail can be answered where there is an `answer_url`."""
    return joined(_entry(entry, answer_url) for entry in entries)


def _entry(entry: TimelineEntry, answer_url: str) -> SafeString:
    at = timezone.localtime(entry.at) if timezone.is_aware(entry.at) else entry.at
    return filled(
        ENTRY,
        entry.tone or "neutral",
        icon(entry.icon),
        filled('<a href="{}">{}</a>', entry.url, entry.title) if entry.url else entry.title,
        at.isoformat(),
        day_and_time(clock := at.replace(tzinfo=None)),
        relative_time(clock),
        f" · {entry.who}" if entry.who else "",
        joined(_below(entry, answer_url)),
    )


def _below(entry: TimelineEntry, answer_url: str) -> Iterable[SafeString]:
    """What stands under the line of an entry."""
    if entry.text:
        yield filled('<p class="entry-text">{}</p>', mentions(entry.text, entry.names))
    if entry.answers and answer_url:
        word = gettext("Reply")
        yield filled(ANSWER, answer_url, entry.answers, word, entry.title, icon("reply"), word)
    if entry.days_url:
        yield filled(DAYS, entry.days_url, gettext("By day"))
    if entry.notes:
        notes = joined(pill(note) for note in entry.notes)
        yield filled('<div class="entry-notes">{}</div>', notes)
