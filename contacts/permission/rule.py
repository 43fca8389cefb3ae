"""The one rule that answers "may we write to this person for this purpose today, and why".

It is an expression over contacts, so that one contact on its page and a million of an audience get the same answer by
the same words. In this order: an archived contact is not written to; nor one without an address for the channel, or
whose every address is suppressed. Then the newest consent for the channel counts that speaks of the purpose or of
every purpose (of contacts that were merged into this one the strictest, until a later word is said of this one): a
withdrawal forbids, as does that of somebody who was erased since and had the address, unless they agreed anew (only a
hash of it is kept); where every list that they came with has run out of its licence, or one of them is
compiled, only an opt-in of their own allows; a consent that is weaker than the purpose needs forbids, as does none at
all, unless the purpose needs none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, JSONObject, Least
from django.db.models.lookups import LessThan
from django.utils import timezone

from contacts.choices import YES, Answer, ConsentChannel, ConsentLevel, ListKind, PointKind
from contacts.models import Address, Consent, Contact, ContactPoint, ListedContact, Purpose
from contacts.models.permission import EVERY_PURPOSE
from crm.clock import SLACK
from crm.languages.words import in_words, translated
from crm.mail.choices import SuppressionReason
from crm.mail.suppression import DigestOf, is_closed
from crm.models import SuppressedAddress
from crm.templatetags.figures import full_day, in_sentence

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

MARKETING, SERVICE = "marketing", "service"
MORE_THAN_ANY = 99
TOLD = JSONObject(id="pk", level="level", recorded_at="recorded_at", source="source")
NO = Value(int(ConsentLevel.NONE))
NUMBERS = (ConsentChannel.PHONE, ConsentChannel.WIRELESS)
POINTS = {
    ConsentChannel.EMAIL: PointKind.EMAIL,
    ConsentChannel.PHONE: PointKind.PHONE,
    ConsentChannel.WIRELESS: PointKind.PHONE,
    ConsentChannel.SOCIAL: PointKind.HANDLE,
}


@dataclass(frozen=True)
class Permission:
    """An answer: its code, whether that is a yes, a sentence, and the id of the consent in force, if there is one."""

    answer: Answer
    sentence: str
    consent_id: int | None = None

    @property
    def is_yes(self) -> bool:
        return self.answer in YES


def may_write(
    contact: Contact, *, channel: str = ConsentChannel.EMAIL, purpose: str = MARKETING, at: dt.datetime | None = None
) -> Permission:
    """Whether `contact` may be written to by `channel` for `purpose` at a moment (now), and why."""
    moment = at or timezone.now()
    rows = Contact.objects.filter(pk=contact.pk)
    answer, said = answer_for(channel, purpose, moment), said_for(channel, purpose, moment)
    return permission_of(*rows.annotate(answer=answer, said=said).values_list("answer", "said").get())


def permitted(
    rows: QuerySet[Contact],
    *,
    channel: str = ConsentChannel.EMAIL,
    purpose: str = MARKETING,
    at: dt.datetime | None = None,
) -> QuerySet[Contact]:
    """Those of the contacts that may be written to."""
    return rows.annotate(permission=answer_for(channel, purpose, at)).filter(permission__in=YES)


def answer_for(channel: str, purpose: str, at: dt.datetime | None = None) -> Case:
    """The answer (an `Answer`) of a contact, as an expression; `at` is now unless given."""
    moment = at or timezone.now()
    said = Subquery(_in_force(channel, purpose, moment, "level"))
    level = Coalesce(Least(said, _strictest_of_merged(channel, purpose, moment, "said")), Value(-1))
    least = Coalesce(
        Subquery(Purpose.objects.filter(key=purpose).values("least_level")[:1]), Value(int(ConsentLevel.OPT_IN))
    )
    is_compiled = Q(list_kind=ListKind.COMPILED) | Q(_listed(kind=ListKind.COMPILED))
    by_level = ByLevel(
        level,
        least,
        *(
            Case(When(condition, then=Value(True)), default=Value(False))
            for condition in (_refused_before(channel, purpose, moment), _has_ended(moment), is_compiled)
        ),
    )
    # most have an open way: they are asked for it alone
    return Case(
        When(archived_at__isnull=False, then=Value(Answer.ARCHIVED)),
        When(Exists(_open_ways(channel)), then=by_level),
        When(Exists(_ways(channel)), then=Value(Answer.SUPPRESSED)),
        default=Value(Answer.UNREACHABLE),
        output_field=CharField(),
    )


class ByLevel(Func):
    """The answer by the level of the word in force and the least that the purpose needs; whether an address said no
    before, every licence has ended, and a list is compiled is looked for only where it decides.

    Both levels are worked out once for a contact: `OFFSET 0` keeps the planner from copying them, with all that they
    look up, to each place where they are asked for.
    """

    output_field = CharField()
    arity = 5
    whens = (
        f"word.level = {int(ConsentLevel.NONE)} THEN '{Answer.WITHDRAWN}'",
        f"word.least = {int(ConsentLevel.NONE)} THEN '{Answer.NOT_NEEDED}'",
        f"{{refused}} THEN '{Answer.WITHDRAWN}'",
        f"word.level < {int(ConsentLevel.OPT_IN)} AND {{ended}} THEN '{Answer.LICENCE_ENDED}'",
        f"word.level < {int(ConsentLevel.OPT_IN)} AND {{compiled}} THEN '{Answer.COMPILED}'",
        f"word.level < {int(ConsentLevel.NONE)} THEN '{Answer.NEVER_ASKED}'",
        f"word.level < word.least THEN '{Answer.TOO_WEAK}'",
    )
    question = (
        f"(SELECT CASE WHEN {' WHEN '.join(whens)} ELSE '{Answer.GRANTED}' END"  # noqa: S608 - choices of ours
        " FROM (SELECT {level} AS level, {least} AS least OFFSET 0) AS word)"
    )

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        level, least, *conditions = map(compiler.compile, self.get_source_expressions())
        refused, ended, compiled = conditions
        named = {"level": level, "least": least, "refused": refused, "ended": ended, "compiled": compiled}
        sql = self.question.format(**{name: part[0] for name, part in named.items()})
        return sql, [one for part in (*conditions, level, least) for one in part[1]]


def said_for(channel: str, purpose: str, at: dt.datetime) -> Case:
    """The consent in force of a contact, as `permission_of` takes it; an expression."""
    own = Subquery(in_force(OuterRef("pk"), channel, purpose, at).values(told=TOLD)[:1])
    level = Coalesce(Subquery(_in_force(channel, purpose, at, "level")), Value(MORE_THAN_ANY))
    of_merged = Coalesce(_strictest_of_merged(channel, purpose, at, "said"), Value(MORE_THAN_ANY))
    told = _strictest_of_merged(channel, purpose, at, "told")
    return Case(When(LessThan(of_merged, level), then=told), default=own, output_field=JSONField())


def permission_of(code: str, said: Mapping[str, Any] | None) -> Permission:
    """The answer with its sentence; `said` is what `said_for` gave."""
    answer = Answer(code)
    words = translated(answer.label)
    if said is None:
        return Permission(answer, words)
    if answer in (Answer.GRANTED, Answer.WITHDRAWN, Answer.TOO_WEAK):
        moment = timezone.localtime(dt.datetime.fromisoformat(said["recorded_at"]))
        where = f", {said['source']}" if said["source"] else ""
        level = "" if answer == Answer.WITHDRAWN else f" ({in_sentence(ConsentLevel(said['level']).label)})"
        words = in_words("%(answer)s on %(day)s", answer=words, day=full_day(moment)) + where + level
    return Permission(answer, words, said["id"])


def in_force(contact_ids: Any, channel: str, purpose: str, at: dt.datetime) -> QuerySet[Consent]:
    """The consents that speak of the purpose at a moment, the one in force first. Of now: a no counts from the moment
    at which it is written, also where the clock was ahead then and has been set back."""
    is_said = Q(recorded_at__lte=at)
    if at >= timezone.now() - SLACK:
        is_said |= Q(level=ConsentLevel.NONE)
    rows = Consent.objects.filter(is_said, contact=contact_ids, channel=channel)
    return rows.filter(purpose__in=(purpose, EVERY_PURPOSE)).order_by("-recorded_at", "-id")


def newest_words(contact: Contact, channel: str) -> dict[str, Consent]:
    """The word in force of each purpose of which something was said, `all` among them, by the same rule."""
    rows = Consent.objects.filter(Q(contact=contact) | Q(contact__merged_into=contact), channel=channel)
    found: dict[str, Consent] = {}
    of_merged: dict[tuple[int, str], Consent] = {}
    for one in rows.select_related("contact"):
        if one.contact_id == contact.pk:
            found.setdefault(one.purpose, one)
        else:
            of_merged.setdefault((one.contact_id, one.purpose), one)
    for (_, purpose), one in of_merged.items():
        mine, merged_at = found.get(purpose), one.contact.merged_at
        is_later = mine is not None and mine.contact_id == contact.pk and merged_at and mine.recorded_at > merged_at
        if mine is None or (not is_later and one.level < mine.level):
            found[purpose] = one
    return found


def _strictest_of_merged(channel: str, purpose: str, at: dt.datetime, what: str) -> Case:
    """The lowest level that is in force of a contact that was merged into the one of the outer query (`said`), or that
    word (`told`); None where there is none, or something was said of the outer one since the merge. Whether anybody was
    ever merged is one question for all."""
    words = in_force(OuterRef("pk"), channel, purpose, at)
    since = in_force(OuterRef("merged_into"), channel, purpose, at).filter(recorded_at__gt=OuterRef("merged_at"))
    merged: QuerySet[Any] = Contact.objects.filter(merged_into=OuterRef("pk"))
    rows = merged.filter(~Exists(since))
    rows = rows.annotate(said=Subquery(words.values("level")[:1]), told=Subquery(words.values(told=TOLD)[:1]))
    strictest = Subquery(rows.order_by(F("said").asc(nulls_last=True), "pk").values(what)[:1])
    anybody = Exists(Contact.objects.filter(merged_into__isnull=False))
    return Case(When(Q(anybody) & Q(Exists(merged)), then=strictest), default=None)


def _in_force(channel: str, purpose: str, at: dt.datetime, field: str) -> QuerySet[Any]:
    return in_force(OuterRef("pk"), channel, purpose, at).values(field)[:1]


def _ways(channel: str) -> QuerySet[Any]:
    """The addresses by which the channel reaches the contact of the outer query."""
    if channel == ConsentChannel.POST:
        return Address.objects.filter(contact=OuterRef("pk")).exclude(street="", city="")
    return ContactPoint.objects.filter(contact=OuterRef("pk"), kind=POINTS[ConsentChannel(channel)])


class CompanyDay(Func):
    """The day of a moment where the company is."""

    template = "timezone(coalesce((SELECT time_zone FROM crm_company WHERE id = 1), 'UTC'), %(expressions)s)::date"
    output_field = DateField()


def _listed(**more: Any) -> Exists:
    """Whether the contact of the outer query stands on a list like this."""
    rows = ListedContact.objects.filter(contact=OuterRef("pk"))
    return Exists(rows.filter(**{f"acquired_list__{name}": value for name, value in more.items()}))


def _has_ended(moment: Any) -> Q:
    """The contact came with lists, and none of them may be used any more."""
    today = CompanyDay(Value(moment, output_field=DateTimeField()))
    may_be_used = Q(acquired_list__licence_ends_on=None) | Q(acquired_list__licence_ends_on__gte=today)
    in_force = ListedContact.objects.filter(may_be_used, contact=OuterRef("pk"))
    return Q(_listed()) & ~Q(Exists(in_force))


def _open_ways(channel: str) -> QuerySet[Any]:
    """Those of the ways that anything may be sent to."""
    ways = _ways(channel)
    return ways.filter(~is_closed("normalised")) if channel == ConsentChannel.EMAIL else ways


def _refused_before(channel: str, purpose: str, moment: dt.datetime) -> Q:
    """Who has an address or number of theirs said no, was erased, and has not agreed since. Where nobody was, it is
    one question for all."""
    if channel not in POINTS:
        return Q(pk__in=())
    refusals = SuppressedAddress.objects.filter(reason=SuppressionReason.WITHDRAWN)
    agreed = in_force(OuterRef("contact"), channel, purpose, moment).filter(level__gte=ConsentLevel.OPT_IN)
    never = Value(dt.datetime(1, 1, 2, tzinfo=dt.UTC), output_field=DateTimeField())
    ways = _ways(channel).annotate(
        digest=DigestOf("normalised"), agreed_at=Coalesce(Subquery(agreed.values("recorded_at")[:1]), never)
    )
    since = refusals.filter(created_at__gt=OuterRef("agreed_at"))
    later = Q(Exists(since.filter(address=OuterRef("digest"))))
    if channel in NUMBERS:  # one number, two ways to use it: each has a no of its own
        ways = ways.annotate(of_channel=DigestOf(Concat(Value(f"{channel}:"), "normalised", output_field=CharField())))
        later |= Q(Exists(since.filter(address=OuterRef("of_channel"))))
    return Q(Exists(refusals)) & Q(Exists(ways.filter(later)))
