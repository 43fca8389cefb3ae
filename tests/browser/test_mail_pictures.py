"""A marketer brings a picture in the editor of a mail and sees it there, in the look at the mail, and in the mail."""

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import MailPicture
from crm.choices import Role
from tests import factories as make
from tests.browser.test_customers import enter
from tests.campaigns.sample import agreed, ready
from tests.foreign.samples import CSV, picture

ADDED = "src => { const far = new Image(); far.id = 'far'; far.src = src; document.body.append(far) }"
IS_SHOWN = "image => image.complete && image.naturalWidth"


@pytest.fixture
def mia(transactional_db, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    make.make_company()
    return make.make_user(Role.MARKETER, name="Mia Marketer")


def test_a_picture_from_the_computer_stands_in_the_mail(page: Page, live_server, mia):
    agreed(2)
    campaign = ready(mia)
    enter(page, live_server, mia)
    page.goto(f"{live_server.url}/campaigns/variants/{campaign.variants.get().pk}/")
    page.get_by_role("button", name="Add a block").click()
    block = page.get_by_role("group", name="Block", exact=True).last
    expect(block.get_by_label("Picture from your computer")).to_be_hidden()
    block.get_by_label("Block", exact=True).select_option("own")
    chosen = block.get_by_label("Picture from your computer")
    chosen.set_input_files({"name": "list.png", "mimeType": "image/png", "buffer": CSV})
    expect(block.get_by_role("status")).to_contain_text("please bring a PNG, JPEG, GIF or WebP picture")
    chosen.set_input_files({"name": "oak.png", "mimeType": "image/png", "buffer": picture("PNG", (900, 300))})
    shown = block.locator("img")
    expect(shown).to_be_visible()
    page.wait_for_function("() => document.querySelector('.block-picture:not([hidden])')?.naturalWidth > 0")
    expect(block.get_by_label("Width")).to_have_value("600")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Write what it shows, for who sees no pictures")).to_be_visible()
    expect(shown).to_be_visible()  # what was brought is not lost
    block.get_by_label("What it says").fill("Oak frames on a table")
    page.get_by_role("button", name="Save").click()

    page.goto(f"{live_server.url}/campaigns/{campaign.pk}/check/")
    look = page.get_by_role("img", name="Oak frames on a table")
    expect(look).to_be_visible()
    assert look.evaluate(IS_SHOWN) == 900
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    page.evaluate(ADDED, f"/m/{MailPicture.objects.get().key}/")
    page.wait_for_function("() => document.getElementById('far').naturalWidth === 900")
