"""Whom a campaign is for, and the draw: who is kept out as control, who gets which variant.

Who may not be written to, or has had enough mails, is out before the draw, so that those who are reached and those who
are kept out are alike. The draw is a hash of the contact's id with the campaign's seed: fixed, told again by anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from campaigns.choices import FATIGUE
from campaigns.drawing import drawn
from campaigns.mail.blocks import texts_of
from campaigns.mail.merging import OFFER_FIELDS, fields_in, fields_without_fallback
from campaigns.models import Campaign, Recipient, SendingRules, Variant
from campaigns.offers.choosing import OF_CHOSEN, Statement, give, statement, told_of
from campaigns.offers.terms import Terms, offers_of, terms_of
from campaigns.segments.meaning import asked_by, meant_by
from campaigns.sending.pacing import REACHED_STATES, too_soon
from contacts.choices import YES, Answer
from contacts.models import Contact
from contacts.permission.rule import answer_for
from contacts.zones import JOINS, ZONE, zone_values
from crm.filtering.lots import MOST_ASKED, drawn_by_lot
from crm.filtering.patience import OutOfPatience, patience
from crm.filtering.trees.nodes import TreeProblem
from crm.languages.refusing import refused
from crm.models import User

CONTROL = "Control"
LOTS, FIRST_STEP, PATIENCE_MILLISECONDS = 5_000, 256, 1_000
# 53 bits of a hash as a number from 0 to 1
DRAW = drawn("p.id", "%s::bigint")
FREEZE_SQL = """
INSERT INTO campaigns_recipient (campaign_id, contact_id, variant_id, state, reason, recorded_at, time_zone)
SELECT %s, p.id,
  CASE WHEN p.answer = ANY(%s) THEN CASE WHEN {draw} < %s THEN %s WHEN {other} >= %s THEN NULL
    ELSE (%s::bigint[])[1 + width_bucket({other}, %s::float8[])] END END,
  CASE WHEN p.answer <> ALL(%s) THEN 'left_out' WHEN {draw} < %s THEN 'control'
    WHEN {other} >= %s THEN 'held' ELSE 'waiting' END,
  CASE WHEN p.answer = ANY(%s) THEN '' ELSE p.answer END, now(), {zone}
FROM ({people}) p {places} ORDER BY p.id
"""
ONCE_SQL = "ON CONFLICT (campaign_id, contact_id, round) DO NOTHING"
# each is asked once: without OFFSET the planner copies the whole question to every place that names its answer
ANSWERED_SQL = """
SELECT a.*, CASE WHEN a.tired_of <> '' AND a.may IN ({yes}) THEN a.tired_of ELSE a.may END AS answer
FROM ({{people}} OFFSET 0) a
""".format(yes=", ".join(f"'{one.value}'" for one in YES))
COUNT_SQL = "SELECT answer, count(*) FROM ({people}) p GROUP BY answer"
ZONES_SQL = "SELECT {zone} AS zone, count(*) FROM ({people}) p {places} WHERE p.answer = ANY(%s) GROUP BY 1"


@dataclass(frozen=True)
class Audience:
    """A campaign's people, counted: `chosen` by its segments, `out` by why they cannot be written to, `reached`."""

    chosen: int = 0
    reached: int = 0
    out: dict[str, int] = field(default_factory=dict)


def rules() -> SendingRules:
    """The rules of the house; those that are shipped before somebody sets others."""
    return SendingRules.objects.filter(pk=1).first() or SendingRules(pk=1)


def people_of(campaign: Campaign, user: User | None, step: int = 1) -> QuerySet[Contact]:
    """The contacts of the campaign's segments without those that it leaves out, that the person may see; one of `step`
    of them. Raises ValidationError with a sentence where a segment cannot be asked any more."""
    wanted, unwanted = Q(pk__in=[]), Q(pk__in=[])
    with asked_by(user):
        for part in campaign.audience.select_related("segment").order_by("pk"):
            try:
                meant = meant_by(part.segment, user)
            except TreeProblem as problem:
                raise refused(
                    "Segment “%(segment)s”: %(problem)s", segment=part.segment, problem=str(problem)
                ) from problem
            if part.is_excluded:
                unwanted |= meant
            else:
                wanted |= meant
        not_out = Case(When(unwanted, then=Value(False)), default=Value(True))
        people: QuerySet[Contact] = Contact.objects.visible_to(user).filter(wanted).filter(Q(not_out))
        return drawn_by_lot(people, step)


def step_of(campaign: Campaign, user: User | None) -> int:
    """One of how many people is asked where a page waits for the answer: each of up to `MOST_ASKED`, about `LOTS` of
    more. Raises ValidationError."""
    try:
        with patience(PATIENCE_MILLISECONDS):
            few = people_of(campaign, user).order_by().values("pk")[: MOST_ASKED + 1].count()
    except OutOfPatience:
        few = MOST_ASKED + 1
    if few <= MOST_ASKED:
        return 1
    return max(people_of(campaign, user, FIRST_STEP).order_by().count() * FIRST_STEP // LOTS, 1)


def tired(now: dt.datetime | None = None, *, without: int | None = None) -> Q:
    """Whether the contact of the outer query has had as many campaign mails as the rules of the house allow. They are
    counted of those who had any: who had is one question for many, if PostgreSQL thinks so."""
    limits, moment = rules(), now or timezone.now()
    rows = Recipient.objects.filter(
        contact=OuterRef("pk"), state__in=REACHED_STATES, recorded_at__gte=moment - dt.timedelta(days=limits.in_days)
    )
    rows = rows.exclude(campaign=without) if without else rows
    counted = rows.values("contact").annotate(n=Count("pk")).filter(n__gte=limits.most_mails)
    return Q(Exists(rows)) & Q(Exists(counted.values("n")))


def tired_of(campaign: Campaign) -> Case:
    """Why the contact of the outer query wants no further mail now: as they said themselves, or by the rules of the
    house; empty where they may get it."""
    enough = When(tired(without=campaign.pk), then=Value(FATIGUE))
    return Case(*too_soon(campaign, timezone.now()), enough, default=Value(""), output_field=CharField())


def answered(campaign: Campaign, people: QuerySet[Contact]) -> QuerySet[Any]:
    """The people with `answer`: the permission's, or that they had enough mails. For few: see `ANSWERED_SQL`."""
    enough = When(~Q(tired_of=""), then="tired_of")
    return _told(campaign, people).annotate(
        answer=Case(When(~Q(may__in=YES), then="may"), enough, default="may", output_field=CharField())
    )


def _told(campaign: Campaign, people: QuerySet[Contact]) -> QuerySet[Any]:
    """The people with what the permission says of each (`may`), and whether they had enough mails (`tired_of`)."""
    return people.annotate(may=answer_for(campaign.channel_of_consent, campaign.purpose), tired_of=tired_of(campaign))


def count_audience(campaign: Campaign, user: User | None, step: int = 1) -> Audience:
    """How many are chosen and reached, and why the others are not; one query, of one of `step` people. Raises
    ValidationError."""
    with asked_by(user):
        people, parameters = _asked(campaign, user, step)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL.format(people=people), parameters)
        counts: dict[str, int] = {answer: n * step for answer, n in cursor.fetchall()}
    reached = sum(n for answer, n in counts.items() if answer in YES)
    out = {reason_in_words(answer): n for answer, n in sorted(counts.items()) if answer not in YES}
    return Audience(sum(counts.values()), reached, out)


def count_zones(campaign: Campaign, user: User | None, step: int = 1) -> dict[str, int]:
    """How many who may be written to live in which time zone (empty where that is not known), by one of `step` people.
    Raises ValidationError."""
    with asked_by(user):
        people, parameters = _asked(campaign, user, step)
    values = [*parameters, *zone_values(), [str(one) for one in YES]]
    with connection.cursor() as cursor:
        cursor.execute(ZONES_SQL.format(people=people, zone=ZONE, places=JOINS), values)
        return {zone: n * step for zone, n in cursor.fetchall()}


def _asked(campaign: Campaign, user: User | None, step: int = 1) -> Any:
    """The statement of people with their answers, and its values. Raises ValidationError."""
    rows = _told(campaign, people_of(campaign, user, step)).order_by().values("id", "may", "tired_of")
    people, parameters = told_of(rows)
    return ANSWERED_SQL.format(people=people), parameters


def reason_in_words(answer: str) -> str:
    """Why somebody is left out, as a person reads it."""
    return str(Answer(answer).label) if answer in Answer.values else answer


def freeze(campaign: Campaign, user: User | None) -> int:
    """Write everybody down once, drawn into control and variants; how many. In the caller's transaction."""
    variants: Sequence[Variant] = list(campaign.variants.filter(is_control=False).order_by("position", "pk"))
    total = sum(variant.share for variant in variants)
    bounds, so_far = [], 0
    for variant in variants[:-1]:
        so_far += variant.share
        bounds.append(so_far / total)
    control, _ = Variant.objects.get_or_create(
        campaign=campaign, is_control=True, defaults={"name": CONTROL, "position": 99}
    )
    kept_out, seed = float(campaign.control_share), campaign.seed
    yes, keys = [str(answer) for answer in YES], [variant.pk for variant in variants]
    # in the order of the statement: the variant, the state, the reason
    tested, third = float(campaign.test_share or 1), _next(_next(seed) >> 1)
    values: list[Any] = [campaign.pk, yes, seed, kept_out, control.pk, third, tested, keys, _next(seed), bounds]
    values += [yes, seed, kept_out, third, tested, yes]
    using, is_needed = mails_with_offers(variants)
    if using and (terms := terms_of(offers_of(campaign))):
        start = offered(campaign, user, terms)
        frozen = _freezing(campaign, OF_CHOSEN)
        values += zone_values()
        return give(start, yes=yes, is_needed=is_needed, using=using, frozen=frozen, values=values)
    with asked_by(user):
        people, parameters = _asked(campaign, user)
    with connection.cursor() as cursor:
        cursor.execute(_freezing(campaign, people), [*values, *parameters, *zone_values()])
        return int(cursor.rowcount)


def _freezing(campaign: Campaign, people: str) -> str:
    sql = FREEZE_SQL.format(draw=DRAW, other=DRAW, people=people, zone=ZONE, places=JOINS)
    # to look for each row before it is written takes time, and the first time there is none
    return sql + ONCE_SQL if campaign.recipients.exists() else sql


def mails_with_offers(variants: Sequence[Variant]) -> tuple[list[int], bool]:
    """Ids of the variants that speak of an offer, and whether one of them says nothing instead of it."""
    using, is_needed = [], False
    for variant in variants:
        text = "\n".join((variant.subject, variant.preheader, texts_of(variant.blocks)))
        if fields_in(text) & OFFER_FIELDS:
            using.append(variant.pk)
        # an offer without an end, or with nothing to reckon, has words for itself
        is_needed |= bool(fields_without_fallback(text) & {"offer", "offer_code"})
    return using, is_needed


def offered(
    campaign: Campaign, user: User | None, terms: Sequence[Terms], only: int | None = None, step: int = 1
) -> Statement:
    """The people of a campaign (one of `step`, or one contact) with its offers held against each. Raises
    ValidationError."""
    with asked_by(user):
        if only is not None:
            people = Contact.objects.visible_to(user).filter(pk=only)
            return statement(people, terms, user)
        asked = _told(campaign, people_of(campaign, user, step))
        return statement(asked, terms, user, "may", "tired_of", around=ANSWERED_SQL)


def _next(seed: int | None) -> int:
    """The seed of the second draw, which must not tell of the first."""
    return (seed or 0) ^ 0x5DEECE66D
