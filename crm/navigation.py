"""The frame around every page: side navigation by role and rights, the "New" menu, whose CRM this is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from crm.access import can
from crm.accounts.second_factor import must_set_up
from crm.catalogue import NavItem, NewItem, catalogues
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hidden_fields
from crm.keys import KEYS
from crm.models import Company
from crm.paths import path_of

if TYPE_CHECKING:
    from crm.models import User
    from crm.requests import SignedInRequest as HttpRequest

OWN_PAGES = (
    {"label": "First steps", "url": "crm:start", "icon": "rocket-takeoff"},
    {"label": "Help", "url": "crm:guide", "icon": "question-circle"},
    {"label": "Your profile", "url": "crm:profile", "icon": "person-gear"},
    {"label": "Your sessions", "url": "crm:session_list", "icon": "display"},
    {"label": "Your API tokens", "url": "crm:token_list", "icon": "plug"},
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the navigation or of the "New" menu; `is_at_hand`: the bottom bar of a phone begins with these."""

    label: str
    url: str
    icon: str
    key: str
    is_active: bool = False
    is_at_hand: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of the navigation under one heading, which may be empty."""

    label: str
    lines: tuple[Line, ...]


@cache
def address_of(url_name: str) -> str:
    """The address of a page without parameters: some dozens stand on every page, always the same."""
    return reverse(url_name)


@cache
def nav_label(url_name: str) -> str:
    """What the side navigation calls a page; empty for one that is not in it."""
    items = (item for catalogue in catalogues() for item in catalogue.navigation)
    return next((item.label for item in items if item.url_name == url_name), "")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the shell. Everything is lazy, so that a fragment without the shell costs nothing.

    What is the same for all who may open the same pages is drawn once (`*_drawn`): a page is mostly template work.
    """
    nav = SimpleLazyObject(lambda: _navigation(request))
    new_menu = SimpleLazyObject(lambda: _new_menu(request))
    return {
        "company": SimpleLazyObject(lambda: getattr(request, "company", None) or current_company()),
        "nav": nav,
        "new_menu": new_menu,
        "head_drawn": SimpleLazyObject(lambda: _drawn("components/_head.html")),
        "nav_drawn": SimpleLazyObject(lambda: _drawn("components/_nav.html", nav=tuple(nav))),
        "new_drawn": SimpleLazyObject(lambda: _drawn("components/_new_menu.html", new_menu=tuple(new_menu))),
        "bottom_drawn": SimpleLazyObject(lambda: _drawn("components/_bottom_lines.html", nav=tuple(nav))),
        "keys_drawn": SimpleLazyObject(
            lambda: _drawn(
                "components/_key_table.html", keys=tuple(KEYS.items()), nav=tuple(nav), new_menu=tuple(new_menu)
            )
        ),
        "palette_drawn": SimpleLazyObject(lambda: _drawn("components/_palette.html")),
        "is_held": SimpleLazyObject(lambda: _is_held(request)),
        "must_set_up": SimpleLazyObject(lambda: _must_set_up(request)),
        "search_url": SimpleLazyObject(lambda: path_of("crm:search")),
    }


def _drawn(template_name: str, **context: Any) -> SafeString:
    """A piece of the shell, drawn from nothing but what is given and the language."""
    draw = _draw.__wrapped__ if settings.DEBUG else _draw
    return draw(template_name, get_language(), **context)


@lru_cache(maxsize=1000)
def _draw(template_name: str, language: str | None, **context: Any) -> SafeString:
    return render_to_string(template_name, context)


@dataclass(frozen=True, slots=True)
class Command:
    """A page to go to or a record to make, by the label under which it is offered; `item` None: an own page."""

    label: str
    url: str
    icon: str
    note: str = ""
    item: NavItem | NewItem | None = None


@cache
def all_commands() -> tuple[Command, ...]:
    """What there is to go to and to make, for whoever may: pages in the order of the navigation, what is new, own."""
    groups = list(dict.fromkeys(item.group for item in _all_items()))
    pages = sorted(_all_items(), key=lambda item: groups.index(item.group))
    return (
        *(Command(item.label, address_of(item.url_name), item.icon, item.group, item) for item in pages),
        *(Command(f"New {new.label.lower()}", address_of(new.url_name), new.icon, "", new) for new in _new_items()),
        *(Command(page["label"], address_of(page["url"]), page["icon"], "You") for page in OWN_PAGES),
    )


def may_go(request: HttpRequest, command: Command) -> bool:
    """Whether a person may open the page of a command. Where a second factor must be set up, only their own."""
    if isinstance(command.item, NavItem):
        return not _must_set_up(request) and _may_open(request.user, command.item)
    return command.item is None or (not _must_set_up(request) and _may_make(request.user, command.item))


def _navigation(request: HttpRequest) -> tuple[Group, ...]:
    """Groups of lines that this person may open; the line of the current page is marked active."""
    if not request.user.is_authenticated or _must_set_up(request):
        return ()
    allowed = [item for item in _all_items() if _may_open(request.user, item)]
    active = _active(request.path, allowed)
    groups: dict[str, list[Line]] = {}
    for item in allowed:
        groups.setdefault(item.group, []).append(_line(item, is_active=item is active))
    return tuple(Group(label, tuple(lines)) for label, lines in groups.items())


@cache
def _all_items() -> tuple[NavItem, ...]:
    items = (item for catalogue in catalogues() for item in catalogue.navigation)
    return tuple(sorted(items, key=lambda item: item.order))


def _line(item: NavItem | NewItem, *, is_active: bool = False) -> Line:
    is_at_hand = isinstance(item, NavItem) and item.is_at_hand
    return Line(item.label, address_of(item.url_name), item.icon, item.key, is_active, is_at_hand)


def _must_set_up(request: HttpRequest) -> bool:
    """Whether everything is closed to this person until they have a second factor."""
    return request.user.is_authenticated and must_set_up(request.user, getattr(request, "company", None))


def _is_held(request: HttpRequest) -> bool:
    """Whether this person is to be told that nothing is sent, because they can release it."""
    company: Company | None = getattr(request, "company", None)
    if company is None or company.sending_held_at is None or _must_set_up(request):
        return False
    return can(request.user, Verb.CHANGE, Company)


def _may_open(user: User, item: NavItem) -> bool:
    if item.roles and user.role not in item.roles:
        return False
    if item.scores and hidden_fields(user, apps.get_model(item.scores)):
        return False
    return not item.model or can(user, item.verb, apps.get_model(item.model))


def _active(path: str, items: list[NavItem]) -> NavItem | None:
    """The line whose address is the longest beginning of the current one."""
    fitting = [(len(url), item) for item in items if path.startswith(url := address_of(item.url_name))]
    fitting = [(length, item) for length, item in fitting if length > 1 or path == "/"]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _new_menu(request: HttpRequest) -> tuple[Line, ...]:
    if not request.user.is_authenticated or _must_set_up(request):
        return ()
    return tuple(_line(item) for item in _new_items() if _may_make(request.user, item))


@cache
def _new_items() -> tuple[NewItem, ...]:
    items = (item for catalogue in catalogues() for item in catalogue.new_items)
    return tuple(sorted(items, key=lambda item: item.order))


def _may_make(user: User, item: NewItem) -> bool:
    return can(user, Verb.ADD, apps.get_model(item.model))
