"""One search over all sources, the pages a person may go to, and what they last worked on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.apps import apps
from django.urls import reverse

from crm.access import can
from crm.catalogue import import_kinds, search_sources
from crm.choices import Verb
from crm.guide.finding import search_guide
from crm.importing.forms import may_import
from crm.languages.words import translated
from crm.models import ImportRun, LogEntry
from crm.navigation import address_of, all_commands, may_go
from crm.search.spec import SearchFound, SearchHit, SearchSource
from crm.templatetags.figures import number

if TYPE_CHECKING:
    from crm.models import User
    from crm.requests import SignedInRequest

MOST_COMMANDS = 6
MOST_RECENT = 6
MOST_OF_GUIDE = 3
LOOK_BACK = 60


@dataclass(frozen=True)
class Group:
    """Hits of one kind under their heading; `all_url` leads to all of them, `count` says how many in words."""

    name: str
    label: str
    hits: tuple[SearchHit, ...]
    count: str = ""
    all_url: str = ""
    is_close: bool = False
    keys: dict[str, str] = field(default_factory=dict)


def search_everything(user: User, text: str, limit: int) -> list[Group]:
    """What every source finds that this person may look into, without empty groups."""
    if not text:
        return []
    asked = [source for source in search_sources() if can(user, Verb.VIEW, apps.get_model(source.model))]
    found = [(source, source.find(user, text, limit)) for source in asked]
    fitting = [_group(source, one, text) for source, one in found if one.hits]
    return fitting or [group for source, one in found if one.guess and (group := _close(source, one.guess())).hits]


def commands(request: SignedInRequest, text: str) -> Group:
    """Pages to go to and records to make; those whose words begin with what is typed, the first few without."""
    words = text.casefold().split()
    # by their words first: few fit, and what a person may do is asked for each
    found = [one for one in all_commands() if _fits(translated(one.label), words) and may_go(request, one)]
    hits = [SearchHit(translated(one.label), one.url, one.icon, translated(one.note)) for one in found]
    hits += _imports(request.user, words) if words else ()
    return Group("commands", "Go to", tuple(hits[:MOST_COMMANDS] if words else hits))


def guide(user: User, text: str) -> Group:
    """Sections of the help that have what is typed."""
    hits = search_guide(user, text, MOST_OF_GUIDE)
    found = (SearchHit(one.section.title, one.section.url, "question-circle", one.chapter.title) for one in hits)
    return Group("guide", "Help", tuple(found))


def _imports(user: User, words: Sequence[str]) -> Iterable[SearchHit]:
    """The wizard, one line for each kind of file that this person may bring in."""
    for kind in import_kinds().values():
        label = f"Import {kind.label.lower()}"
        if _fits(label, words) and can(user, Verb.ADD, ImportRun) and may_import(user, kind):
            yield SearchHit(
                label, f"{address_of('crm:import_new')}?{urlencode({'kind': kind.name})}", "upload", "a file"
            )


def recent(user: User) -> Group:
    """What this person last wrote to, newest first, as far as they may still see it."""
    rows = LogEntry.objects.filter(actor=user).exclude(object_id=None).order_by("-at")
    last = list(dict.fromkeys(rows.values_list("model", "object_id")[:LOOK_BACK]))
    shown: dict[tuple[str, int], SearchHit] = {}
    for source in search_sources():
        keys = [key for model, key in last if model == source.model and key is not None][:MOST_RECENT]
        hits = source.show(user, keys) if keys else {}
        shown |= {(source.model, key): hit for key, hit in hits.items()}
    hits_in_order = [shown[model, key] for model, key in last if key is not None and (model, key) in shown]
    return Group("recent", "Lately worked on", tuple(hits_in_order[:MOST_RECENT]))


def _group(source: SearchSource, found: SearchFound, text: str) -> Group:
    count = number(found.count)
    return Group(
        source.name,
        source.label,
        found.hits,
        f"{count} or more" if found.is_capped else count,
        _all_url(source, text) if found.count > len(found.hits) else "",
    )


def _close(source: SearchSource, hits: tuple[SearchHit, ...]) -> Group:
    return Group(source.name, source.label, hits, number(len(hits)), is_close=True)


def _all_url(source: SearchSource, text: str) -> str:
    return f"{reverse(source.all_url_name)}?{urlencode({'q': text})}" if source.all_url_name else ""


def _fits(label: str, words: Iterable[str]) -> bool:
    """Whether each typed word begins a word of the label."""
    parts = _parts(label)
    return all(any(part.startswith(word) for part in parts) for word in words)


@cache
def _parts(label: str) -> tuple[str, ...]:
    return tuple(label.casefold().replace("-", " ").split())


def shell_of(groups: Iterable[Group]) -> dict[str, Any]:
    """The groups with something in them, for a template."""
    return {"groups": [group for group in groups if group.hits]}
