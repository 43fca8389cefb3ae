"""The figures and the way of tickets in words: times, days and steps as the language of the page writes them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone, translation

from crm.choices import Role
from crm.templatetags.figures import hours_in_words
from service.event_words import step_in_words
from service.figure_cards import flow_chart
from service.figures import Evening
from service.models import TicketEvent
from tests import factories as make

pytestmark = pytest.mark.django_db
HOURS = (None, 0.004, 0.3, 0.9999, 2.46, 71.96, 84)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["–", "0 min", "18 min", "1.0 h", "2.5 h", "72.0 h", "3.5 days"]),
        ("de", ["–", "0 Min.", "18 Min.", "1,0 Std.", "2,5 Std.", "72,0 Std.", "3,5 Tage"]),
        ("fr", ["–", "0 min", "18 min", "1,0 h", "2,5 h", "72,0 h", "3,5 jours"]),
        ("es", ["–", "0 min", "18 min", "1,0 h", "2,5 h", "72,0 h", "3,5 días"]),
    ],
)
def test_a_time_is_said_as_the_language_does(language, said):
    with translation.override(language):
        assert [hours_in_words(hours).replace("\xa0", " ") for hours in HOURS] == said


def test_axis_and_lines_of_the_chart_speak():
    with translation.override("de"):
        data = flow_chart([Evening(dt.date(2026, 5, 3), 2, 1, 1)])
    assert ([day.replace("\xa0", " ") for day in data["periods"]], [one["name"] for one in data["series"]]) == (
        ["3. Mai"], ["Ungelöst", "Eröffnet", "Gelöst"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Kunde schrieb", "2 beginnen · 1 enden hier", "2,0 Std.", "Eigenes Protokoll"]),
        ("fr", ["le client a écrit", "2 commencent · 1 finissent ici", "2,0 h"]),
        ("es", ["escribió el cliente", "2 empiezan · 1 acaban aquí", "2,0 h"]),
    ],
)
def test_the_way_of_tickets_speaks_and_imported_logs_keep_their_words(language, words):
    make.make_company(language="en")
    now = timezone.now()
    ticket = make.make_ticket(opened_at=now - dt.timedelta(hours=10))
    for event, hours in (("customer wrote", 8), ("solved", 1)):
        at = now - dt.timedelta(hours=hours)
        TicketEvent.objects.create(ticket=ticket, event=event, occurred_at=at)
    TicketEvent.objects.create(ticket=make.make_ticket(), event="went to desk", occurred_at=now, origin="file")
    client = make.signed_in(make.make_user(Role.MANAGER, language=language))
    page = client.get("/tickets/process/?log=own").content.decode().replace("\xa0", " ")
    assert [word for word in words if word not in page] == []
    assert re.findall(r">[^<]*\b(customer wrote|begin here|2[.]0)\b[^<]*<", page) == []
    assert "went to desk" in client.get("/tickets/process/?log=imported").content.decode()


def test_a_step_of_strangers_is_not_translated():
    with translation.override("de"):
        assert (step_in_words("solved"), step_in_words("Take in charge ticket")) == ("gelöst", "Take in charge ticket")


@pytest.mark.parametrize(("language", "days"), [("de", "30 Tage"), ("fr", "30 jours"), ("es", "30 días")])
def test_periods_and_ages_of_the_figures_speak(language, days):
    make.make_company(language="en")
    make.make_ticket()
    client = make.signed_in(make.make_user(Role.MANAGER, language=language))
    page = client.get("/tickets/figures/").content.decode()
    assert days in page
    assert re.findall(r">\s*(30 days|A year|under a day|over a week|First reply|Queue|Nobody)\s*<", page) == []
    assert days in client.get("/compensations/figures/").content.decode()
