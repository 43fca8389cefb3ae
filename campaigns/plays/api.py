"""The REST API of plays: what they are, start and stop, who is in them, what they are worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from analytics.mathematics.experiments import Difference
from campaigns.models import Play, PlayStep
from campaigns.plays import actions
from campaigns.plays.forms import PlayForm
from campaigns.plays.queries import Arm, entries_of, figures_of, mail_of, step_lines
from campaigns.plays.resources import ENTRIES, PLAYS
from campaigns.sending.trying import send_test
from contacts.models import Contact
from crm.choices import Verb
from crm.rest.idempotency import done_once
from crm.rest.listing import ApiList
from crm.rest.problems import FieldError, wrong_fields
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, found, refuse_without

AREA = "campaigns"
plays = Router(tags=["Campaigns"])
PlayOut = record_schema("Play", PLAYS)
EntryOut = record_schema("PlayEntry", ENTRIES)
NAMES = {
    f"{name}_id": name for name in ("product", "owner", "audience", "event_segment", "goal_segment")
}  # fmt: skip


class StepIn(Input):
    """A step; `id` of one that stands there already, for a change."""

    id: int | None = None
    kind: str = Field(examples=["mail"], description="mail, task, tag, list or check.")
    wait_days: int = Field(0, ge=0, le=365, description="After the one before it; the first: after the event.")
    title: str = Field("", max_length=200, description="Subject of the mail, title of the task, or the tag.")
    text: str = Field("", max_length=10_000, description="What a mail or a task says.")
    only_for: str = Field("", description="Empty: everybody; in, out: who is, or is not, in the segment.")
    segment_id: int | None = None
    offer_id: int | None = Field(None, description="The offer that the mail makes; it says {{offer_code}}.")
    into_id: int | None = Field(None, description="The fixed segment that people are put onto.")


class PlayFields(Input):
    """What can be set on a play. A value that is left out stays; null empties it."""

    name: str | None = Field(None, max_length=120, examples=["Welcome"])
    type: str | None = None
    description: str | None = Field(None, max_length=2_000)
    owner_id: int | None = None
    event: str | None = Field(None, examples=["first_order"])
    event_days: int | None = Field(None, ge=1, description="Of the events that speak of days.")
    event_segment_id: int | None = Field(None, description="Where the event is to come into it.")
    product_id: int | None = None
    family: str | None = Field(None, max_length=120)
    audience_id: int | None = Field(None, description="A segment: only its people come in.")
    rest_days: int | None = Field(None, ge=0, description="Comes in again so many days after leaving; null: never.")
    goal: str | None = Field(None, description="order or segment.")
    goal_family: str | None = Field(None, max_length=120)
    goal_segment_id: int | None = None
    window_days: int | None = Field(None, ge=1, le=730)
    control_share: str | float | None = Field(None, examples=["0.1"])
    purpose: str | None = None
    sender_name: str | None = Field(None, max_length=120)
    language: str | None = Field(None, description="en, de, fr, es or ar; empty: the company's.")
    steps: list[StepIn] | None = Field(None, max_length=30, description="All steps in their order.")


class PlayPatch(PlayFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class StepOut(Schema):
    """A step with what became of it, of the people that you may see."""

    id: int
    kind: str
    wait_days: int
    title: str
    only_for: str
    segment_id: int | None
    into_id: int | None
    offer_id: int | None
    is_removed: bool
    waiting: int
    results: dict[str, int]
    mails: dict[str, int]


class Steps(Schema):
    items: list[StepOut]


class LiftOut(Schema):
    value: float
    low: float
    high: float
    p: float


class PlayTestIn(Input):
    step_id: int = Field(description="A step that writes a mail.")
    contact_id: int


class ArmOut(Schema):
    n: int
    reached: int
    amount: float | None


class PlayResults(Schema):
    """Both sides, and the lift with its 95 % interval; null without a control group, or with too few people."""

    treated: ArmOut
    control: ArmOut | None
    lift: LiftOut | None
    amount_lift: LiftOut | None


@plays.get("", response=page_schema("Play", PlayOut), auth=reads(AREA), openapi_extra=list_parameters(PLAYS))
def list_plays(request: HttpRequest) -> HttpResponse:
    """Plays, page by page, with what came of them."""
    return ApiList(PLAYS, request).response()


@plays.post("", response={201: PlayOut}, auth=writes(AREA))
def create_play(request: HttpRequest, body: Body[PlayFields]) -> HttpResponse:
    """Write a play down with its steps. Send an `Idempotency-Key` to do it once."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Play)

    def make() -> Play:
        form = _form(request, body.model_dump(exclude_unset=True), None)
        return actions.create_play(actor=user, fields=form.play_fields, steps=form.steps.steps)

    return created(PLAYS, request, make)


@plays.get("/{int:play_id}", response=PlayOut, auth=reads(AREA))
def get_play(request: HttpRequest, play_id: int) -> HttpResponse:
    """One play, with its version as `ETag`."""
    return answer(PLAYS, request, found(PLAYS, request, play_id))


@plays.patch("/{int:play_id}", response=PlayOut, auth=writes(AREA))
def change_play(request: HttpRequest, play_id: int, body: Body[PlayPatch]) -> HttpResponse:
    """Change what is given. Who is inside goes on by the new steps. Needs `If-Match` or `version`."""
    play = found(PLAYS, request, play_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), play)
    user, fields, steps = caller(request), form.play_fields, form.steps.steps
    expected.save(
        lambda: actions.change_play(actor=user, play=play, version=expected.version, fields=fields, steps=steps)
    )
    return answer(PLAYS, request, found(PLAYS, request, play_id))


@plays.get("/{int:play_id}/steps", response=Steps, auth=reads(AREA))
def list_play_steps(request: HttpRequest, play_id: int) -> HttpResponse:
    """Its steps in their order with what became of each; those that were taken away last."""
    play = found(PLAYS, request, play_id)
    items = [
        {
            **{name: getattr(line.step, name) for name in STEP_SHOWN},
            "title": _title(line.step),
            "is_removed": line.step.removed_at is not None,
            "waiting": line.waiting,
            "results": line.results,
            "mails": dict(line.mails),
        }
        for line in step_lines(caller(request), play)
    ]  # fmt: skip
    return JsonResponse({"items": items})


@plays.get(
    "/{int:play_id}/entries", response=page_schema("PlayEntry", EntryOut), auth=reads(AREA),
    openapi_extra=list_parameters(ENTRIES),
)  # fmt: skip
def list_play_entries(request: HttpRequest, play_id: int) -> HttpResponse:
    """Who is or was in it, of those that you may see, the control group too."""
    play = found(PLAYS, request, play_id)
    return ApiList(ENTRIES, request, entries_of(caller(request), play)).response()


@plays.get("/{int:play_id}/results", response=PlayResults, auth=reads(AREA))
def get_play_results(request: HttpRequest, play_id: int) -> HttpResponse:
    """What it is worth beside its control group, of the people that you may see."""
    play = found(PLAYS, request, play_id)
    figures = figures_of(caller(request), [play])[play.pk]
    said = {
        "treated": _arm(figures.treated),
        "control": _arm(figures.control) if figures.control.n else None,
        "lift": _lift(figures.lift),
        "amount_lift": _lift(figures.money_lift),
    }
    return JsonResponse(said)


@plays.post("/{int:play_id}/test", response={202: None}, auth=writes(AREA))
def test_play(request: HttpRequest, play_id: int, body: Body[PlayTestIn]) -> HttpResponse:
    """Send the mail of a step, as a contact would get it, to yourself. Send an `Idempotency-Key` to send it once."""
    user, play = caller(request), found(PLAYS, request, play_id, Verb.CHANGE)

    def work() -> HttpResponse:
        step = play.steps.filter(pk=body.step_id, removed_at=None).select_related("carrier__play").first()
        variant = mail_of(step) if step else None
        contact = Contact.objects.visible_to(user).filter(pk=body.contact_id).first()
        missing = {"step_id": variant, "contact_id": contact}
        if wrong := [{"field": name, "message": "There is none."} for name, one in missing.items() if one is None]:
            raise wrong_fields(wrong)
        acted(lambda: send_test(actor=user, variant=variant, contact=contact))  # type: ignore[arg-type]
        return HttpResponse(status=202)

    return done_once(request, work)  # type: ignore[arg-type]


@plays.post("/{int:play_id}/ask", response=PlayOut, auth=writes(AREA))
def ask_play_approval(request: HttpRequest, play_id: int) -> HttpResponse:
    """Ask a second person, where more people may come in than one person alone may write to."""
    return _changed(request, play_id, actions.ask_play_approval)


@plays.post("/{int:play_id}/approve", response=PlayOut, auth=writes(AREA))
def approve_play(request: HttpRequest, play_id: int) -> HttpResponse:
    """Let it start, or go on, as a second person."""
    return _changed(request, play_id, actions.approve_play)


@plays.post("/{int:play_id}/start", response=PlayOut, auth=writes(AREA))
def start_play(request: HttpRequest, play_id: int) -> HttpResponse:
    """Let it begin: events from today on let people in. Refused with what is in the way."""
    return _changed(request, play_id, actions.start_play)


@plays.post("/{int:play_id}/pause", response=PlayOut, auth=writes(AREA))
def pause_play(request: HttpRequest, play_id: int) -> HttpResponse:
    """Let nobody in and do nothing until it goes on."""
    return _changed(request, play_id, actions.pause_play)


@plays.post("/{int:play_id}/resume", response=PlayOut, auth=writes(AREA))
def resume_play(request: HttpRequest, play_id: int) -> HttpResponse:
    """Let a paused one go on."""
    return _changed(request, play_id, actions.resume_play)


@plays.post("/{int:play_id}/end", response=PlayOut, auth=writes(AREA))
def end_play(request: HttpRequest, play_id: int) -> HttpResponse:
    """End it for good."""
    return _changed(request, play_id, actions.end_play)


def _changed(request: HttpRequest, play_id: int, act: Callable[..., None]) -> HttpResponse:
    play = found(PLAYS, request, play_id, Verb.CHANGE)
    acted(lambda: act(actor=caller(request), play=play))
    return answer(PLAYS, request, found(PLAYS, request, play_id))


def _title(step: PlayStep) -> str:
    variant = next(iter(step.carrier.variants.all()), None) if step.carrier else None
    return variant.subject if variant else step.title


def _arm(arm: Arm) -> dict[str, Any]:
    return {"n": arm.n, "reached": arm.reached, "amount": arm.amount}


def _lift(found_lift: Difference | None) -> dict[str, float] | None:
    if found_lift is None:
        return None
    return {"value": found_lift.value, "low": found_lift.low, "high": found_lift.high, "p": found_lift.p}


def _form(request: HttpRequest, given: dict[str, Any], play: Play | None) -> PlayForm:
    """The page's form, filled with a body over what stands there, and valid. Raises a 422."""
    user = caller(request)
    blank = PlayForm(user=user, record=play, initial={})
    steps = given.pop("steps", None)
    data = {name: blank[name].value() for name in blank.fields}
    data |= {NAMES.get(name, name): value for name, value in given.items()}
    rows = [dict(form.initial) for form in blank.steps.forms] if play else []
    if steps is not None:
        names = {"id": "key", "segment_id": "segment", "into_id": "into", "offer_id": "offer"}
        rows = [{names.get(name, name): value for name, value in row.items()} for row in steps]
    data |= {"steps-TOTAL_FORMS": len(rows), "steps-INITIAL_FORMS": len(rows)}
    for at, row in enumerate(rows):
        data |= {f"steps-{at}-{name}": value for name, value in row.items() if name in STEP_NAMES}
        data[f"steps-{at}-ORDER"] = at + 1
    form = PlayForm(user=user, record=play, initial={}, data={k: "" if v is None else v for k, v in data.items()})
    if not form.is_valid():
        raise wrong_fields(_errors(form))
    return form


STEP_SHOWN = ("id", "kind", "wait_days", "only_for", "segment_id", "into_id", "offer_id")
STEP_NAMES = ("key", "kind", "wait_days", "title", "text", "only_for", "segment", "into", "offer")


def _errors(form: PlayForm) -> list[FieldError]:
    found_errors: list[FieldError] = [
        {"field": "" if name == "__all__" else name, "message": str(error)}
        for name, errors in form.errors.items()
        for error in errors
    ]
    for at, step in enumerate(form.steps.errors):
        found_errors += [
            {"field": f"steps.{at}.{name}", "message": str(error)}
            for name, errors in cast("dict[str, Any]", step).items()
            for error in errors
        ]
    return found_errors
