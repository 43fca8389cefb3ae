"""Signing in as people do it: with an app's codes, with a passkey, with a device that is remembered as a session."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from crm.choices import Role
from crm.models import Company, User
from tests import factories as make
from tests.accounts.codes import code_of

PASSWORD = "a long pass phrase"


@pytest.fixture
def mia(transactional_db) -> User:
    make.make_company()
    return make.make_user(Role.ADMIN, name="Mia Keller", password=PASSWORD)


def type_password(page: Page, base: str, email: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="You: Mia Keller").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_who_must_have_a_second_factor_sets_up_an_app_and_signs_in_with_it(page: Page, live_server, mia):
    Company.objects.update(second_factor_roles=[Role.ADMIN])
    base = live_server.url
    type_password(page, base, mia.email)
    expect(page.get_by_text("Your role needs a second factor")).to_be_visible()
    page.goto(f"{base}/contacts/")
    expect(page).to_have_url(f"{base}/accounts/2fa/")
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("img", name="The code for your app")).to_be_visible()
    assert page.locator("img.qr").evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator(".secret-key").inner_text()
    page.get_by_role("textbox").last.fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mia")
    sign_out(page)
    cache.clear()  # the code of the set-up may be typed again
    type_password(page, base, mia.email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_role("textbox").fill(code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mia")


def test_a_passkey_is_added_and_signs_in_alone(page: Page, live_server, mia):
    base = live_server.url
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    type_password(page, base, mia.email)
    page.goto(f"{base}/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Go on with this device").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto(f"{base}/accounts/2fa/webauthn/")
    expect(page.get_by_text("signs in alone")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mia")
    sign_out(page)
    type_password(page, base, mia.email)
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mia")


def test_a_session_elsewhere_is_ended_from_the_list(page: Page, live_server, mia, new_context):
    other = new_context().new_page()
    for browser in (page, other):
        type_password(browser, live_server.url, mia.email)
        expect(browser.get_by_role("heading", level=1)).to_contain_text("Mia")
    page.goto(f"{live_server.url}/profile/sessions/")
    expect(page.get_by_text("this one")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^End Chrome")).click()
    expect(page.get_by_text("That session has ended.")).to_be_visible()
    other.goto(f"{live_server.url}/contacts/")
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
