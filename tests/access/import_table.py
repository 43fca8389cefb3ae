"""Who may do what with the kept columns of earlier files: seen by who may import such, deleted by who kept them."""

from __future__ import annotations

from crm.models import ImportMapping, User
from tests.access.law import ALL, NONE, OWN, SCOPES, Address, button, page, reach

SCOPES["kept columns"] = {
    "view": reach(ALL, ALL, NONE, ALL),
    "delete": reach(OWN, OWN, NONE, ALL),
}
IMPORT_ADDRESSES: dict[str, Address] = {
    "crm:importmapping_list": page("kept columns"),
    "crm:importmapping_delete": button("kept columns", "delete"),
    "crm:import_mapping_use": button("import", "change"),
    "crm:import_try": button("import", "change"),
    "crm:import_mapping_keep": button("import", "change"),
}


def make_mapping(owner: User, name: str) -> ImportMapping:
    return ImportMapping.objects.create(
        kind="contacts", actor=owner, name=f"CANARY columns of {name}", key=name, columns=["Nr"], file_name="a.csv",
        options={"map": [["Nr", "external_id"]]},
    )  # fmt: skip


IMPORT_MAKERS = {"kept columns": make_mapping}
