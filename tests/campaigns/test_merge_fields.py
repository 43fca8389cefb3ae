"""What stands in names, subjects, first words, blocks, links and the sender's name, and what comes of it in the mail:
nothing runs, nothing is a line of the head, who lacks a value is left out and said to be."""

import email
import email.policy
from typing import Any

import pytest

from campaigns.models import Recipient
from campaigns.sending import actions
from campaigns.sending.engine import run_campaign
from campaigns.sending.preflight import look_over
from contacts.models import Contact
from crm.choices import Role
from crm.mail.composing import compose
from tests.api.calls import Caller
from tests.campaigns.sample import agreed, mails, ready, states
from tests.factories import make_company, make_token, make_user, signed_in

NAMES = [
    "<script>alert(1)</script>",
    "{{last_name}} {{7*7}}",
    "{% load x %}{% debug %}",
    "A\r\nBcc: thief@evil.example",
    "A\u2028B\u0085C",
    '"><img src=x onerror=alert(1)>',
    "https://evil.example/login",
    "%(name)s {0} %s",
]
BLOCKS = [
    {"kind": "heading", "text": "For {{first_name|you}}"},
    {"kind": "text", "text": "Dear {{ first_name | you }}, {{first_name|1 < 2}}"},
    {"kind": "button", "text": "{{first_name|Go}}", "url": "https://example.com/a?b={b}&c=%7B%7B"},
]


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


def said(campaign, house, **fields):
    variant = campaign.variants.first()
    given = {"name": "A", "subject": variant.subject, "blocks": variant.blocks, **fields}
    actions.set_variant(actor=house, campaign=campaign, variant=variant, fields=given)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_text_wherever_it_stands(house, name):
    (person,) = agreed(1)
    Contact.objects.filter(pk=person.pk).update(first_name=name, name=name)
    campaign = ready(house)
    blocks = [dict(one) for one in BLOCKS]
    blocks[2]["url"] = "https://example.com/a?b=1&c=%7B%7B"
    said(campaign, house, subject="For {{first_name|you}}", preheader="Dear {{first_name|you}}", blocks=blocks)
    actions.launch_campaign(actor=house, campaign=campaign)
    run_campaign(campaign.pk)
    mail = mails(campaign).get()
    head = email.message_from_bytes(compose(mail), policy=email.policy.default)
    assert (head["To"].count("@drill.example"), head["Bcc"], len(head.get_all("Subject"))) == (1, None, 1)
    assert not any(sign in mail.subject for sign in "\r\n\u2028\u0085")
    for bad in ("<script", "<img src=x", 'href="https://evil'):
        assert bad not in mail.html
    if "{" in name:
        assert name in mail.text and "49" not in mail.subject


def test_a_link_with_a_field_or_braces_and_a_sender_with_a_field_are_refused_at_every_door(house):
    agreed(1)
    campaign = ready(house)
    browser, call = signed_in(house), Caller(make_token(house))
    rows = {"blocks-TOTAL_FORMS": "1", "blocks-INITIAL_FORMS": "0", "blocks-0-kind": "button", "blocks-0-text": "Go"}
    for url in (
        "https://x.example/{{first_name}}",
        "https://x.example/\nBcc:",
        "//x.example",
        "https://x.example/{%a%}",
    ):
        data: dict[str, Any] = {"name": "B", "share": "1", "subject": "Hi", **rows, "blocks-0-url": url}
        assert browser.post(f"/campaigns/{campaign.pk}/variants/new/", data).status_code == 422, url
    for subject in ("{{password}}", "{% debug %}", "{{first_name", "}}", "{{first_name|{{city}}}}"):
        answer = call.post(
            f"/campaigns/{campaign.pk}/variants",
            {"name": "B", "subject": subject, "blocks": [{"kind": "text", "text": "Hello"}]},
        )
        assert answer.status_code == 422, subject
    campaign.refresh_from_db()
    whom: dict[str, Any] = {
        "segments": [campaign.audience.get().segment_id],
        "control_share": "0",
        "purpose": "marketing",
    }
    for sender in ("{{owner}}", "Larkmoor {% x %}"):
        data = {**whom, "version": campaign.version, "sender_name": sender}
        refused = browser.post(f"/campaigns/{campaign.pk}/audience/", data)
        assert (refused.status_code, "the same for everybody" in refused.content.decode()) == (422, True)
    data = {**whom, "version": campaign.version, "sender_name": "Lark\r\nBcc: x@y.example"}
    assert browser.post(f"/campaigns/{campaign.pk}/audience/", data).status_code == 302
    campaign.refresh_from_db()
    assert campaign.sender_name == "Lark Bcc: x@y.example"


def test_who_lacks_a_value_is_counted_before_and_left_out_with_the_reason(house):
    people = agreed(3)
    Contact.objects.filter(pk=people[0].pk).update(first_name="  ")
    Contact.objects.filter(pk=people[1].pk).update(first_name="")
    campaign = ready(house)
    said(campaign, house, subject="Hi", preheader="Dear {{first_name}}", blocks=[{"kind": "text", "text": "Hello"}])
    assert any("without a first name" in note for note in look_over(campaign, house).notes)
    actions.launch_campaign(actor=house, campaign=campaign)
    run_campaign(campaign.pk)
    assert states(campaign) == {"handed": 1, "left_out": 2}
    reasons = set(Recipient.objects.filter(campaign=campaign, state="left_out").values_list("reason", flat=True))
    assert len(reasons) == 1 and reasons != {""}
