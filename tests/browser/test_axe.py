"""No page has an accessibility fault, for any role, in light and dark, wide and on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from analytics.runs import run_steps
from contacts.models import PrivacyRequest
from crm.choices import Role
from crm.models import ImportMapping, StoredFile
from tests import factories as make
from tests.browser.test_customers import enter
from tests.browser.test_shell import SIZES, faults_of

OF_ALL = """
/ /contacts/ /orders/ /products/ /jobs/ /people/ /profile/ /profile/sessions/ /accounts/2fa/
""".split()
OF_MANAGERS = "/imports/ /mails/ /analytics/ /analytics/rfm/ /analytics/segments/".split()
OF_ADMINS = """
/imports/new/ /contacts/new/ /orders/new/ /products/new/ /people/new/ /accounts/2fa/totp/activate/
/accounts/2fa/webauthn/add/ /accounts/2fa/webauthn/ /accounts/password/change/ /accounts/reauthenticate/
/accounts/logout/ /no-such-page/
""".split()
OUTSIDE = """
/accounts/login/ /accounts/password/reset/ /accounts/password/reset/done/ /accounts/signup/ /accounts/invitation/x/
""".split()


def pages_of(role: str, paths: list[str]) -> list[str]:
    more = {Role.ADMIN: [*OF_MANAGERS, *OF_ADMINS], Role.MANAGER: OF_MANAGERS}.get(Role(role), [])
    return [*OF_ALL, *more, *paths]


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(("colours", "size"), [("light", "wide"), ("dark", "phone")])
def test_no_page_has_an_accessibility_fault(browser: Browser, live_server, transactional_db, role, colours, size):
    make.make_company()
    team = make.make_team()
    user = make.make_user(role, team=team, name="Mia Keller", phone="+49 40 1234")
    contact = make.make_contact(name="Anna", owner=user, team=team, emails=("a@x.example",), tags=["vip"])
    order = make.make_order(contact)
    StoredFile.objects.create(name="a.csv", owner=user, size=3)
    paths = [contact.get_absolute_url(), order.get_absolute_url(), f"/people/{user.pk}/"]
    with browser.new_context(viewport=SIZES[size], color_scheme=colours) as context:
        page = context.new_page()
        faults = {}
        if role == Role.ADMIN:
            faults = {path: faults_of(page, live_server.url + path) for path in OUTSIDE}
        enter(page, live_server, user)
        faults |= {path: faults_of(page, live_server.url + path) for path in pages_of(role, paths)}
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize(("colours", "size"), [("light", "wide"), ("dark", "phone")])
def test_no_page_about_data_has_an_accessibility_fault(browser: Browser, live_server, transactional_db, colours, size):
    make.make_company()
    user = make.make_user(Role.ADMIN, name="Mia Keller")
    contact = make.make_contact(name="ANNA LIND", owner=user, source="Fair", phones=("040 33445566",))
    run_steps(actor=None, as_of=timezone.now().date(), only=["quality"], parameters={})
    ImportMapping.objects.create(
        kind="contacts", key="one", name="Of the fair", file_name="may.csv", columns=["Nr"], actor=user,
        used_at=timezone.now(), options={"map": [["Nr", "external_id"]]},
    )  # fmt: skip
    client = make.signed_in(user)
    client.post(f"/privacy/people/{contact.pk}/ask/", {"kind": "access"})
    asked = PrivacyRequest.objects.get()
    home = contact.get_absolute_url()
    paths = [
        "/quality/", "/quality/repair/?repair=phones", f"{home}?tab=quality", "/imports/mappings/", "/dashboards/",
        "/privacy/", f"/privacy/{asked.pk}/", f"{home}?tab=privacy", f"/privacy/people/{contact.pk}/erase/",
    ]  # fmt: skip
    with browser.new_context(viewport=SIZES[size], color_scheme=colours) as context:
        page = context.new_page()
        enter(page, live_server, user)
        faults = {path: faults_of(page, live_server.url + path) for path in paths}
    assert {path: found for path, found in faults.items() if found} == {}
