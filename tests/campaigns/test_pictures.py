"""Pictures of our own in mails: what is taken, what a mail says, who may see them, what becomes of them."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from campaigns.mail.blocks import checked_blocks, links_of
from campaigns.mail.pictures import add_picture, forget_unused
from campaigns.models import Campaign, MailPicture, PictureUse, Play
from campaigns.segments.mailing import mail_segment
from campaigns.sending.actions import launch_campaign, set_variant
from campaigns.sending.engine import run_campaign
from campaigns.sending.preflight import look_over
from crm.choices import Role
from crm.models import OutgoingMail, StoredFile
from crm.tidying import empty_file
from tests.campaigns.sample import agreed, draw, ready, segment_of
from tests.factories import make_company, make_user, signed_in
from tests.foreign.samples import CSV, SVG, picture, picture_bomb

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    make_company()
    return make_user(Role.MARKETER)


def brought(name: str = "oak.png", content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or picture("PNG"), content_type="image/png")


def own(key: str, **said: str) -> dict[str, str]:
    return {"kind": "own", "picture": key, "text": "Oak frames for {{first_name|you}}", "width": "300", **said}


def says(campaign: Campaign, *blocks: dict[str, str], variant=None):
    fields = {"name": "A", "subject": "Frames", "blocks": list(blocks)}
    return set_variant(actor=None, campaign=campaign, variant=variant, fields=fields)


def test_a_picture_is_drawn_for_mails(mia):
    large = picture("JPEG", (3000, 1500), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")
    webp = picture("WEBP", (50, 20))
    for content, kind, size in ((large, "image/jpeg", (1200, 600)), (webp, "image/jpeg", (50, 20))):
        made = add_picture(actor=mia, upload=brought("a.bin", content))
        assert (made.file.content_type, (made.width, made.height)) == (kind, size)
        with made.file.file.open("rb") as stored:
            drawn = Image.open(io.BytesIO(stored.read()))
            assert (drawn.size, dict(drawn.getexif())) == (size, {})
    see_through = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(see_through, "WEBP")
    assert add_picture(actor=mia, upload=brought("a.webp", see_through.getvalue())).file.content_type == "image/png"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG, "This is an XML file; please bring a PNG"),
        (CSV, "This is a text"),
        (picture_bomb(), "Unpacked"),
        (picture("PNG") + b"0" * (5 << 20), "at most 5 MB"),
    ],
    ids=["svg", "table", "bomb", "large"],
)
def test_what_is_no_picture_for_a_mail_is_refused_in_a_sentence(mia, content, said):
    answer = signed_in(mia).post(reverse("campaigns:picture_create"), {"file": brought("a.png", content)})
    assert answer.status_code == 422
    assert said in answer.json()["error"]
    assert not MailPicture.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_mail_shows_the_picture_with_its_words_and_its_tracked_link(mia):
    agreed(1)
    made = add_picture(actor=mia, upload=brought())
    campaign = ready(mia)
    variant = campaign.variants.get()
    says(campaign, own(made.key, url="https://example.com/oak"), variant=variant)
    assert look_over(campaign, mia).faults == []
    assert look_over(campaign, mia).links == ["https://example.com/oak"]
    launch_campaign(actor=mia, campaign=campaign)
    run_campaign(campaign.pk)
    mail = OutgoingMail.objects.get()
    image = re.search(
        r'<a href="[^"]*/t/[^"]+"><img src="(?P<src>[^"]+)" alt="Oak frames for First0" width="300"', mail.html
    )
    assert image
    assert re.search(r"Oak frames for First0: http\S+/t/\S+", mail.text)
    answer = Client().get(image["src"].partition("//")[2].partition("/")[1] + image["src"].split("/", 3)[3])
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200,
        "image/png",
        "nosniff",
    )
    assert "immutable" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert not answer.cookies
    assert "Accept-Language" not in answer.get("Vary", "")  # caches keep one for all languages
    assert not mail.attachments.exists()


def drawn(**said: str):
    blocks = checked_blocks([{"kind": "own", "picture": "k" * 22, **said}])
    return draw(blocks, values={}, links=lambda url: f"https://us/{url[-3:]}")


def test_what_only_decorates_says_nothing_and_leads_nowhere():
    mail = drawn(decorative="on")
    assert 'alt=""' in mail.html
    assert "[" not in mail.text
    plain = drawn(text='Oak "frames" <b>')
    assert 'alt="Oak &quot;frames&quot; &lt;b&gt;" width="600"' in plain.html
    assert '[Oak "frames" <b>]' in plain.text
    assert links_of(checked_blocks([own("k", url="https://example.com/oak")])) == ["https://example.com/oak"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"text": ""}, "Write what it shows"),
        ({"text": "", "decorative": "on", "url": "https://example.com/"}, "It leads somewhere"),
        ({"picture": ""}, "Choose a picture"),
        ({"picture": "a/b"}, "Choose a picture"),
        ({"width": "601"}, "16 to 600 points"),
        ({"width": "wide"}, "16 to 600 points"),
        ({"url": "javascript:alert(1)"}, "whole web address"),
    ],
)
def test_a_block_that_will_not_do_is_refused(said, why):
    with pytest.raises(ValidationError, match=why):
        checked_blocks([own("k", **said)])


def test_only_pictures_that_a_mail_uses_are_served_to_others(mia):
    made = add_picture(actor=mia, upload=brought())
    address = reverse("campaigns:mail_picture", args=[made.key])
    assert Client().get(address).status_code == 404
    assert Client().get(reverse("campaigns:picture", args=[made.key])).status_code == 302
    assert signed_in(mia).get(reverse("campaigns:picture", args=[made.key])).status_code == 200
    campaign = ready(mia)
    variant = says(campaign, own(made.key), variant=campaign.variants.get())
    assert Client().get(address).status_code == 200
    assert "oak" not in str(Client().get(address).headers).lower()  # what the file is called in the house
    for wrong in ("x" * 300, f"{made.key}x", "%00", "..%2Fa"):
        assert Client().get(f"/m/{wrong}/").status_code == signed_in(mia).get(f"/m/{wrong}/").status_code == 404
    says(campaign, {"kind": "text", "text": "Hello"}, variant=variant)
    assert Client().get(address).status_code == 404


def test_the_mail_of_a_play_keeps_what_it_once_showed(mia):
    made = add_picture(actor=mia, upload=brought())
    carrier = Campaign.everything.create(play=Play.objects.create(name="Welcome"), name="Welcome, mail")
    variant = says(carrier, own(made.key))
    says(carrier, {"kind": "text", "text": "Hello"}, variant=variant)
    assert Client().get(reverse("campaigns:mail_picture", args=[made.key])).status_code == 200


def test_a_picture_that_is_gone_is_in_the_way_and_answers_nothing(mia):
    agreed(1)
    made = add_picture(actor=mia, upload=brought())
    campaign = ready(mia)
    says(campaign, {"kind": "heading", "text": "Oak"}, own(made.key), variant=campaign.variants.get())
    empty_file(made.file)
    assert "Variant “A”: Block 2, own picture: it is not there any more" in look_over(campaign, mia).faults[0]
    assert Client().get(reverse("campaigns:mail_picture", args=[made.key])).status_code == 404
    with pytest.raises(ValidationError, match="is not there any more"):
        says(campaign, own("n" * 22), variant=campaign.variants.get())


def test_what_was_typed_stays_where_the_picture_is_none(mia):
    variant = ready(mia).variants.get()
    page = reverse("campaigns:variant_update", args=[variant.pk])
    typed = {"name": "A", "share": "1", "subject": "Frames", "blocks-TOTAL_FORMS": "1", "blocks-INITIAL_FORMS": "0"}
    typed |= {f"blocks-0-{name}": said for name, said in own("a/b").items()}
    answer = signed_in(mia).post(page, typed)
    assert answer.status_code == 422
    assert "Choose a picture from your computer." in answer.content.decode()
    assert "Oak frames for {{first_name|you}}" in answer.content.decode()


def test_a_copy_shows_the_same_picture(mia):
    made = add_picture(actor=mia, upload=brought())
    mail = ready(mia)
    says(mail, own(made.key), variant=mail.variants.get())
    agreed(2, "q")
    copy = mail_segment(actor=mia, segment=segment_of("q"), mail=mail)
    assert copy != mail
    assert set(PictureUse.objects.values_list("picture", "variant__campaign")) == {
        (made.pk, mail.pk),
        (made.pk, copy.pk),
    }


def test_unused_pictures_go_after_a_week_and_others_stay(mia, tmp_path, django_capture_on_commit_callbacks):
    used, old, new = (add_picture(actor=mia, upload=brought()) for _ in range(3))
    campaign = ready(mia)
    says(campaign, own(used.key), variant=campaign.variants.get())
    before = timezone.now() - dt.timedelta(days=8)
    MailPicture.objects.filter(pk__in=[used.pk, old.pk]).update(created_at=before)
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_unused() == 1
    assert set(MailPicture.objects.all()) == {used, new}
    assert StoredFile.objects.get(pk=old.file_id).removed_at
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_program_reads_and_writes_the_block(mia):
    from tests.api.calls import Caller  # noqa: PLC0415 - the API is loaded for this one
    from tests.factories import make_token  # noqa: PLC0415

    made = add_picture(actor=mia, upload=brought())
    call, campaign = Caller(make_token(mia)), ready(mia)
    block = {"kind": "own", "picture": made.key, "text": "Oak", "width": 200}
    answer = call.post(f"/campaigns/{campaign.pk}/variants", {"name": "B", "subject": "Oak", "blocks": [block]})
    assert answer.json()["blocks"] == [block | {"width": "200"}]
    refused = call.post(
        f"/campaigns/{campaign.pk}/variants", {"name": "C", "subject": "Oak", "blocks": [block | {"picture": "no"}]}
    )
    assert refused.status_code == 422
