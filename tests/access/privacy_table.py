"""Who may do what with persons' data as a whole: managers hand them out, administrators erase."""

from __future__ import annotations

from contacts.models import Contact, Hold, PrivacyRequest, RetentionRule, RetentionRun
from contacts.privacy.actions import new_request
from crm.models import User
from tests.access.law import ALL, NOBODY, NONE, SCOPES, Address, button, form, page, reach

BY_MANAGERS = reach(NONE, NONE, NONE, ALL)
SCOPES["privacy request"] = {"view": BY_MANAGERS}
SCOPES["looks at a person"] = {"view": SCOPES["contact"]["view"], "see looks": NOBODY, "export": NOBODY}
SCOPES["erasure"] = SCOPES["privacy request"]
SCOPES["retention rule"] = {"view": NOBODY, "change": NOBODY}
SCOPES["run of the rules"] = {"view": NOBODY}
SCOPES["hold"] = {"view": SCOPES["contact"]["view"], "erase": NOBODY}
SCOPES["person's data"] = {"view": SCOPES["contact"]["view"], "hand out": BY_MANAGERS, "erase": NOBODY}
PRIVACY_ADDRESSES: dict[str, Address] = {
    "privacy:request_list": page("privacy request"),
    "privacy:request_detail": Address("privacy request"),
    "privacy:person_file": button("person's data", "hand out"),
    "privacy:person_erase": form("person's data", "erase", has_record=True),
    "privacy:access_ask": button("person's data", "hand out"),
    "privacy:erase_many": page("person's data", "erase"),
    "privacy:person_access": Address("looks at a person", {"GET": "see looks"}),
    "privacy:person_access_file": button("looks at a person", "export"),
    "privacy:retention": page("retention rule"),
    "privacy:retention_trial": button("retention rule", "change", has_record=False),
    "privacy:retention_rule": form("retention rule", "change", has_record=True),
    "privacy:retention_run": Address("run of the rules"),
    "privacy:hold_create": form("person's data", "erase", has_record=True),
    "privacy:hold_end": button("hold", "erase"),
}


def make_person(owner: User, name: str) -> Contact:
    return Contact.objects.create(
        name=f"CANARY person {name}", owner=owner, team=owner.team, sort_name=f"canary person {name}"
    )


def make_request(owner: User, name: str) -> PrivacyRequest:
    request = new_request(contact=make_person(owner, f"who asks {name}"), kind="access")
    request.save()
    return request


def make_rule(owner: User, name: str) -> RetentionRule:
    rule, _ = RetentionRule.objects.get_or_create(kind="orders.enquirers", defaults={"months": 36})
    return rule


def make_run(owner: User, name: str) -> RetentionRun:
    return RetentionRun.objects.create(is_trial=True)


def make_hold(owner: User, name: str) -> Hold:
    contact = make_person(owner, f"who is held {name}")
    return Hold.objects.create(contact=contact, reason=f"CANARY hold {name}")


def make_erasure(owner: User, name: str) -> PrivacyRequest:
    request = new_request(contact=make_person(owner, f"who is erased {name}"), kind="erasure", state="working")
    request.save()
    return request


PRIVACY_MAKERS = {
    "erasure": make_erasure,
    "looks at a person": make_person,
    "person's data": make_person,
    "privacy request": make_request,
    "retention rule": make_rule,
    "run of the rules": make_run,
    "hold": make_hold,
}
