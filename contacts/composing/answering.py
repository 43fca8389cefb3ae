"""An answer to a mail of a contact: to whom it goes, what it is called and quotes, how programs see what it answers.

The ids are those of RFC 5322, 3.6.4: In-Reply-To names the mail that is answered, References the conversation so far.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from contacts.choices import Channel, Direction, PointKind
from contacts.models import Contact, Interaction
from contacts.queries import points_shown
from crm.languages.speaking import for_machines
from crm.models import IncomingMail, User
from crm.templatetags.figures import day_and_time

ANSWER_MARK = "Re: "
# how programs of several languages begin the subject of an answer, with or without a number
BEGINS = re.compile(r"(?:\s*(?:re|aw|antw|sv|vs|ref|rif|odp|res)(?:\[\d+\]|\(\d+\))?\s*:)+\s*", re.IGNORECASE)
LONGEST_SUBJECT, LONGEST_QUOTE = 200, 15_000
MOST_REFERENCES, LONGEST_REFERENCES = 20, 880
AN_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]+>")


@dataclass(frozen=True)
class Answered:
    """A mail that came in, as its answer needs it. `headers` go with the answer."""

    touch: Interaction
    to: str
    subject: str
    quoted: str
    headers: dict[str, str]


def mail_to_answer(user: User, people: Sequence[Contact], key: int | None) -> Answered | None:
    """The mail of one of these people that stands in the history as the touch `key`; None where the person sees none.

    The address is the one that it came from, where the person may see addresses.
    """
    rows = Interaction.objects.visible_to(user).select_related("contact").filter(contact__in=people)
    touch = rows.filter(pk=key or 0, channel=Channel.EMAIL, direction=Direction.INBOUND).first()
    if touch is None:
        return None
    came = (
        IncomingMail.objects.visible_to(user)
        .filter(object_model=Interaction._meta.label_lower, object_id=touch.pk)
        .first()
    )
    shown = points_shown(user).filter(contact=touch.contact, kind=PointKind.EMAIL).order_by("id")
    known = list(shown.values_list("value", flat=True))
    to = came.from_address if came is not None and known else next(iter(known), "")
    return Answered(
        touch=touch,
        to=to,
        subject=subject_of_answer(touch.subject),
        quoted=quoted(came, touch.body, touch.contact.name, touch.occurred_at),
        headers=headers_of_answer(came),
    )


def subject_of_answer(subject: str) -> str:
    """What the answer to a mail is called."""
    return f"{ANSWER_MARK}{BEGINS.sub('', subject, count=1)}"[:LONGEST_SUBJECT]


@for_machines()
def quoted(came: IncomingMail | None, body: str, name: str, at: dt.datetime) -> str:
    """What was written, each line behind a mark, under a line that says who wrote it when; `body` is what the history
    has of a mail that is not kept any more."""
    text = (came.text or came.visible_text if came is not None else "") or body
    lines = text.strip()[:LONGEST_QUOTE].splitlines()
    said = "\n".join(f">{'' if line.startswith('>') else ' '}{line}".rstrip() for line in lines)
    return f"On {day_and_time(timezone.localtime(at))}, {name} wrote:\n{said}"


def headers_of_answer(came: IncomingMail | None) -> dict[str, str]:
    """The first and the last of a long conversation: programs find it by either. Nothing that is no id enters."""
    if came is None or not AN_ID.fullmatch(came.message_id):
        return {}
    nearest_first = came.references
    known = list(
        dict.fromkeys(one for one in reversed(nearest_first) if AN_ID.fullmatch(one) and one != came.message_id)
    )
    chosen = [*known[:1], *known[1:][-MOST_REFERENCES:], came.message_id]
    while len(" ".join(chosen)) > LONGEST_REFERENCES and len(chosen) > 1:
        del chosen[min(1, len(chosen) - 2)]
    return {"In-Reply-To": came.message_id, "References": " ".join(chosen)}
