"""What the log of a ticket says, in the language of the page. What is stored is English, and names stay as they are."""

from __future__ import annotations

import re

from django.utils.translation import gettext_noop as _

from crm.languages.words import in_words, is_translated, translated
from service.choices import EventKind, Priority, TicketChannel

ALONE: dict[str, str] = {
    EventKind.OPENED: _("opened"),
    EventKind.ASSIGNED: _("assigned"),
    EventKind.RETURNED: _("back in the queue"),
    EventKind.MOVED: _("moved to another queue"),
    EventKind.PRIORITY: _("priority changed"),
    EventKind.RESUMED: _("taken up again"),
    EventKind.SOLVED: _("solved (a ticket)"),
    EventKind.REOPENED: _("reopened"),
    EventKind.CLOSED: _("closed (a ticket)"),
    EventKind.MERGED: _("merged"),
    EventKind.LINKED: _("linked with another ticket"),
    EventKind.SPLIT: _("split"),
    EventKind.UNMERGED: _("taken apart again"),
    EventKind.COMPENSATED: _("compensated"),
}
STEPS: dict[str, str] = {
    **ALONE,
    EventKind.WROTE: _("customer wrote"),
    EventKind.REPLIED: _("replied"),
    EventKind.WAITING: _("waiting for the customer"),
    EventKind.NOTICE: _("customer reminded"),
    EventKind.OPENED: _("opened (a ticket)"),
}
CHANNELS: dict[str, str] = {
    TicketChannel.EMAIL: _("opened by e-mail"),
    TicketChannel.PHONE: _("opened by phone"),
    TicketChannel.DESK: _("opened at the desk"),
    TicketChannel.WEB: _("opened by a web form"),
    TicketChannel.CHAT: _("opened in a chat"),
    TicketChannel.SOCIAL: _("opened in a social network"),
    TicketChannel.OTHER: _("opened"),
}
# of each kind: how the values look that the code writes, the first that fits
SENTENCES: dict[str, tuple[tuple[str, str], ...]] = {
    EventKind.ASSIGNED: (
        ("nobody", _("assigned to nobody")),
        ("(?P<name>.+) by the rule “(?P<rule>.+)”: .+", _("assigned to %(name)s by the rule “%(rule)s”")),
        ("(?P<name>.+), handed over by (?P<by>.+)", _("assigned to %(name)s, handed over by %(by)s")),
        ("(?P<name>.+)", _("assigned to %(name)s")),
    ),
    EventKind.RETURNED: (
        ("is out of office.*", _("back in the queue: who had it is out of office")),
        ("may not sign in any more", _("back in the queue: who had it may not sign in any more")),
        ("(?P<by>.+) handed all over", _("back in the queue: %(by)s handed all over")),
    ),
    EventKind.MOVED: (("(?P<queue>.+)", _("moved to the queue %(queue)s")),),
    EventKind.PRIORITY: (("(?P<word>.+)", _("priority: %(word)s")),),
    EventKind.MERGED: (
        (r"into (?P<number>\S+)", _("merged into %(number)s")),
        (r"(?P<number>\S+) into this one", _("%(number)s merged into this one")),
        (
            r"(?P<number>\S+) into this one, unanswered",
            _("%(number)s merged into this one; the customer waits for an answer to it"),
        ),
    ),
    EventKind.UNMERGED: (
        (r"from (?P<number>\S+)", _("taken apart from %(number)s")),
        (r"(?P<number>\S+) stands alone(, unanswered)?", _("taken apart: %(number)s stands alone again")),
    ),
    EventKind.LINKED: (
        (r"an incident of (?P<number>\S+)", _("linked: an incident of %(number)s")),
        (r"a duplicate of (?P<number>\S+)", _("linked: a duplicate of %(number)s")),
        (r"related to (?P<number>\S+)", _("linked: related to %(number)s")),
        (r"split off from (?P<number>\S+)", _("linked: split off from %(number)s")),
    ),
    EventKind.SPLIT: ((r"into (?P<number>\S+)", _("split into %(number)s")),),
    EventKind.SOLVED: (("no answer", _("solved: no answer came")),),
    EventKind.COMPENSATED: (
        ("(?P<word>.+) taken back", _("compensation taken back: %(word)s")),
        ("(?P<word>.+)", _("compensated: %(word)s")),
    ),
}
LABELS = dict(Priority.choices)


def step_in_words(event: str) -> str:
    """The name of a step that the product writes into logs; any other one as it is."""
    return in_words(STEPS[event]) if event in STEPS and is_translated() else event


def event_in_words(event: str, value: str) -> str:
    """The sentence of a row that the product wrote; empty for one that has words of its own."""
    if event == EventKind.OPENED and value in CHANNELS:
        return in_words(CHANNELS[value])
    for pattern, sentence in SENTENCES.get(event, ()) if value else ():
        if found := re.fullmatch(pattern, value):
            names = found.groupdict()
            if "word" in names:
                names["word"] = translated(LABELS.get(names["word"], names["word"]))
            return in_words(sentence, **names)
    said = in_words(ALONE[event]) if event in ALONE else ""
    return f"{said}: {value}" if said and value else said
