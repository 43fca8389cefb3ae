"""A fixed segment of a list that somebody pastes or brings: its entries are imported by a worker."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction

from campaigns.importing.members import SEGMENT_MEMBERS
from campaigns.segments.pasted import HEAD, write_entries
from crm.foreign.uploads import UploadPurpose, UploadRefused, store_upload
from crm.importing.actions import start_import
from crm.importing.errors import UnreadableFile
from crm.importing.mapping import ImportOptions
from crm.log import log
from crm.models import ImportRun, JobRun, User


@transaction.atomic
def bring_list(*, actor: User, name: str, source: IO[bytes]) -> JobRun:
    """Have a worker make a fixed segment of this name of whom a list says. Raises ValidationError where it is none.

    The list is cut into entries here, in blocks, so that a file of one column is what is stored and imported."""
    with tempfile.TemporaryDirectory(prefix="crm-list-") as folder:
        as_given, entries = Path(folder) / "given", Path(folder) / "entries"
        try:
            with as_given.open("wb") as target:
                while block := source.read(1 << 20):
                    target.write(block)
            with entries.open("w", encoding="utf-8", errors="replace") as lines:
                count = write_entries(as_given, lines)
            with entries.open("rb") as content:
                upload: File = File(content, name="pasted list.csv")
                stored = store_upload(actor=actor, upload=upload, purpose=UploadPurpose.IMPORT)
        except (UnreadableFile, UploadRefused) as error:
            raise ValidationError(str(error)) from error
    options = ImportOptions(
        map=((HEAD, "who"),), constants={"segment": name}, automatic=False, delimiter="\t", header=True,
        encoding="utf-8",
    )  # fmt: skip
    run = ImportRun.objects.create(
        kind=SEGMENT_MEMBERS.name, file=stored, actor=actor, options=options.to_json(), mapping=None
    )
    log(actor=actor, verb="upload", object=run, summary=f"Brought a list of {count:,} entries for the segment {name}")
    return start_import(actor=actor, run=run, kind=SEGMENT_MEMBERS)
