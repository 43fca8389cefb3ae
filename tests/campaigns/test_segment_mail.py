"""A prepared mail for the people of a segment: the campaign itself while it is for nobody, else a copy of its mail."""

import pytest

from campaigns.models import Campaign, CampaignOffer
from campaigns.segments.mailing import mail_segment, prepared_mails
from campaigns.sending.actions import set_variant
from crm.choices import Role
from tests import factories as make
from tests.campaigns.sample import BLOCKS, agreed, ready, segment_of, started
from tests.campaigns.test_offers import make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia():
    make.make_company()
    return make.make_user(Role.MARKETER)


def aims(campaign):
    return list(campaign.audience.values_list("segment", "is_excluded"))


def test_a_mail_that_is_for_nobody_yet_is_used_itself_and_twice_is_once(mia):
    mail = Campaign.objects.create(name="Oak in spring", control_share=0)
    assert list(prepared_mails(mia)) == []  # it says nothing yet
    set_variant(actor=mia, campaign=mail, variant=None, fields={"name": "A", "subject": "Oak", "blocks": BLOCKS})
    assert list(prepared_mails(mia)) == [mail]
    segment = segment_of("p")
    for _ in range(2):
        assert mail_segment(actor=mia, segment=segment, mail=mail) == mail
        assert aims(mail) == [(segment.pk, False)]
    assert Campaign.objects.count() == 1


def test_one_that_went_out_is_copied_with_what_it_says_and_its_open_offers(mia):
    gone = started(mia, people=3)
    agreed(2, "q")
    offers = [make_offer(name="Open"), make_offer(name="Over")]
    CampaignOffer.objects.bulk_create(CampaignOffer(campaign=gone, offer=offer) for offer in offers)
    offers[1].archived_at = offers[1].created_at
    offers[1].save()
    segment = segment_of("q")
    copy = mail_segment(actor=mia, segment=segment, mail=gone)
    again = mail_segment(actor=mia, segment=segment, mail=gone)
    assert copy.name == f"{gone.name}: {segment.name}"
    assert again.name == f"{copy.name} (2)"
    assert (copy.is_planned, copy.owner, copy.launched_at, copy.recipients.count()) == (True, mia, None, 0)
    assert aims(copy) == [(segment.pk, False)]
    assert [offer.offer.name for offer in copy.offers.all()] == ["Open"]
    says = [list(one.variants.filter(is_control=False).values_list("subject", "blocks")) for one in (gone, copy)]
    assert says[0] == says[1]
    assert gone.recipients.count() == 3


def test_the_draft_of_a_colleague_stays_as_it_is_and_a_winner_goes_alone(mia):
    theirs = make.make_user(Role.MARKETER)
    draft = Campaign.objects.create(name="Theirs", owner=theirs)
    for name in "AB":
        said = {"name": name, "subject": f"Oak {name}", "blocks": BLOCKS}
        set_variant(actor=theirs, campaign=draft, variant=None, fields=said)
    draft.refresh_from_db()
    copy = mail_segment(actor=mia, segment=segment_of("p"), mail=draft)
    assert (copy.owner, copy.variants.count()) == (mia, 2)
    before = draft.version
    draft.refresh_from_db()
    assert (draft.version, aims(draft)) == (before, [])
    draft.winner = draft.variants.get(name="B")
    draft.save()
    assert [one.subject for one in mail_segment(actor=mia, segment=segment_of("q"), mail=draft).variants.all()] == [
        "Oak B"
    ]


def test_who_may_not_plan_campaigns_is_offered_no_mail(mia):
    ready(mia)
    segment = segment_of("q")
    rep = make.signed_in(make.make_user(Role.REP))
    assert "Send mail" not in rep.get(segment.get_absolute_url()).content.decode()
    assert rep.get(f"/segments/{segment.pk}/mail/").status_code == 403
    browser = make.signed_in(mia)
    assert "Send mail" in browser.get(segment.get_absolute_url()).content.decode()
    refused = browser.post(f"/segments/{segment.pk}/mail/", {"mail": ""})
    assert refused.status_code == 422
    assert Campaign.objects.count() == 1
