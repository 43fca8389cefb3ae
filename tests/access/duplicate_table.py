"""Who may do what with pairs of duplicates: a pair is reached by who reaches both contacts."""

from __future__ import annotations

from analytics.models import DistinctPair, DuplicatePair
from contacts.models import Contact
from crm.models import User
from tests.access.law import SCOPES, Address, button, page
from tests.past.duplicate_actions import make_pair

SCOPES["pair"] = SCOPES["distinct pair"] = SCOPES["contact"]
DUPLICATE_ADDRESSES: dict[str, Address] = {
    "duplicates:pair_list": page("pair"),
    "duplicates:pair_export": page("pair", "export"),
    "duplicates:pair_detail": Address("pair"),
    "duplicates:pair_distinct": button("pair", "change"),
    "duplicates:surest_merge": Address("contact", {"GET": "delete", "POST": "delete"}, has_record=False),
    "duplicates:surest_undo": button("job", "change"),
    "duplicates:distinct_list": page("distinct pair"),
    "duplicates:distinct_take_back": button("distinct pair", "change"),
}


def _contact(owner: User, name: str) -> Contact:
    return Contact.objects.create(name=f"CANARY contact {name}", owner=owner, team=owner.team, sort_name=name)


def make_canary_pair(owner: User, name: str) -> DuplicatePair:
    return make_pair(_contact(owner, f"one of {name}"), _contact(owner, f"other of {name}"))


def make_canary_distinct(owner: User, name: str) -> DistinctPair:
    pair = make_canary_pair(owner, f"said {name}")
    return DistinctPair.objects.create(first=pair.first, second=pair.second)


DUPLICATE_MAKERS = {"pair": make_canary_pair, "distinct pair": make_canary_distinct}
