"""What a person wrote, of what stands in a mail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crm.incoming.replies import folded_text, visible_text

REPLIES = Path(__file__).parents[1] / "data" / "messy_email_replies"
EXPECTED = json.loads((REPLIES / "expected_visible_text.json").read_text())
AGREED = {name: found["npm email-reply-parser"] for name, found in EXPECTED.items() if found["all_agree"]}


def test_replies_on_which_three_parsers_agree_are_read_the_same():
    read = {name: visible_text((REPLIES / name).read_text(errors="replace")) for name in AGREED}
    assert {name: " ".join(text.split()) for name, text in read.items()} == {
        name: " ".join(text.split()) for name, text in AGREED.items()
    }
    assert len(read) == 39


@pytest.mark.parametrize(
    "above",
    [
        "Am Mo., 2. März 2026 um 10:11 Uhr schrieb Ada <ada@example.com>:",
        "Le lun. 2 mars 2026 à 10:11, Ada <ada@example.com> a écrit :",
        "El lun, 2 mar 2026 a las 10:11, Ada (<ada@example.com>) escribió:",
        "Il giorno lun 2 mar 2026 alle ore 10:11 Ada <ada@example.com> ha scritto:",
        "Op ma 2 mrt 2026 om 10:11 schreef Ada <ada@example.com>:",
        "пн, 2 мар. 2026, 10:11, Ada <ada@example.com>:",
        "On Mon, 2 Mar 2026 at 10:11 Ada <\nada@example.com> wrote:",
        "-----Ursprüngliche Nachricht-----",
        "Von: Ada <ada@example.com>\nGesendet: Montag, 2. März 2026 10:11\nAn: Mia\nBetreff: Ihr Angebot",
    ],
)
def test_mail_below_is_folded_in_the_language_of_who_writes(above):
    text = f"Ja, gern.\n\n{above}\n\nWollen Sie drei davon?\n"
    shown, folded = folded_text(text)
    assert shown == "Ja, gern."
    assert "Wollen Sie drei davon?" in folded


def test_answer_below_or_between_quotations_is_kept():
    below = "On Mon, 2 Mar 2026, Ada wrote:\n> Three?\n> Or four?\n\nFour, please."
    assert visible_text(below) == "Four, please."
    between = "> Three?\nNo.\n\n> Four?\nYes."
    assert " ".join(visible_text(between).split()) == "No. Yes."


def test_signature_and_what_a_telephone_adds_are_folded():
    assert visible_text("Yes.\n\n-- \nMia Keller\nBuyer") == "Yes."
    assert visible_text("Yes.\n\nBest regards,\nMia Keller\nBuyer, Keller & Sons") == "Yes."
    assert visible_text("Yes.\n\nSent from my iPhone") == "Yes."
    said = "I wrote to you with kind regards to the delivery.\nIt was late."
    assert visible_text(said) == said


def test_mail_that_is_only_quoted_stays_visible():
    assert visible_text("> Three?\n") == "> Three?"
    assert visible_text("") == ""
