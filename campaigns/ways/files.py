"""The file that goes to a printer or to a provider: a row for each letter or message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from campaigns.choices import CampaignChannel, RecipientState
from campaigns.models import Campaign, Piece, PieceFile
from campaigns.ways.leaving import permitted_now
from crm.choices import Verb
from crm.exporting.streams import reading_all
from crm.exporting.taken import Taken
from crm.models import User

CHUNK = 2_000
MOST_LINES = 6
POSTAL = (
    ("code", "Code"),
    ("people", "People"),
    ("name", "Name"),
    *((f"line_{at}", f"Line {at}") for at in range(1, MOST_LINES + 1)),
    ("country", "Country"),
    ("variant", "Variant"),
    ("subject", "Subject"),
    ("text", "Text"),
)
OTHER = (
    ("code", "Code"),
    ("name", "Name"),
    ("to", "To"),
    ("variant", "Variant"),
    ("subject", "Subject"),
    ("text", "Text"),
)
JOIN = " and "


def columns_of(campaign: Campaign) -> Sequence[tuple[str, str]]:
    """Names and headings of the file's columns."""
    return POSTAL if campaign.channel == CampaignChannel.POST else OTHER


def rows_of(file: PieceFile, user: User | None, taken: Taken) -> Iterator[Sequence[Any]]:
    """The rows that the person may export; a letter to several of a household is one, of the first of them. Who has
    said no since it was taken is not among them. `taken` notes of whom they are, each of a household."""
    campaign = file.campaign
    pieces: QuerySet[Piece] = Piece.objects.visible_to(user, Verb.EXPORT).filter(file=file)
    if file.gone_on is None:
        pieces = permitted_now(campaign, pieces.filter(recipient__state=RecipientState.HANDED))
    fields = (
        "household",
        "recipient__variant__name",
        "code",
        "name",
        "place",
        "country",
        "subject",
        "words",
        "recipient__contact_id",
    )
    is_postal = campaign.channel == CampaignChannel.POST
    order = ("household", "recipient__variant", "recipient") if is_postal else ("recipient",)
    with reading_all():
        rows = taken.passing(pieces.order_by(*order).values_list(*fields).iterator(chunk_size=CHUNK))
        if is_postal:
            for _, letter in groupby(rows, key=lambda row: (row[0], row[1])):
                yield _letter(list(letter))
        else:
            for _, variant, code, name, place, _country, subject, words in rows:
                yield [code, name, place, variant, subject, words]


def _letter(people: Sequence[Sequence[str]]) -> Sequence[Any]:
    _, variant, code, _name, place, country, subject, words = people[0]
    lines = place.split("\n")
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], ", ".join(lines[MOST_LINES - 1 :])]
    names = list(dict.fromkeys(row[3] for row in people))
    return [
        code, len(people), JOIN.join(filter(None, (", ".join(names[:-1]), names[-1]))),
        *lines, *[""] * (MOST_LINES - len(lines)), country, variant, subject, words,
    ]  # fmt: skip
