"""`manage.py receive_mail`: the contract."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from service.models import Ticket
from tests.incoming.conftest import bounce_of, letter, make_mailbox, write

pytestmark = pytest.mark.django_db


def run(*files: Path, **options: Any) -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("receive_mail", *map(str, files), json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_each_file_is_told_with_the_keys_of_the_contract(tmp_path):
    asked, returned = tmp_path / "asked.eml", tmp_path / "returned.eml"
    asked.write_bytes(letter(subject="Blue ones", text="Do you?\n\n> No.", files=[("list.bin", b"12345")]))
    returned.write_bytes(bounce_of(write()))
    first, second = run(asked, returned)
    assert first == {
        "file": str(asked),
        "outcome": "ticket",
        "ticket": Ticket.objects.get().pk,
        "from": "mia@example.com",
        "subject": "Blue ones",
        "visible_text": "Do you?",
        "attachments": [{"name": "list.bin", "bytes": 5}],
        "bounced_address": None,
        "hard": None,
        "reason": "",
    }
    assert (second["outcome"], second["bounced_address"], second["hard"]) == ("bounce", "mia@example.com", True)


def test_same_file_twice_is_a_duplicate_with_what_it_said(tmp_path):
    file = tmp_path / "asked.eml"
    file.write_bytes(letter(subject="Blue ones"))
    again = [run(file)[0], run(file)[0]][1]
    assert (again["outcome"], again["subject"]) == ("duplicate", "Blue ones")


def test_empty_file_is_parked_and_the_next_is_taken(tmp_path):
    empty, file = tmp_path / "empty.eml", tmp_path / "asked.eml"
    empty.write_bytes(b"")
    file.write_bytes(letter())
    assert [one["outcome"] for one in run(empty, file)] == ["parked", "ticket"]


def test_mail_may_come_as_if_to_a_mailbox(tmp_path):
    box = make_mailbox(purpose="enquiries")
    file = tmp_path / "asked.eml"
    file.write_bytes(letter())
    assert run(file, mailbox=box.address)[0]["outcome"] == "lead"
    with pytest.raises(CommandError, match="There is no mailbox"):
        run(file, mailbox="nobody@crm.example")


def test_missing_file_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"There is no file .*nowhere\.eml"):
        run(tmp_path / "nowhere.eml")
