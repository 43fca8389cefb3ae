"""Where a record came from: by which way, from which file and row, by whom and when. Read from the row history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import models

from crm.choices import Door
from crm.models import ImportRun, LogEntry, RowChange, User

LOOK_AHEAD = dt.timedelta(days=1)  # the log row of an import stands behind the rows that it made, in one transaction
IMPORTED, BULK = "import", "job"


@dataclass(frozen=True)
class Origin:
    """`way` is page, api, form, import, job or command, or empty where it is not known any more; `row` is that of the
    file, counted from 1 below the names of the columns."""

    way: str
    at: dt.datetime
    who: User | None = None
    file: str = ""
    row: int | None = None
    token: str = ""

    @property
    def sentence(self) -> str:
        """`From customers.csv, row 12`; without who and when."""
        if self.way == IMPORTED:
            row = f", row {self.row:,}" if self.row else ""
            return f"From {self.file or 'a file'}{row}"
        words = {
            Door.PAGE: "Written by hand",
            Door.API: f"By the API, token “{self.token}”" if self.token else "By the API",
            Door.FORM: "By a form",
            Door.JOB: "By a job",
            Door.COMMAND: "By a command",
        }
        return words.get(Door(self.way), "") if self.way else "Before it was kept where records come from"


def origin_of(record: models.Model) -> Origin | None:
    """The origin of a record of any kept table; None where the history does not go back to its making."""
    made = (
        RowChange.objects.filter(table_name=record._meta.db_table, operation="I", row_id__lte=record.pk)
        .select_related("actor", "token", "job")
        .order_by("-row_id")
        .first()
    )
    if made is None or made.last_id < record.pk:
        return None
    token = made.token.name if made.token_id and made.token else ""
    if name := _file_of(made):
        return Origin(IMPORTED, made.at, made.actor, name, getattr(record, "import_row", None))
    return Origin(made.door or (Door.JOB if made.job_id else ""), made.at, made.actor, token=token)


def _file_of(made: RowChange) -> str:
    """The file of the import that made a row; empty where none did."""
    if made.job_id:
        run = ImportRun.objects.filter(job=made.job_id).select_related("file").first()
        return run.file.name if run else ""
    if made.door != Door.COMMAND or not made.request_id:
        return ""
    near = LogEntry.objects.filter(at__gte=made.at, at__lte=made.at + LOOK_AHEAD, request_id=made.request_id)
    entry = near.filter(verb="import").order_by("at").first()
    return entry.summary.partition(" from ")[2].rpartition(": ")[0] if entry else ""
