"""`manage.py receive_mail FILE.eml ...`: takes mails in as a mailbox does."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from crm.incoming.choices import Door, Outcome
from crm.incoming.intake import TooLarge, take_and_work
from crm.management.product import ProductCommand
from crm.models import IncomingMail, Mailbox

TICKET = "service.ticket"
UNDER_WAY = "a worker is at it; see Incoming mail"


class Command(ProductCommand):
    help = "Takes mails in from files (one mail each, as they came) and says what became of each of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE.eml", type=Path)
        parser.add_argument("--mailbox", metavar="ADDRESS", help="as if they had come to this mailbox")
        parser.add_argument("--json", action="store_true", help="prints a list, one for each file, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = [str(file) for file in options["files"] if not file.is_file()]
        if missing:
            raise CommandError(f"There is no file {missing[0]}.")
        mailbox = self._mailbox(options["mailbox"])
        told = [self._receive(file, mailbox) for file in options["files"]]
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for one in told:
            why = f" ({one['reason']})" if one["reason"] else ""
            self.stdout.write(f"{one['file']}: {one['outcome'] or UNDER_WAY}{why}")

    def _mailbox(self, address: str | None) -> Mailbox | None:
        if not address:
            return None
        mailbox = Mailbox.objects.filter(address=address.strip().lower()).first()
        if mailbox is None:
            raise CommandError(f"There is no mailbox {address}.")
        return mailbox

    def _receive(self, file: Path, mailbox: Mailbox | None) -> dict[str, Any]:
        try:
            mail, is_new = take_and_work(file.read_bytes(), door=Door.COMMAND, mailbox=mailbox)
        except TooLarge as error:
            return {"file": str(file), **told_of(None), "outcome": Outcome.PARKED.value, "reason": str(error)}
        told = {"file": str(file), **told_of(mail)}
        return told if is_new else {**told, "outcome": Outcome.DUPLICATE.value, "reason": "It had come before."}


def told_of(mail: IncomingMail | None) -> dict[str, Any]:
    """What is said of a mail, without its file."""
    if mail is None:
        mail = IncomingMail()
    return {
        "outcome": mail.outcome,
        "ticket": mail.object_id if mail.object_model == TICKET else None,
        "from": mail.from_address,
        "subject": mail.subject,
        "visible_text": mail.visible_text,
        "attachments": [{"name": file["name"], "bytes": file["bytes"]} for file in mail.attachments],
        "bounced_address": mail.bounced_address or None,
        "hard": mail.is_hard,
        "reason": mail.reason,
    }
