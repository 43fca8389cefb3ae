"""A person's data as files: one for machines (JSON), one to read and print (HTML), and both with the person's files."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html

from contacts.models import Contact
from contacts.privacy.reading import Section, files_of, sections_of
from crm.company import current_company
from crm.foreign.names import clean_name

IN_MEMORY = 8 << 20
STYLE = (
    "body{font:11pt/1.45 system-ui,sans-serif;color:#1b2330;margin:2.5rem auto;max-width:70rem;padding:0 1.5rem}"
    "h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{margin:.25rem 0 0;color:#4a5568}"
    "table{border-collapse:collapse;width:100%;font-size:9.5pt}tr{break-inside:avoid}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #d7dde6;"
    "overflow-wrap:anywhere}th{color:#4a5568;font-weight:600}"
    "nav ul{columns:3;padding-left:1.1rem}@media print{nav{display:none}body{margin:0;max-width:none}}"
)


def as_json(contact: Contact, sections: list[Section], missing: Sequence[str] = ()) -> bytes:
    """`{"person", "company", "made_at", "missing_files", "sections": [{"name", "title", "labels", "rows"}]}`; times
    with their offset, amounts as decimal text. `missing`: names of files whose content is not there."""
    whole = {
        "person": {"id": contact.pk, "name": contact.name},
        "company": current_company().name,
        "made_at": timezone.localtime(timezone.now()).isoformat(timespec="seconds"),
        "missing_files": list(missing),
        "sections": [
            {"name": one.name, "title": one.title, "labels": dict(one.columns), "rows": one.rows} for one in sections
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, default=_plain).encode()


def as_html(contact: Contact, sections: list[Section], missing: Sequence[str] = ()) -> bytes:
    """A page of its own that needs no other: to read, to print, to hand over."""
    context = {
        "contact": contact,
        "company": current_company(),
        "made_at": timezone.now(),
        "sections": sections,
        "missing": missing,
        "style": format_html("<style>{}</style>", STYLE),
    }
    return render_to_string("contacts/privacy/person_file.html", context).encode()


def as_archive(contact: Contact) -> IO[bytes]:
    """A ZIP of both files and of the files that hang on the person's rows; the caller closes it. A file whose content
    is not there is left out, and both say so."""
    sections, missing = sections_of(contact), []
    whole = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - handed to the response
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for stored in files_of(contact):
            try:
                content = stored.file.open("rb")
            except FileNotFoundError:
                missing.append(f"{stored.pk}-{clean_name(stored.name)}")
                continue
            with content, archive.open(f"files/{stored.pk}-{clean_name(stored.name)}", "w") as to:
                while piece := content.read(1 << 20):
                    to.write(piece)
        archive.writestr("person.json", as_json(contact, sections, missing))
        archive.writestr("person.html", as_html(contact, sections, missing))
    whole.seek(0)
    return whole


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)
