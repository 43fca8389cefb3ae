"""Who may do what with the kept columns of earlier files: seen by who may import such, deleted by who kept them."""

from __future__ import annotations

import datetime as dt

from django.core.files.base import ContentFile
from django.utils import timezone

from crm.models import ExportRun, ImportMapping, StoredFile, User
from tests.access.law import ALL, NONE, OWN, SCOPES, Address, button, page, reach

SCOPES["kept columns"] = {
    "view": reach(ALL, ALL, NONE, ALL),
    "delete": reach(OWN, OWN, NONE, ALL),
}
SCOPES["export file"] = {
    "view": reach(OWN, OWN, OWN, OWN) | {"admin": OWN},
    "add": reach(OWN, ALL, NONE, ALL),
}
IMPORT_ADDRESSES: dict[str, Address] = {
    "crm:importmapping_list": page("kept columns"),
    "crm:importmapping_delete": button("kept columns", "delete"),
    "crm:import_mapping_use": button("import", "change"),
    "crm:import_templates": page("import", "add"),
    "crm:import_try": button("import", "change"),
    "crm:export_download": Address("export file"),
    "crm:export_start": Address(
        "export file", {"POST": "add"}, has_record=False, data={"list": "contacts:contact_export"}
    ),
    "crm:import_mapping_keep": button("import", "change"),
}


def make_mapping(owner: User, name: str) -> ImportMapping:
    return ImportMapping.objects.create(
        kind="contacts", actor=owner, name=f"CANARY columns of {name}", key=name, columns=["Nr"], file_name="a.csv",
        options={"map": [["Nr", "external_id"]]},
    )  # fmt: skip


def make_export(owner: User, name: str) -> ExportRun:
    file = StoredFile(name=f"CANARY {name}.csv", owner=owner, content_type="text/csv")
    file.file.save(name, ContentFile(b"a"), save=True)
    return ExportRun.objects.create(
        list_name="service:ticket_export", model="service.ticket", format="csv", name=f"CANARY {name}.csv", actor=owner,
        file=file, expires_at=timezone.now() + dt.timedelta(days=1),
    )  # fmt: skip


IMPORT_MAKERS = {"export file": make_export, "kept columns": make_mapping}
