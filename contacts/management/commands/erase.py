"""`manage.py erase EXTERNAL_ID...`: erases people for good, by the same job as the pages."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from contacts.choices import ErasureReason
from contacts.models import Contact
from contacts.privacy.ledger import known_lines, read_lines, to_repeat
from contacts.privacy.many import MOST, Preview, ask_for_many, look_at
from contacts.privacy.repeating import repeat, tied_to_others
from crm.jobs import run_to_end
from crm.management.product import ProductCommand


class Command(ProductCommand):
    help = (
        "Erases people by their external ids, for good. Organizations, people whose data are held and those who were "
        "erased already are left, and named. Without the confirmation of a page: try --dry-run first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("external_id", nargs="*", metavar="EXTERNAL_ID")
        parser.add_argument("--file", type=Path, metavar="F", help="further ids, one a line")
        parser.add_argument("--reason", choices=ErasureReason.values, default=ErasureReason.ASKED.value)
        parser.add_argument("--dry-run", action="store_true", help="say who would be erased, and change nothing")
        parser.add_argument(
            "--again", action="store_true", help="repeat the erasures that a restored backup does not know"
        )
        parser.add_argument("--json", action="store_true", help="say it for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = self._ids(options)
        if options["again"] == bool(ids):
            raise CommandError("Name external ids, or a --file of them, or --again alone.")
        if options["again"] and not options["dry_run"]:
            for sentence in repeat(known_lines()) or ["Nobody is to be erased again."]:
                self.stdout.write(sentence)
            return
        if options["again"]:
            contacts = to_repeat(read_lines(known_lines()))
        else:
            contacts = list(Contact.objects.filter(external_id__in=ids).order_by("pk"))
        unknown = sorted(set(ids) - {str(one.external_id) for one in contacts})
        said = {"erased": 0, "refused": [], "unknown": unknown, "jobs": []}
        if options["again"]:
            for sentence in tied_to_others(read_lines(known_lines())):
                self.stderr.write(sentence)
        faults: list[str] = []
        for start in range(0, len(contacts), MOST):
            faults += self._some(contacts[start : start + MOST], options, said)
        self._tell(said, options)
        if unknown or said["refused"] or faults:
            raise CommandError(" ".join(["Not everybody was erased.", *faults]))

    def _ids(self, options: dict[str, Any]) -> list[str]:
        ids = list(options["external_id"])
        if (path := options["file"]) is not None:
            try:
                ids += [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{path} cannot be read: {error}") from error
        return [one for one in dict.fromkeys(ids) if one]

    def _some(self, contacts: list[Contact], options: dict[str, Any], said: dict[str, Any]) -> list[str]:
        """Erase these; what failed, in sentences: the next ones are erased all the same."""
        preview: Preview = look_at(contacts)
        said["refused"] += [{"external_id": one.external_id, "id": one.pk, "why": why} for one, why in preview.refused]
        if options["dry_run"] or not preview.ready:
            said["erased"] += len(preview.ready)
            return []
        try:
            job = ask_for_many(actor=None, contacts=preview.ready, reason=options["reason"])
        except ValidationError as error:
            return error.messages
        said["jobs"].append(job.pk)
        if not run_to_end(job):
            return [f"Job {job.pk} is {job.get_state_display().lower()}: {job.error or 'see its page'}."]
        said["erased"] += job.result["erased"]
        said["refused"] += [{"id": contact, "why": why} for _, contact, why in job.result["refused"]]
        return []

    def _tell(self, said: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(said | {"dry_run": options["dry_run"]}))
            return
        verb = "would be erased" if options["dry_run"] else "are erased"
        self.stdout.write(f"{said['erased']:,} people {verb}.")
        for one in said["refused"]:
            self.stderr.write(f"{one.get('external_id') or one['id']}: {one['why']}")
        for one in said["unknown"]:
            self.stderr.write(f"{one}: nobody has this external id")
