"""The fields of answers and surveys that lists, filters and the API show, and what contacts get from them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Exists, F, OuterRef, Q
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from contacts.queries import UNSEEN_CONTACT
from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING, day_and_time, relative_time
from crm.templatetags.pieces import pill
from feedback.choices import (
    GROUP_TONES,
    REVIEW_TONES,
    SATISFIED_FROM,
    STATE_TONES,
    Dimension,
    LeftOut,
    NpsGroup,
    QuestionKind,
    ReviewState,
    SurveyKind,
    SurveyState,
    Via,
)
from feedback.models import Answer, NpsStanding, Survey, TouchPoint

UNKNOWN = "somebody unknown"
SHOWN_COMMENT = 140
GROUP = "Satisfaction"


def surveys() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Survey.objects.values_list("pk", "name")]


def touch_points() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in TouchPoint.objects.values_list("pk", "name")]


def score_pill(score: int | None, group: str) -> SafeString | str:
    """The likelihood to recommend with the tone of its group."""
    return NOTHING if score is None else pill(str(score), GROUP_TONES[group])


def _customer(response: Any) -> SafeString | str:
    return conditional_escape(response.contact.name if response.contact_id else UNKNOWN)


def _comment(response: Any) -> SafeString | str:
    text = response.comment
    shown = f"{text[:SHOWN_COMMENT]}…" if len(text) > SHOWN_COMMENT else text
    return conditional_escape(shown)


def _told(response: Any) -> SafeString | str:
    if response.answered_at is None:
        return "no date"
    moment = response.answered_at
    shown = relative_time(moment)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), day_and_time(moment), shown)


def _group(record: Any) -> SafeString | str:
    return pill(NpsGroup(record.nps_group).label, GROUP_TONES[record.nps_group]) if record.nps_group else NOTHING


def _followed(end: str, value: Any) -> Q:
    """`yes`: somebody takes care of it or has; `no`: nobody was told."""
    return Q(follow_up__isnull=value not in (True, "yes", "True", "true"))


def _loop(response: Any) -> SafeString | str:
    ticket = response.follow_up
    if ticket is None:
        return NOTHING
    return pill("closed", "good") if ticket.solved_at else pill("open", "warn")


def _has_comment(end: str, value: Any) -> Q:
    without = Q(search_text="")
    return ~without if value in (True, "yes", "True", "true") else without


def _rated(end: str, value: Any) -> Q:
    """Whether the satisfaction, or how good something is, was rated: what the experience map counts."""
    rated = Answer.objects.filter(
        response=OuterRef("pk"), value__isnull=False, question__kind=QuestionKind.RATING,
        question__high__gt=F("question__low"), question__dimension__in=(Dimension.OVERALL, Dimension.PERFORMANCE),
    )  # fmt: skip
    return Q(Exists(rated)) if value in (True, "yes", "True", "true") else ~Q(Exists(rated))


def _satisfied(end: str, value: Any) -> Q:
    """Who rated the overall satisfaction high enough; not: who rated it lower."""
    rated = Answer.objects.filter(
        response=OuterRef("pk"), value__isnull=False, question__dimension=Dimension.OVERALL
    ).annotate(least=F("question__low") + SATISFIED_FROM * (F("question__high") - F("question__low")))
    wanted = {"value__gte": F("least")} if value in (True, "yes", "True", "true") else {"value__lt": F("least")}
    return Q(Exists(rated.filter(**wanted)))


RESPONSE_FIELDS = (
    FieldSpec(
        "customer", "Customer", "contact__name", select=("contact",), default=True, order=10, cell=_customer,
        value=lambda one: one.contact.name if one.contact_id else UNKNOWN, stored="feedback.response.contact",
        unseen=UNSEEN_CONTACT, held_in="contact__search_text", always=True, also=("contact_external_id", "email"),
    ),
    FieldSpec(
        "nps", "Recommends", "nps", kind="number", default=True, order=20,
        cell=lambda one: score_pill(one.nps, one.nps_group), shows=("group",),
        help="How likely they are to recommend us, 0 to 10.",
    ),
    FieldSpec(
        "group", "Group", "nps_group", kind="choice", choices=lambda: NpsGroup.choices, order=21, cell=_group,
        value=lambda one: one.nps_group, help="Promoters say 9 or 10, detractors 0 to 6.",
    ),
    FieldSpec(
        "comment", "Comment", "comment", default=True, order=30, cell=_comment, held_in="search_text",
        covers=("feedback.response.search_text",),
    ),
    FieldSpec(
        "commented", "With a comment", "search_text", kind="flag", column=False, order=31, condition=_has_comment,
        stored="feedback.response.comment",
    ),
    FieldSpec(
        "tags", "About", "tags", kind="tags", order=32, stored="feedback.response.tags",
        help="Of the 7 Ps: product, price, place, promotion, people, process, physical.",
    ),
    FieldSpec(
        "survey", "Survey", "survey", kind="choice", choices=surveys, default=True, order=40, select=("survey",),
        always=True, cell=lambda one: conditional_escape(one.survey.name), value=lambda one: one.survey.name,
    ),
    FieldSpec(
        "touch_point", "Touch point", "touch_point", kind="choice", choices=touch_points, default=True, order=41,
        select=("touch_point",), cell=lambda one: conditional_escape(one.touch_point.name) if one.touch_point else "",
        value=lambda one: one.touch_point.name if one.touch_point else "",
    ),
    FieldSpec("product", "Product", "product__name", select=("product",), order=42, stored="feedback.response.product",
        also=("product_external_id",)),
    FieldSpec("agent", "Who served", "agent", kind="person", select=("agent",), order=43, also=("agent_email",)),
    FieldSpec(
        "followed", "Followed up", "follow_up", kind="flag", condition=_followed, cell=_loop, order=45, default=True,
        select=("follow_up",), value=lambda one: one.follow_up_id is not None, always=True,
    ),
    FieldSpec("via", "Came by", "via", kind="choice", choices=lambda: Via.choices, order=44),
    FieldSpec(
        "told_at", "Answered", "told_at", kind="moment", sort=True, default=True, order=50, cell=_told,
        value=lambda one: one.answered_at, always=True, covers=("feedback.response.answered_at",),
        also=("answered_at",),
    ),
    FieldSpec("answered", "Answered on a known day", "answered_at", kind="moment", column=False, order=51, always=True),
    FieldSpec("rated", "Rated something", "pk", kind="flag", column=False, order=33, condition=_rated,
        stored="feedback.answer.value"),
    FieldSpec("satisfied", "Satisfied overall", "pk", kind="flag", column=False, order=34, condition=_satisfied,
        stored="feedback.answer.value"),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=80, always=True),
    FieldSpec("of_product", "Product", "product", kind="record", column=False, order=81,
        stored="feedback.response.product"),
)  # fmt: skip

SURVEY_FIELDS = (
    FieldSpec("name", "Name", "name", sort=True, sort_by="sort_name", default=True, order=10, always=True,
        held_in="search_text"),
    FieldSpec("kind", "For", "kind", kind="choice", choices=lambda: SurveyKind.choices, default=True, order=20),
    FieldSpec(
        "state", "State", "state", kind="choice", choices=lambda: SurveyState.choices, default=True, order=30,
        always=True, cell=lambda one: pill(one.get_state_display(), STATE_TONES[one.state]),
    ),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=40),
    FieldSpec("created_at", "Made", "created_at", kind="moment", order=50, sort=True, default=True),
)  # fmt: skip


def _answered(end: str, value: Any) -> Q:
    is_yes = value in (True, "yes", "True", "true")
    return Q(response__isnull=not is_yes)


def _answer_cell(invitation: Any) -> SafeString | str:
    if invitation.not_asked:
        return pill(invitation.get_not_asked_display(), "neutral")
    return pill("answered", "good") if invitation.response_id else pill("no answer", "warn")


INVITATION_FIELDS = (
    FieldSpec(
        "customer", "Customer", "contact__name", select=("contact",), default=True, order=10,
        cell=lambda one: conditional_escape(one.contact.name), value=lambda one: one.contact.name,
        stored="feedback.invitation.contact", unseen=UNSEEN_CONTACT, held_in="contact__search_text", always=True,
    ),
    FieldSpec(
        "survey", "Survey", "survey", kind="choice", choices=surveys, default=True, order=20, select=("survey",),
        always=True, cell=lambda one: conditional_escape(one.survey.name), value=lambda one: one.survey.name,
    ),
    FieldSpec(
        "answered", "Answered", "response", kind="flag", condition=_answered, default=True, order=30, always=True,
        cell=_answer_cell, value=lambda one: bool(one.response_id),
    ),
    FieldSpec("not_asked", "Left out", "not_asked", kind="choice", choices=lambda: LeftOut.choices, order=31),
    FieldSpec("address", "Written to", "address", order=32),
    FieldSpec("asked_at", "Asked", "asked_at", kind="moment", sort=True, default=True, order=40, always=True),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=80, always=True),
)  # fmt: skip


def _stars(review: Any) -> SafeString | str:
    return format_html('<span class="stars" aria-label="{} of 5">{}</span>', review.rating, "★" * review.rating)


REVIEW_FIELDS = (
    FieldSpec(
        "customer", "Customer", "contact__name", select=("contact",), default=True, order=10,
        cell=lambda one: conditional_escape(one.contact.name if one.contact_id else UNKNOWN),
        value=lambda one: one.contact.name if one.contact_id else UNKNOWN, stored="feedback.review.contact",
        unseen=UNSEEN_CONTACT, held_in="contact__search_text", always=True,
    ),
    FieldSpec("rating", "Rating", "rating", kind="number", default=True, order=20, cell=_stars),
    FieldSpec("text", "Words", "text", default=True, order=30, cell=lambda one: conditional_escape(one.text[:140])),
    FieldSpec("product", "Product", "product__name", select=("product",), default=True, order=40,
        stored="feedback.review.product"),
    FieldSpec(
        "state", "State", "state", kind="choice", choices=lambda: ReviewState.choices, default=True, order=50,
        always=True, cell=lambda one: pill(one.get_state_display(), REVIEW_TONES[one.state]),
    ),
    FieldSpec("written_at", "Written", "written_at", kind="moment", sort=True, default=True, order=60, always=True),
)  # fmt: skip


def standing_of(contact: Any) -> NpsStanding | None:
    """What a contact said last, None where it never did."""
    try:
        found: NpsStanding = contact.nps
    except ObjectDoesNotExist:
        return None
    return found


def _standing_score(contact: Any) -> SafeString | str:
    found = standing_of(contact)
    return score_pill(found.score, found.nps_group) if found else NOTHING


def _standing_group(contact: Any) -> SafeString | str:
    found = standing_of(contact)
    return _group(found) if found else NOTHING


CONTACT_FIELDS = (
    FieldSpec(
        "nps", "Recommends", "nps__score", kind="number", group=GROUP, order=60, select=("nps",), sort=True,
        cell=_standing_score, shows=("nps_group",), help="How likely they last said to recommend us, 0 to 10.",
    ),
    FieldSpec(
        "nps_group", "Promoter or detractor", "nps__nps_group", kind="choice", choices=lambda: NpsGroup.choices,
        group=GROUP, order=61, select=("nps",), cell=_standing_group, help="By the last answer.",
    ),
    FieldSpec(
        "nps_at", "Last said so", "nps__told_at", kind="moment", group=GROUP, order=62, select=("nps",), sort=True,
        help="When they last said how likely they are to recommend us.",
    ),
    FieldSpec(
        "nps_answers", "Times asked and answered", "nps__answers", kind="number", group=GROUP, order=63,
        select=("nps",), column=False,
    ),
)  # fmt: skip
