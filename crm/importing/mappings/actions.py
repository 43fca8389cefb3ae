"""Writes of mappings: kept by an import that is done, or by hand under a name; used for another file; deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from crm.importing.actions import held_run
from crm.importing.kinds import ImportKind
from crm.importing.mapping import ImportOptions, guess_map
from crm.importing.mappings.fitting import Fit, adapted, folded_columns
from crm.log import log
from crm.models import ImportMapping, ImportRun, User

MOST_UNNAMED = 50
"""How many mappings without a name are kept for a person and a kind."""
WRITTEN = ("name", "columns", "options", "file_name", "used_at")


def remember_mapping(*, run: ImportRun, columns: Sequence[str]) -> None:
    """Keep what the columns of a finished import meant, instead of what the same person said of such columns before.

    Called in the import's own transaction and not logged: the import is.
    """
    if run.actor is None:
        return
    digest = hashlib.sha256("\n".join(folded_columns(columns)).encode()).hexdigest()
    _write(run.actor, run, columns, key=f"file:{digest}", name="")
    unnamed = ImportMapping.objects.filter(actor=run.actor, kind=run.kind, name="")
    keep = unnamed.order_by("-used_at", "-pk").values("pk")[:MOST_UNNAMED]
    unnamed.exclude(pk__in=list(keep.values_list("pk", flat=True))).delete()


@transaction.atomic
def keep_mapping(*, actor: User, run: ImportRun, columns: Sequence[str], name: str) -> ImportMapping:
    """Keep what is said about the file now under a name; the person's earlier one of that name is replaced."""
    digest = hashlib.sha256(name.casefold().encode()).hexdigest()
    mapping = _write(actor, run, columns, key=f"name:{digest}", name=name)
    ImportRun.objects.filter(pk=run.pk).update(mapping=mapping)
    run.mapping = mapping
    log(actor=actor, verb="create", object=mapping, summary=f"Kept the columns of {run.file.name} as {name}")
    return mapping


@transaction.atomic
def use_mapping(*, actor: User, run: ImportRun, kind: ImportKind, columns: Sequence[str], fit: Fit | None) -> None:
    """Read the file as an earlier one; None begins afresh, by the names of the columns. Raises ImportUnderWay."""
    current = held_run(run)
    sheet = ImportOptions.from_json(current.options).sheet
    if fit is None:
        closed = kind.closed_to(actor)
        guessed = tuple((column, name) for column, name in guess_map(kind, columns).items() if name not in closed)
        options = ImportOptions(map=guessed, automatic=False, sheet=sheet)
    else:
        options = adapted(fit, kind, actor, Path(current.file.file.path), sheet)
    current.options, current.mapping = options.to_json(), fit.mapping if fit else None
    current.save(update_fields=["options", "mapping"])


@transaction.atomic
def delete_mapping(*, actor: User, mapping: ImportMapping) -> None:
    """Forget what the columns of an earlier file meant."""
    log(actor=actor, verb="delete", object=mapping, summary=f"Deleted the kept columns {mapping}")
    mapping.delete()


def _write(actor: User, run: ImportRun, columns: Sequence[str], *, key: str, name: str) -> ImportMapping:
    said = ImportMapping(
        kind=run.kind,
        name=name,
        key=key,
        columns=list(columns),
        options=run.options,
        file_name=run.file.name[:300],
        actor=actor,
        used_at=timezone.now(),
    )
    ImportMapping.objects.bulk_create(
        [said], update_conflicts=True, unique_fields=["actor", "kind", "key"], update_fields=list(WRITTEN)
    )
    return ImportMapping.objects.get(actor=actor, kind=run.kind, key=key)
