"""The calendar's pages, and the feed that calendars of others read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from crm.agenda import calendar, feeds
from crm.agenda.views import whose_tasks
from crm.company import company_at_hand
from crm.languages.telling import spoken
from crm.models import CalendarFeed, Task
from crm.once import sent_before
from crm.requests import SignedInRequest
from crm.views.base import ScopedView

VIEWS = ("week", "month")
FARTHEST = dt.timedelta(days=365 * 50)
MOST_FEEDS = 20


class CalendarView(ScopedView):
    """A week or a month of a person's tasks; on a phone the same days as a list."""

    model = Task

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user, today = self.request.user, timezone.localdate()
        owner, people = whose_tasks(user, request.GET.get("who", ""))
        view = request.GET.get("view", "week")
        day = _day(request.GET.get("day", ""), today)
        if view not in VIEWS:
            raise Http404("There is no such calendar.")
        context: dict[str, Any] = {
            "view": view, "day": day, "today": today, "owner": owner, "is_mine": owner == user, "people": people,
            **_neighbours(view, day),
        }  # fmt: skip
        if view == "week":
            week = calendar.week_of(user, owner, day)
            context |= {"week": week, "agenda": week.days, "last_day": week.days[-1].date}
        else:
            weeks = calendar.month_of(user, owner, day)
            context |= {"weeks": weeks, "agenda": [one for days in weeks for one in days if not one.is_other_month]}
        return render(request, "agenda/calendar.html", context)


class FeedListView(View):
    """The person's secret links; POST makes one, and shows it this one time."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        name = " ".join(request.POST.get("name", "").split())[:80] or "My calendar"
        user = self.request.user
        if CalendarFeed.objects.filter(user=user, revoked_at=None).count() >= MOST_FEEDS:
            messages.error(
                request,
                spoken(
                    request,
                    "You have %(most_feeds)s links already; revoke one that you do not need.",
                    most_feeds=MOST_FEEDS,
                ),
            )
            return redirect("agenda:feed_list")
        if sent_before(user=user, data=request.POST) is not None:
            return redirect("agenda:feed_list")
        _, secret = feeds.make_feed(actor=user, name=name)
        return self.show(f"{settings.CRM_BASE_URL}{reverse('agenda:feed', args=[secret])}")

    def show(self, link: str = "") -> HttpResponse:
        found = CalendarFeed.objects.filter(user=self.request.user, revoked_at=None)
        return render(self.request, "agenda/feeds.html", {"feeds": found, "link": link})


class FeedRevokeView(View):
    """The end of a secret link."""

    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        feed = get_object_or_404(CalendarFeed, pk=pk, user=self.request.user)
        feeds.revoke_feed(actor=self.request.user, feed=feed)
        messages.success(request, spoken(request, "“%(feed)s” opens nothing any more.", feed=feed.name))
        return redirect("agenda:feed_list")


@method_decorator(login_not_required, name="dispatch")
class FeedView(View):
    """The feed itself: public, for who has the link. A wrong or revoked one is a 404 like any other."""

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        feed = feeds.feed_with(secret)
        if feed is None:
            raise Http404("There is no such calendar.")
        with company_at_hand():
            text = feeds.calendar_of(feed.user, timezone.now())
        response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="calendar.ics"'
        response["Cache-Control"] = "private, max-age=300"
        response["X-Robots-Tag"] = "noindex"
        return response


def _day(text: str, today: dt.date) -> dt.date:
    """The day that is asked for; today for none. Raises 404 for what is no day, or lies beyond all calendars."""
    if not text:
        return today
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise Http404("That is not a day.") from error
    if abs(day - today) > FARTHEST:
        raise Http404("That is too far away.")
    return day


def _neighbours(view: str, day: dt.date) -> dict[str, dt.date]:
    """The day before and after, by weeks or by months."""
    if view == "week":
        monday = calendar.monday_of(day)
        return {"first_day": monday, "before": monday - dt.timedelta(days=7), "after": monday + dt.timedelta(days=7)}
    first = day.replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    return {"first_day": first, "before": (first - dt.timedelta(days=1)).replace(day=1), "after": after}
