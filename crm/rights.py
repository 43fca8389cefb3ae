"""The rights of a role as an administrator sees and sets them: scopes by model and verb, and rights on fields.

What equals the shipped right has no row; so "as shipped" is the same as no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import connection, transaction

from crm.catalogue import catalogues, shipped_grants
from crm.choices import FieldRight, Role, Scope, Verb
from crm.conflicts import State
from crm.field_rights import GuardedField, guarded_fields, guarded_models
from crm.grants import AccessPaths
from crm.log import log
from crm.models import AccessRule, FieldRule, User

ROLES = tuple(role for role in Role if role != Role.ADMIN)
HOUSE = ("crm.user", "crm.team", "crm.territory", "crm.storedfile")  # names in the house and own files: nothing to set
MOST_WORDS = 6
FieldKey = tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """One verb on one model: the scope that counts, the shipped one, and those that make sense."""

    model: str
    verb: Verb
    scope: Scope
    shipped: Scope
    choices: Sequence[Scope]

    @property
    def name(self) -> str:
        return f"scope:{self.model}:{self.verb}"

    @property
    def is_changed(self) -> bool:
        return self.scope != self.shipped


@dataclass(frozen=True)
class ScopeRow:
    """One model with a cell for each verb, None where the verb has no meaning for it."""

    label: str
    name: str
    cells: Sequence[Cell | None]


@dataclass(frozen=True)
class FieldRow:
    """One field and its right; empty where only the rights on the record count."""

    field: GuardedField
    right: str

    @property
    def name(self) -> str:
        return f"field:{self.field.model}:{self.field.field}"


def name_of(label: str) -> str:
    """`contacts.contact` -> `Contacts`."""
    name = str(apps.get_model(label)._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]


@cache
def governed_verbs() -> dict[str, tuple[Verb, ...]]:
    """The verbs that any role may be given, by model, lowest floor first."""
    labels = dict.fromkeys(label for catalogue in catalogues() for label in catalogue.grants if label not in HOUSE)
    return {
        label: tuple(
            verb for verb in Verb if any(shipped_grants(label, role).scope(verb) != Scope.NONE for role in ROLES)
        )
        for label in labels
    }


def scopes_of(label: str) -> tuple[Scope, ...]:
    """The scopes that differ for a model: rows of the whole house are seen or not."""
    paths: AccessPaths = apps.get_model(label).access
    return (Scope.NONE, Scope.ALL) if paths.shared else tuple(Scope)


def scope_rows(role: str) -> list[ScopeRow]:
    rules = {(rule.model, rule.verb): rule.scope for rule in AccessRule.objects.filter(role=role)}
    rows = []
    for label, verbs in governed_verbs().items():
        cells = [_cell(role, label, verb, rules) if verb in verbs else None for verb in Verb]
        rows.append(ScopeRow(label, name_of(label), cells))
    return rows


def field_rows(role: str) -> list[tuple[str, list[FieldRow]]]:
    """The fields that a rule can be made for, by the name of the model whose page shows them."""
    rules = {(rule.model, rule.field): rule.right for rule in FieldRule.objects.filter(role=role)}
    return [
        (name_of(label), [FieldRow(field, rules.get((field.model, field.field), "")) for field in fields])
        for label in guarded_models()
        if not label.startswith("crm.") and (fields := guarded_fields(label))
    ]


def restrictions(label: str, fields: Sequence[str]) -> dict[str, list[str]]:
    """For each stored field of a model, whom a rule keeps from it, in words: `hidden from Rep`."""
    found: dict[str, list[str]] = {field: [] for field in fields}
    for rule in FieldRule.objects.filter(model=label, field__in=fields).order_by("role"):
        words = "hidden from" if rule.right == FieldRight.HIDDEN else "read only for"
        found[rule.field].append(f"{words} {Role(rule.role).label.lower()}s")
    return found


def rights_state(role: str) -> State:
    """The role's rights as a page of selects sends them: value by name of the select."""
    cells = {cell.name: [str(cell.scope)] for row in scope_rows(role) for cell in row.cells if cell}
    return cells | {row.name: [row.right] for _, group in field_rows(role) for row in group}


def right_labels(role: str) -> dict[str, str]:
    """What each of these selects is about, in words."""
    cells = {
        cell.name: f"{cell.verb.label.capitalize()} {row.name.lower()}"
        for row in scope_rows(role)
        for cell in row.cells
        if cell
    }
    return cells | {
        row.name: f"{row.field.label} of {name.lower()}" for name, group in field_rows(role) for row in group
    }


def hold_rights(role: str) -> None:
    """One writer of a role's rights at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rights of {role}"])


@transaction.atomic
def set_rights(
    *, actor: User, role: str, scopes: Mapping[tuple[str, Verb], Scope], fields: Mapping[FieldKey, str]
) -> list[str]:
    """Make the role's rights these; what is not named stays. In force at each person's next request.

    Returns what changed, in words; one log row says it too, none is written where nothing changed.
    """
    changed = [*_set_scopes(role, scopes), *_set_fields(role, fields)]
    if changed:
        more = f" and {len(changed) - MOST_WORDS} more" if len(changed) > MOST_WORDS else ""
        summary = f"Rights of {Role(role).label}: {'; '.join(changed[:MOST_WORDS])}{more}"
        log(actor=actor, verb="set rights", kind=AccessRule, summary=summary)
    return changed


@transaction.atomic
def reset_rights(*, actor: User, role: str) -> int:
    """Back to what is shipped: no scope of its own, nothing hidden. How many rules are gone."""
    count = sum(model.objects.filter(role=role).delete()[0] for model in (AccessRule, FieldRule))
    if count:
        log(
            actor=actor,
            verb="reset rights",
            kind=AccessRule,
            summary=f"Rights of {Role(role).label}: all as shipped again",
        )
    return count


def _cell(role: str, label: str, verb: Verb, rules: Mapping[tuple[str, str], str]) -> Cell:
    shipped = shipped_grants(label, role).scope(verb)
    scope, choices = Scope(rules.get((label, verb), shipped)), scopes_of(label)
    return Cell(label, verb, scope, shipped, choices if scope in choices else (*choices, scope))


def _set_scopes(role: str, scopes: Mapping[tuple[str, Verb], Scope]) -> list[str]:
    cells = {(row.label, cell.verb): cell for row in scope_rows(role) for cell in row.cells if cell}
    changed = []
    for (label, verb), scope in scopes.items():
        cell = cells[label, verb]
        if scope == cell.scope:
            continue
        changed.append(f"{Verb(verb).label} {name_of(label).lower()}: {cell.scope.label} → {scope.label}")
        if scope == cell.shipped:
            AccessRule.objects.filter(role=role, model=label, verb=verb).delete()
        else:
            AccessRule.objects.update_or_create(role=role, model=label, verb=verb, defaults={"scope": scope})
    return changed


def _set_fields(role: str, fields: Mapping[FieldKey, str]) -> list[str]:
    rows = {(row.field.model, row.field.field): row for _, group in field_rows(role) for row in group}
    changed = []
    for key, right in fields.items():
        row = rows[key]
        if right == row.right:
            continue
        words = FieldRight(right).label if right else "as the record"
        changed.append(f"{row.field.label} of {name_of(row.field.model).lower()}: {words}")
        if right:
            FieldRule.objects.update_or_create(role=role, model=key[0], field=key[1], defaults={"right": right})
        else:
            FieldRule.objects.filter(role=role, model=key[0], field=key[1]).delete()
    return changed
