"""What every app brings to the engines of the ground floor, as data.

Each app has a `catalogue.py` with one `CATALOGUE = Catalogue(...)`; the settings list them by name (`CRM_CATALOGUES`).
The engines (lists, filters, import, export, record page, navigation) read them here and so never import an app.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from crm.grants import NOTHING, Grants
from crm.related_totals import Total
from crm.search.spec import SearchSource
from crm.starting.spec import StartStep
from crm.tiles.spec import DashboardTile, HomeCard, HomeFigures

if TYPE_CHECKING:
    import datetime as dt

    from django.db import models
    from django.db.models.expressions import Combinable
    from django.http import HttpRequest

    from crm.access import VisibleQuerySet
    from crm.bulk.editing import Editing
    from crm.importing.kinds import ImportKind
    from crm.layouts.places import LayoutPlace
    from crm.models import User
    from crm.onward import ListLink
    from crm.own_ids import OwnIds
    from crm.reports.spec import AppReports


@dataclass(frozen=True)
class FieldSpec:
    """A field of a record that lists can show, filter and sort by.

    `path` is the look-up path from the record (`rfm__segment`); `kind` one of text, number, money, date, choice,
    listed (a list of choices), flag, person, team, tags, state (a moment of archiving), record (one other record
    by id, a filter only), id (a number, exactly), moment (a date with its time), scores, mark (the records behind a
    mark of a chart, a filter only: `mark(value)` is their condition, `words(value)` says it in a chip;
    ValueError with a sentence for what is no mark). `choices` gives (value, label) pairs, read when a form is built.
    `column` and `filter` say where it is offered; `default` columns are shown until a person chooses. `select` and
    `prefetch` name the relations that showing it needs.
    `cell(record)` draws it on the screen, `value(record)` for a file (`in_file`: as SQL), `code(record)` for programs,
    where the path will not do.
    `sort_by` is the path that `sort` orders by, where it is not `path`. The filter's parameter is `name`, and for a
    number, money or date `name_min` and `name_max`.

    For the rights on fields: `stored` names what the value is (`app.model.field`), where the path does not tell;
    `covers` further stored fields that a rule on this one takes along, `shows` other fields of the same record, or
    stored ones, that its value gives away (`shows_custom`: any custom one), `also` its names in forms and files.
    `always`: no rule may hide it. `searched`: the search box looks into it; `held_in` is the path of the folded,
    indexed text that holds the value, too. `unseen` is shown for the related record of `select` that the person may not
    see.

    `condition(end, value)` is what a filter asks for where no path leads there; `end` is min or max, or empty;
    `compare(look_up, value)` is the same for the comparisons of a filter tree. `in_trees` offers a field there that has
    no parameter; `narrow` are look-ups beside `path` (which of a contact's points); `total`: a figure of other rows.
    `grouped` is its value as SQL for reports, where `path` is not it; `currency` the path of the currency of its money,
    where that does not stand beside it.
    `along(records, user)` reads what the values of a page of records need together, in a few queries.
    """

    name: str
    label: str
    path: str
    kind: str = "text"
    group: str = "Facts"
    help: str = ""
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    column: bool = True
    filter: bool = True
    sort: bool = False
    default: bool = False
    order: int = 100
    select: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    cell: Callable[[Any], str] | None = None
    value: Callable[[Any], Any] | None = None
    in_file: Any = None
    code: Callable[[Any], Any] | None = None
    is_score: bool = False
    sort_by: str = ""
    mark: Callable[[str], Any] | None = None
    words: Callable[[str], str] | None = None
    stored: str = ""
    covers: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    shows_custom: bool = False
    also: tuple[str, ...] = ()
    always: bool = False
    searched: bool = False
    unseen: str = ""
    held_in: str = ""
    condition: Callable[[str, Any], models.Q] | None = None
    compare: Callable[[str, Any], models.Q] | None = None
    total: Total | None = None
    in_trees: bool = False
    narrow: tuple[tuple[str, Any], ...] = ()
    along: Callable[[Sequence[Any], User], None] | None = None
    grouped: Any = None
    currency: str = ""

    @property
    def sort_path(self) -> str:
        return self.sort_by or self.path


@dataclass(frozen=True)
class ExportKind:
    """A table for `export_data`: its columns in order and the rows, streamed.

    `rows(user, columns, as_of)` yields one sequence per row in the order of the asked columns. `stored` names
    the models (besides `model`) whose fields the columns show. Behind its columns, a kind with `has_custom_fields` has
    one for each custom field of its model.
    """

    name: str
    label: str
    model: str
    columns: tuple[str, ...]
    rows: Callable[[User | None, Sequence[str], dt.date | None], Iterable[Sequence[Any]]]
    stored: tuple[str, ...] = ()
    has_custom_fields: bool = False


@dataclass(frozen=True)
class TimelineEntry:
    """An entry of a history. `names` are mentioned in it, `days_url` has its days, `answers` is the id of a mail."""

    at: dt.datetime
    icon: str
    title: str
    key: str
    text: str = ""
    who: str = ""
    url: str = ""
    tone: str = "accent"
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    days_url: str = ""
    answers: int | None = None


@dataclass(frozen=True)
class TimelineSource:
    """Where entries of the timeline of a kind of record (`of`, its label) come from.

    `entries(user, key, before, limit)` returns the newest entries of the record strictly before that moment; one that
    `is_searched` takes the words of a search as a fifth. One that `is_bounded` takes `since`: what it has from before
    that moment will not be shown, and it may leave it out. `parts` are narrower views of the same source, offered
    beside it as filters (calls, mails), read only when chosen. It is not asked where the tab `counted_as` is empty."""

    name: str
    label: str
    entries: Callable[..., list[TimelineEntry]]
    parts: tuple[TimelineSource, ...] = ()
    is_searched: bool = False
    is_bounded: bool = False
    counted_as: str = ""
    of: str = "contacts.contact"


@dataclass(frozen=True)
class RecordPanel:
    """A part of a record page: `place` is side, tab, pill or action (a button of the header).

    Its template gets what `context(request, record)` returned as `data`; None leaves the part out. A tab's `count` of
    None leaves the tab out; `counted` are the rows behind it, see `crm.counted_panels`.
    """

    name: str
    label: str
    template: str
    context: Callable[[HttpRequest, models.Model], dict[str, Any] | None]
    place: str = "side"
    order: int = 100
    count: Callable[[HttpRequest, models.Model], int | None] | None = None
    counted: Callable[[User], VisibleQuerySet[Any]] | None = None


@dataclass(frozen=True)
class RecordRead:
    """What an app takes along where the record of a page is read, in the same statement.

    `expressions(user)` are annotations that refer to the record by `OuterRef("pk")`; `words(user)` is all of the person
    that they depend on (`crm.access.visible_words`), for the key of a kept statement.
    """

    expressions: Callable[[User], dict[str, Combinable]]
    words: Callable[[User], tuple[str, ...]] = lambda user: ()


@dataclass(frozen=True)
class NavItem:
    """A line of the side navigation (`is_at_hand`: of a phone's bar too), opened by `g` and `key`, for who may
    do `verb` on `model` and has one of `roles`, if named, and from whom no figure of `scores` (a label) is hidden."""

    label: str
    url_name: str
    icon: str
    group: str = ""
    order: int = 100
    model: str = ""
    verb: str = "view"
    roles: tuple[str, ...] = ()
    scores: str = ""
    key: str = ""
    is_at_hand: bool = False


@dataclass(frozen=True)
class NewItem:
    """A line of the "New" menu, and the key that opens it after `n`."""

    label: str
    url_name: str
    icon: str
    model: str
    key: str = ""
    order: int = 100


@dataclass(frozen=True)
class ApiArea:
    """A part of the API that a token can be for: `contacts` makes the scopes `contacts:read`, `contacts:write`."""

    name: str
    label: str
    help: str
    is_writable: bool = True

    @property
    def scopes(self) -> tuple[str, ...]:
        return (f"{self.name}:read", f"{self.name}:write") if self.is_writable else (f"{self.name}:read",)


@dataclass(frozen=True)
class PastRule:
    """What the row history does with a table; without a rule it keeps every column of every row.

    `without` are columns that are derived or secret; `parent` the column of the record that a row hangs on, and
    `is_part` says that its changes are shown with that record's. `counts_as` names, by the value of the column
    `counts_by`, the stored field whose right a row falls under (an e-mail address is a contact's `email`). `exempt` is
    a sentence that says why nothing is kept. To an `is_added_to` table the application can only add. A `rebuilt` table
    is made anew by each run (`analytics.swapping`): the application's role owns it, and nothing of it is kept. `joined`
    gives the keys of the records that went into one of this kind: their past is shown with its own.
    """

    without: tuple[str, ...] = ()
    joined: Callable[[int], Iterable[int]] | None = None
    parent: str = ""
    is_part: bool = False
    counts_by: str = ""
    counts_as: Mapping[str, str] = field(default_factory=dict)
    exempt: str = ""
    is_added_to: bool = False
    rebuilt: bool = False


REBUILT = PastRule(exempt="Made anew as a whole by each run, which is kept with its figures.", rebuilt=True)


@dataclass(frozen=True)
class RecordKind:
    """A model on whose records tasks, notes and files hang: the attribute with the contact's id, and the address at
    which a select field looks records up (empty: it is chosen on its own page)."""

    contact_id: str
    options_url_name: str = ""


@dataclass(frozen=True)
class Catalogue:
    """All that one app brings in, by model label where it is about one; `grants` by role, too."""

    fields: Mapping[str, tuple[FieldSpec, ...]] = field(default_factory=dict)
    grants: Mapping[str, Mapping[str, Grants]] = field(default_factory=dict)
    imports: tuple[ImportKind, ...] = ()
    exports: tuple[ExportKind, ...] = ()
    own_ids: tuple[OwnIds, ...] = ()
    timeline: tuple[TimelineSource, ...] = ()
    panels: Mapping[str, tuple[RecordPanel, ...]] = field(default_factory=dict)
    reads: Mapping[str, tuple[RecordRead, ...]] = field(default_factory=dict)
    navigation: tuple[NavItem, ...] = ()
    new_items: tuple[NewItem, ...] = ()
    home: tuple[HomeCard, ...] = ()
    home_figures: tuple[HomeFigures, ...] = ()
    tiles: tuple[DashboardTile, ...] = ()
    start: tuple[StartStep, ...] = ()
    past: Mapping[str, PastRule] = field(default_factory=dict)
    api_areas: tuple[ApiArea, ...] = ()
    search: tuple[SearchSource, ...] = ()
    records: Mapping[str, RecordKind] = field(default_factory=dict)
    editing: Mapping[str, Editing] = field(default_factory=dict)
    layouts: tuple[LayoutPlace, ...] = ()
    reports: AppReports | None = None
    list_links: Mapping[str, tuple[ListLink, ...]] = field(default_factory=dict)


@cache
def catalogues() -> tuple[Catalogue, ...]:
    """The catalogues in the order of the floors, lowest first."""
    return tuple(import_module(name).CATALOGUE for name in settings.CRM_CATALOGUES)


def fields_of(label: str) -> tuple[FieldSpec, ...]:
    """Every field of the model `label` (`contacts.contact`), the custom ones of the house too, in display order."""
    from crm.customfields.specs import custom_specs  # noqa: PLC0415 - made of what stands here

    shipped, own = shipped_fields_of(label), custom_specs(label)
    return tuple(sorted((*shipped, *own), key=lambda spec: spec.order)) if own else shipped


@cache
def shipped_fields_of(label: str) -> tuple[FieldSpec, ...]:
    """The same without the custom fields of the house."""
    found = [spec for catalogue in catalogues() for spec in catalogue.fields.get(label, ())]
    return tuple(sorted(found, key=lambda spec: spec.order))


@cache
def unseen_words(label: str) -> dict[str, str]:
    """What stands in place of related records that a person may not see, by the foreign key of a model."""
    return {name: spec.unseen for spec in fields_of(label) if spec.unseen for name in spec.select}


@cache
def shipped_grants(label: str, role: str) -> Grants:
    """The scopes that the apps ship for a role on a model; nothing where no app says anything."""
    for catalogue in catalogues():
        if role in catalogue.grants.get(label, {}):
            return catalogue.grants[label][role]
    return NOTHING


@cache
def past_rule(label: str) -> PastRule:
    """What the row history does with the table of a model."""
    for catalogue in catalogues():
        if label in catalogue.past:
            return catalogue.past[label]
    return PastRule()


@cache
def panels_of(label: str, place: str) -> tuple[RecordPanel, ...]:
    """Panels that the apps bring to the record page of a model: place `side` or `tab`."""
    found = [panel for catalogue in catalogues() for panel in catalogue.panels.get(label, ()) if panel.place == place]
    return tuple(sorted(found, key=lambda panel: panel.order))


@cache
def record_reads(label: str) -> tuple[RecordRead, ...]:
    """What the apps take along with a record of a model."""
    return tuple(read for catalogue in catalogues() for read in catalogue.reads.get(label, ()))


@cache
def record_models() -> dict[str, RecordKind]:
    """Models on whose records tasks, notes and files hang."""
    return {label: kind for catalogue in catalogues() for label, kind in catalogue.records.items()}


@cache
def import_kinds() -> dict[str, ImportKind]:
    """Import kinds by name, in the order of the floors."""
    return {kind.name: kind for catalogue in catalogues() for kind in catalogue.imports}


@cache
def export_kinds() -> dict[str, ExportKind]:
    """Export kinds by name, in the order of the floors."""
    return {kind.name: kind for catalogue in catalogues() for kind in catalogue.exports}


@cache
def timeline_sources(of: str) -> tuple[TimelineSource, ...]:
    return tuple(source for catalogue in catalogues() for source in catalogue.timeline if source.of == of)


@cache
def api_areas() -> tuple[ApiArea, ...]:
    """The parts of the API, in the order of the floors."""
    return tuple(area for catalogue in catalogues() for area in catalogue.api_areas)


@cache
def search_sources() -> tuple[SearchSource, ...]:
    """What is searched, in the order of the floors."""
    return tuple(source for catalogue in catalogues() for source in catalogue.search)
