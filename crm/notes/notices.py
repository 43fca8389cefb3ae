"""Telling people something: a line of the bell, and a mail where they like to have one. Each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from crm.company import current_company
from crm.languages.speaking import speaking_to
from crm.mail.actions import send_mails
from crm.mail.choices import MailKind
from crm.mail.drafts import Draft
from crm.models import Notice, User
from crm.notes.choices import NoticeKind, NoticeMail

LONGEST_TITLE = 300
MAILED: dict[str, tuple[str, ...]] = {
    NoticeMail.ALL: tuple(NoticeKind.values),
    NoticeMail.PEOPLE: (NoticeKind.MENTION, NoticeKind.TASK, NoticeKind.APPROVAL, NoticeKind.ANSWER),
    NoticeMail.NONE: (),
}


@dataclass(frozen=True)
class News:
    """What is to be told to one person: `url` is a path of this site; with a `key` that was used before, nothing is."""

    user: User
    kind: str
    title: str
    url: str
    key: str
    text: str = ""


def tell(news: Iterable[News]) -> list[Notice]:
    """Write the lines of the bell and queue their mails, in the caller's transaction; those that are new."""
    told = {one.key: one for one in news}
    with transaction.atomic():
        before = set(Notice.objects.filter(key__in=told).values_list("key", flat=True))
        rows = [_row(one) for key, one in told.items() if key not in before]
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
        send_mails(actor=None, drafts=[_mail(told[row.key]) for row in rows if _wants_mail(told[row.key])])
    return rows


def mark_read(*, user: User, notices: Sequence[int] | None = None) -> int:
    """The person has seen these of their own lines (all of them for None); how many were new."""
    rows = Notice.objects.filter(user=user, read_at=None)
    if notices is not None:
        rows = rows.filter(pk__in=notices)
    return rows.update(read_at=timezone.now())


def _row(news: News) -> Notice:
    title = news.title[:LONGEST_TITLE]
    return Notice(user=news.user, kind=news.kind, title=title, text=news.text[:1000], url=news.url[:300], key=news.key)


def _wants_mail(news: News) -> bool:
    user = news.user
    return bool(user.is_active and user.email and news.kind in MAILED[user.notice_mail])


def _mail(news: News) -> Draft:
    company = current_company()
    context = {
        "news": news,
        "company": company,
        "link": f"{settings.CRM_BASE_URL}{news.url}",
        "profile": f"{settings.CRM_BASE_URL}{reverse('crm:profile')}",
    }
    with speaking_to(news.user, company):
        text = render_to_string("mail/told.txt", context)
    return Draft(
        kind=MailKind.AT_LEAST_ONCE,
        to=str(news.user.email),
        subject=" ".join(news.title.split()),
        text=text,
        headers={"Auto-Submitted": "auto-generated"},
        key=f"told:{news.key}"[:200],
    )
