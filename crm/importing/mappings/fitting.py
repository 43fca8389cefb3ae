"""Which of the mappings that were kept fits a file, and what it makes of the file's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.db.models import Case, IntegerField, QuerySet, Value, When

from crm.access import can
from crm.choices import Verb
from crm.customfields.definitions import key_of
from crm.importing.custom import staged_name
from crm.importing.dialects import fold_name
from crm.importing.errors import UnreadableFile
from crm.importing.kinds import ImportKind
from crm.importing.mapping import ROW_NUMBER, ImportOptions, guess_map, parse_template
from crm.importing.reading import open_table, sheet_choices
from crm.models import CustomField, ImportMapping, User

LEAST_ALIKE = 0.6
"""Of all the columns of either file, the share that both have, from which on they are mostly the same."""
LOOKED_AT = 300


@dataclass(frozen=True)
class Fit:
    """A mapping that fits: the columns that only this file has, and those that only the earlier one had."""

    mapping: ImportMapping
    alike: float
    new: tuple[str, ...]
    gone: tuple[str, ...]


def folded_columns(columns: Sequence[str]) -> list[str]:
    """The names of columns as they are compared, each once, in order."""
    return sorted({fold_name(column) for column in columns})


def known_mappings(user: User, kind: ImportKind) -> QuerySet[ImportMapping]:
    """The mappings of a kind that a person may use: their own first, then those of the team, then of others; each the
    newest first."""
    ranks = [When(actor=user.pk, then=Value(0))]
    if user.team_id:
        ranks.append(When(actor__team=user.team_id, then=Value(1)))
    rank = Case(*ranks, default=Value(2), output_field=IntegerField())
    rows: QuerySet[ImportMapping] = ImportMapping.objects.visible_to(user).filter(kind=kind.name)
    return rows.select_related("actor").annotate(rank=rank).order_by("rank", "-used_at", "-pk")


def fits_of(user: User, kind: ImportKind, columns: Sequence[str]) -> list[Fit]:
    """The mappings whose files had the same or mostly the same columns, the one to begin with first."""
    found = []
    for place, mapping in enumerate(known_mappings(user, kind)[:LOOKED_AT]):
        fit = fit_of(mapping, columns)
        if fit.alike >= LEAST_ALIKE:
            rank: int = getattr(mapping, "rank", 0)
            found.append(((rank, -fit.alike, place), fit))
    return [fit for _, fit in sorted(found, key=lambda pair: pair[0])]


def named_mapping(user: User | None, kind: ImportKind, name: str) -> ImportMapping:
    """The mapping that was kept under a name, the person's own before others', the newest first; case aside. Raises
    UnreadableFile with the names that there are."""
    everybodys: QuerySet[ImportMapping] = ImportMapping.objects.filter(kind=kind.name).order_by("-used_at", "-pk")
    rows = everybodys if user is None else known_mappings(user, kind)
    found: ImportMapping | None = rows.filter(name__iexact=name.strip()).exclude(name="").first()
    if found is None:
        names = list(dict.fromkeys(rows.exclude(name="").values_list("name", flat=True)[:LOOKED_AT]))
        kept = f"Kept are: {', '.join(f'“{one}”' for one in names[:20])}." if names else "None are kept."
        raise UnreadableFile(f"No columns of {kind.label.lower()} are kept under the name “{name}”. {kept}")
    return found


def sheet_of(mapping: ImportMapping, path: Path) -> str | None:
    """The sheet of a workbook that is called as the one that was chosen with a mapping."""
    wanted = (mapping.options.get("sheet") or "").strip().casefold()
    return next((title for title, _ in sheet_choices(path) if title.strip().casefold() == wanted), None)


def fit_on_a_sheet(user: User, kind: ImportKind, path: Path) -> tuple[Fit, str] | None:
    """The first mapping that fits a sheet of the workbook which is called as the one that was chosen with it."""
    titles = {title.strip().casefold(): title for title, _ in sheet_choices(path)}
    columns: dict[str, Sequence[str]] = {}
    for mapping in known_mappings(user, kind)[:LOOKED_AT] if titles else ():
        title = titles.get((mapping.options.get("sheet") or "").strip().casefold())
        if title is None:
            continue
        if title not in columns:
            columns[title] = _columns(path, replace(ImportOptions(), sheet=title), kind)
        fit = fit_of(mapping, columns[title])
        if fit.alike >= LEAST_ALIKE:
            return fit, title
    return None


def _columns(path: Path, options: ImportOptions, kind: ImportKind) -> Sequence[str]:
    try:
        return open_table(path, options.reading(kind)).columns
    except UnreadableFile:
        return ()


def fit_of(mapping: ImportMapping, columns: Sequence[str]) -> Fit:
    """How a mapping fits a file with these columns."""
    here = {fold_name(column): column for column in columns}
    there = {fold_name(column): column for column in mapping.columns}
    alike = len(here.keys() & there.keys()) / max(len(here.keys() | there.keys()), 1)
    new = tuple(name for key, name in here.items() if key not in there)
    return Fit(mapping, alike, new, tuple(name for key, name in there.items() if key not in here))


def adapted(fit: Fit, kind: ImportKind, user: User | None, path: Path, sheet: str | None = None) -> ImportOptions:
    """What the earlier options make of this file: what it lacks is left out, what it has besides is guessed by name.

    A value for every row that is asked anew for each file (which list the names come from) does not come along. `sheet`
    is the one that was chosen for this file.
    """
    options = ImportOptions.from_json(fit.mapping.options)
    reading = _reading(options, kind, path, sheet)
    table = open_table(path, reading.reading(kind))
    actual = {fold_name(column): column for column in table.columns}
    closed = kind.closed_to(user)
    open_names = {name for name in kind.by_name if name not in closed}
    pairs = [(column if column == ROW_NUMBER else actual.get(fold_name(column)), name) for column, name in options.map]
    mapped = [(column, name) for column, name in pairs if column and name in open_names]
    own, new = _custom(options, actual, open_names, can(user, Verb.ADD, CustomField))
    mapped += [pair for pair in own if pair[1] not in {name for _, name in mapped}]
    templates = {name: text for name, text in options.templates.items() if name in open_names}
    templates = {name: text for name, text in templates.items() if _can_fill(text, table.columns)}
    constants = {
        name: text
        for name, text in options.constants.items()
        if name in open_names and not kind.by_name[name].whole_file
    }
    fed = {*constants, *templates, *(name for _, name in mapped)}
    guessed = guess_map(kind, fit.new)
    mapped += [(column, name) for column, name in guessed.items() if name not in fed and name in open_names]
    return replace(
        reading,
        map=tuple(mapped),
        templates=templates,
        constants=constants,
        values=tuple(one for one in options.values if one[0] in open_names),
        custom=tuple(new),
        late=tuple(actual[fold_name(one)] for one in options.late if fold_name(one) in {fold_name(a) for a, _ in new}),
        automatic=False,
    )


def _reading(options: ImportOptions, kind: ImportKind, path: Path, sheet: str | None) -> ImportOptions:
    """The options with what was said about reading the earlier file, where this one gives the same columns by it."""
    options = replace(options, sheet=sheet or options.sheet)
    guessed = replace(options, encoding=None, delimiter=None, header=None, sheet=sheet)
    try:
        columns = open_table(path, guessed.reading(kind)).columns
        return options if open_table(path, options.reading(kind)).columns == columns else guessed
    except UnreadableFile:
        return guessed


def _custom(
    options: ImportOptions, actual: dict[str, str], open_names: set[str], may_add: bool
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Columns that became custom fields: those whose field is there feed it; the others are to be made anew."""
    own, new = [], []
    for column, type_name in options.custom:
        here = actual.get(fold_name(column))
        if here is None:
            continue
        stored = staged_name(key_of(column))
        if stored in open_names:
            own.append((here, stored))
        elif may_add:
            new.append((here, type_name))
    return own, new


def _can_fill(template: str, columns: Sequence[str]) -> bool:
    try:
        parse_template(template, columns)
    except UnreadableFile:
        return False
    return True
