"""The actions of campaigns with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from campaigns import actions, preferences
from campaigns.mail import pictures
from campaigns.models import Campaign, Offer, Piece, PieceFile, Play, Recipient, RetentionAction, Segment
from campaigns.offers import actions as offers
from campaigns.plays import actions as plays
from campaigns.retaining import actions as retaining
from campaigns.segments import actions as segments
from campaigns.sending import actions as sending
from campaigns.ways import leaving
from contacts.models import Address, Consent
from tests.campaigns.sample import BLOCKS, agreed, ready
from tests.factories import make_contact, make_user
from tests.foreign.samples import picture

CAMPAIGN_MODULES = (actions, offers, plays, retaining, segments, sending, preferences, leaving, pictures)


def made() -> Campaign:
    return Campaign.objects.create(name="Spring frames")


def _plan(actor: Any) -> Callable[[], Any]:
    return lambda: actions.plan_campaign(actor=actor, fields={"name": "Autumn frames"})


def _change(actor: Any) -> Callable[[], Any]:
    campaign = made()
    return lambda: actions.change_campaign(actor=actor, campaign=campaign, version=1, fields={"goal": "More orders"})


def _on_segment(act: Callable[..., Any], **given: Any) -> Callable[[Any], Callable[[], Any]]:
    def prepared(actor: Any) -> Callable[[], Any]:
        segment = Segment.objects.create(name="Quiet since spring")
        return lambda: act(actor=actor, segment=segment, **given)

    return prepared


OFFER: dict[str, Any] = {"name": "Oak frames", "benefit_value": 20, "margin_amount": 5}


def _create_offer(actor: Any) -> Callable[[], Any]:
    return lambda: offers.create_offer(actor=actor, fields=OFFER)


def _create_retention_action(actor: Any) -> Callable[[], Any]:
    fields = {"name": "Visits", "way": "delight", "segment": Segment.objects.create(name="Everybody")}
    return lambda: retaining.create_retention_action(actor=actor, fields=fields)


def _on_retention_action(act: Callable[..., Any], **stored: Any) -> Callable[[Any], Callable[[], Any]]:
    given = stored.pop("given", {})

    def prepared(actor: Any) -> Callable[[], Any]:
        make_contact()
        segment = Segment.objects.create(name="Everybody")
        action = RetentionAction.objects.create(
            name="Visits", way="delight", kind="positive", segment=segment, **stored
        )
        return lambda: act(actor=actor, action=action, **given)

    return prepared


def _on_offer(act: Callable[..., Any], stored: Any = None, **given: Any) -> Callable[[Any], Callable[[], Any]]:
    def prepared(actor: Any) -> Callable[[], Any]:
        offer = Offer.objects.create(**OFFER, archived_at=stored)
        return lambda: act(actor=actor, offer=offer, **given)

    return prepared


def _create_segment(actor: Any) -> Callable[[], Any]:
    return lambda: segments.create_segment(actor=actor, fields={"name": "Quiet"}, tree={})


def _set_audience(actor: Any) -> Callable[[], Any]:
    campaign, segment = made(), Segment.objects.create(name="Quiet since spring")
    return lambda: sending.set_audience(
        actor=actor, campaign=campaign, version=1, fields={}, segments=[segment], without=[]
    )


def _set_variant(actor: Any) -> Callable[[], Any]:
    campaign, fields = made(), {"name": "A", "subject": "Frames", "blocks": BLOCKS}
    return lambda: sending.set_variant(actor=actor, campaign=campaign, variant=None, fields=fields)


def _add_picture(actor: Any) -> Callable[[], Any]:
    return lambda: pictures.add_picture(actor=actor, upload=SimpleUploadedFile("frame.png", picture("PNG")))


def _remove_variant(actor: Any) -> Callable[[], Any]:
    campaign = made()
    variant = campaign.variants.create(name="A")
    return lambda: sending.remove_variant(actor=actor, campaign=campaign, variant=variant)


def _sendable() -> Campaign:
    agreed(2)
    return ready(None)


def _ask(actor: Any) -> Callable[[], Any]:
    campaign = _sendable()
    return lambda: sending.ask_approval(actor=actor, campaign=campaign)


def _approve(actor: Any) -> Callable[[], Any]:
    campaign = _sendable()
    sending.ask_approval(actor=make_user(), campaign=campaign)
    return lambda: sending.approve_campaign(actor=actor, campaign=campaign)


def _launch(actor: Any) -> Callable[[], Any]:
    campaign = _sendable()
    return lambda: sending.launch_campaign(actor=actor, campaign=campaign)


def _under_way(act: Callable[..., Any], state: str) -> Callable[[Any], Callable[[], Any]]:
    def prepared(actor: Any) -> Callable[[], Any]:
        campaign = made()
        Campaign.objects.filter(pk=campaign.pk).update(state=state)
        return lambda: act(actor=actor, campaign=campaign)

    return prepared


def _reader() -> dict[str, Any]:
    campaign, contact = made(), make_contact()
    row = Recipient.objects.create(campaign=campaign, variant=campaign.variants.create(name="A"), contact=contact)
    return {"contact": contact, "recipient": row}


def _choose(actor: Any) -> Callable[[], Any]:
    said = _reader()
    return lambda: preferences.choose_purposes(wanted=[("email", "marketing")], **said)


def _choose_pace(actor: Any) -> Callable[[], Any]:
    said = _reader()
    return lambda: preferences.choose_pace(days=7, **said)


TAG = plays.StepInput(kind="tag", wait_days=0, title="welcomed")


def _create_play(actor: Any) -> Callable[[], Any]:
    return lambda: plays.create_play(actor=actor, fields={"name": "Welcome"}, steps=[TAG])


def _on_play(act: Callable[..., Any], state: str = "draft", **given: Any) -> Callable[[Any], Callable[[], Any]]:
    def prepared(actor: Any) -> Callable[[], Any]:
        play = plays.create_play(actor=None, fields={"name": "Welcome"}, steps=[TAG])
        Play.objects.filter(pk=play.pk).update(state=state)
        return lambda: act(actor=actor, play=play, **given)

    return prepared


def _approve_play(actor: Any) -> Callable[[], Any]:
    play = plays.create_play(actor=None, fields={"name": "Welcome"}, steps=[TAG])
    Play.objects.filter(pk=play.pk).update(asked_by=make_user())
    return lambda: plays.approve_play(actor=actor, play=play)


def _take_out(actor: Any) -> Callable[[], Any]:
    play, now = plays.create_play(actor=None, fields={"name": "Welcome"}, steps=[TAG]), timezone.now()
    entry = play.entries.create(contact=make_contact(), event_at=now, entered_at=now, next_at=now)
    return lambda: plays.take_out(actor=actor, entry=entry)


def _gone(actor: Any) -> Callable[[], Any]:
    campaign = made()
    Campaign.objects.filter(pk=campaign.pk).update(channel="post", state="sending", launched_at=timezone.now())
    file = PieceFile.objects.create(campaign=campaign, number=1, count=1)
    row = Recipient.objects.create(campaign=campaign, contact=make_contact(), state="handed")
    Piece.objects.create(recipient=row, campaign=campaign, code="ABCDEFGH2345", name="Mia", place="x", file=file)
    return lambda: leaving.say_gone(actor=actor, file=file)


def _pieces(act: Callable[..., Any], state: str, **given: Any) -> Callable[[Any], Callable[[], Any]]:
    """A letter of a campaign that is under way."""

    def prepared(actor: Any) -> Callable[[], Any]:
        campaign = made()
        Campaign.objects.filter(pk=campaign.pk).update(channel="post", state="sending", launched_at=timezone.now())
        contact = agreed(1)[0]
        Address.objects.create(contact=contact, street="Lindenweg 4", city="Bremen")
        said = {"channel": "post", "purpose": "marketing", "level": 2, "recorded_at": timezone.now()}
        Consent.objects.create(contact=contact, **said)
        row = Recipient.objects.create(campaign=campaign, contact=contact, state=state)
        Piece.objects.create(recipient=row, campaign=campaign, code="ABCDEFGH2345", name="Mia", place="Lindenweg 4")
        return lambda: act(actor=actor, campaign=campaign, **given)

    return prepared


CAMPAIGN_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "plan_campaign": _plan,
    "add_picture": _add_picture,
    "change_campaign": _change,
    "create_segment": _create_segment,
    "create_retention_action": _create_retention_action,
    "change_retention_action": _on_retention_action(
        retaining.change_retention_action, given={"version": 1, "fields": {"description": "Twice a year"}}
    ),
    "start_retention_action": _on_retention_action(retaining.start_retention_action),
    "end_retention_action": _on_retention_action(retaining.end_retention_action, started_on="2026-03-02"),
    "delete_retention_action": _on_retention_action(retaining.delete_retention_action),
    "create_offer": _create_offer,
    "change_offer": _on_offer(offers.change_offer, version=1, fields={"rest_days": 9}),
    "archive_offer": _on_offer(offers.archive_offer),
    "restore_offer": _on_offer(offers.restore_offer, stored=timezone.now()),
    "change_segment": _on_segment(
        segments.change_segment, version=1, fields={"description": "Of the north"}, tree=None
    ),
    "fix_segment": _on_segment(segments.fix_segment),
    "delete_segment": _on_segment(segments.delete_segment),
    "start_refresh": _on_segment(segments.start_refresh),
    "set_audience": _set_audience,
    "set_variant": _set_variant,
    "remove_variant": _remove_variant,
    "ask_approval": _ask,
    "approve_campaign": _approve,
    "launch_campaign": _launch,
    "pause_campaign": _under_way(sending.pause_campaign, "sending"),
    "resume_campaign": _under_way(sending.resume_campaign, "paused"),
    "cancel_campaign": _under_way(sending.cancel_campaign, "sending"),
    "take_file": _pieces(leaving.take_file, "handed"),
    "say_gone": _gone,
    "say_come_back": _pieces(leaving.say_come_back, "sent", codes=["abcd-efgh-2345"]),
    "choose_purposes": _choose,
    "choose_pace": _choose_pace,
    "create_play": _create_play,
    "change_play": _on_play(plays.change_play, version=1, fields={"window_days": 9}, steps=None),
    "ask_play_approval": _on_play(plays.ask_play_approval),
    "approve_play": _approve_play,
    "start_play": _on_play(plays.start_play),
    "pause_play": _on_play(plays.pause_play, "running"),
    "resume_play": _on_play(plays.resume_play, "paused"),
    "end_play": _on_play(plays.end_play, "running"),
    "take_out": _take_out,
}
# counts, at night; rings after the action that it is part of; parts of writing a variant
CAMPAIGN_NOT_ALONE = {
    "call_back_too_soon",
    "address_of",
    "checked_own",
    "faults_of_pictures",
    "forget_unused",
    "image_of",
    "keep_uses",
    "keys_in",
    "pace_of",
    "room_of",
    "said_by_picture",
    "is_by_hand",
    "for_file",
    "permitted_now",
    "refresh_segment",
    "ring_after_commit",
    "standing_of",
    "run_refresh",
}
