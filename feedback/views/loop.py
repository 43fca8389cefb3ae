"""How the loop is closed, in figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.templatetags.figures import hours_in_words
from crm.views.base import ScopedView
from feedback.loop import PERIODS, cards_of, closed_loop
from feedback.models import Response


class LoopView(ScopedView):
    """`?days=` of what was said in them."""

    model = Response

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(days) for days, _ in PERIODS} else 90
        loop = closed_loop(self.request.user, days=days)
        owners = [
            (one, *(hours_in_words(hours) for hours in (one.answer_hours, one.close_hours, one.slowest_hours)))
            for one in loop.owners
        ]
        context = {"loop": loop, "figures": cards_of(loop, hours_in_words), "owners": owners, "days": days}
        return render(request, "feedback/loop.html", {**context, "periods": PERIODS})
