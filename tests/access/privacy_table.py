"""Who may do what with persons' data as a whole: managers hand them out, administrators erase."""

from __future__ import annotations

from contacts.models import Contact, PrivacyRequest
from contacts.privacy.actions import new_request
from crm.models import User
from tests.access.law import ALL, NOBODY, NONE, SCOPES, Address, button, form, page, reach

BY_MANAGERS = reach(NONE, NONE, NONE, ALL)
SCOPES["privacy request"] = {"view": BY_MANAGERS}
SCOPES["person's data"] = {"view": SCOPES["contact"]["view"], "hand out": BY_MANAGERS, "erase": NOBODY}
PRIVACY_ADDRESSES: dict[str, Address] = {
    "privacy:request_list": page("privacy request"),
    "privacy:request_detail": Address("privacy request"),
    "privacy:person_file": button("person's data", "hand out"),
    "privacy:person_erase": form("person's data", "erase", has_record=True),
    "privacy:access_ask": button("person's data", "hand out"),
}


def make_person(owner: User, name: str) -> Contact:
    return Contact.objects.create(
        name=f"CANARY person {name}", owner=owner, team=owner.team, sort_name=f"canary person {name}"
    )


def make_request(owner: User, name: str) -> PrivacyRequest:
    request = new_request(contact=make_person(owner, f"who asks {name}"), kind="access")
    request.save()
    return request


PRIVACY_MAKERS = {"person's data": make_person, "privacy request": make_request}
