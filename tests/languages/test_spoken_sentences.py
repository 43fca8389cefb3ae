"""Sentences that the code puts together, in the language of who reads them."""

import datetime as dt
import html

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from analytics.churn_words import reasons_in_words
from analytics.models import SignificanceScore
from analytics.significance.words import reasons_of
from campaigns.reasons import speaking_reasons
from crm.agenda.recurrence import in_words as repetition_in_words
from crm.choices import Role
from crm.models import Company
from crm.templatetags.figures import plural
from crm.templatetags.pieces import score_tiles
from service.actions.steps import note_event
from service.choices import EventKind
from service.event_words import event_in_words
from service.models import TicketEvent
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def company():
    return Company.objects.create(pk=1, name="Northwind", language="en", currency="EUR")


def person(language, role=Role.ADMIN):
    return make.make_user(role, language=language)


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_not_known_speaks_for_nothing_in_any_language():
    stored = [["city", None, 1.0], ["industry", "Timber", 0.5]]
    labels = {"city": "City", "industry": "Industry"}
    told = {}
    for language in ("en", "de", "fr", "es", "ar"):
        with translation.override(language):
            told[language] = [one.text for one in speaking_reasons(stored, labels, person(language))]
            unknown = reasons_in_words(stored, labels, is_by_label=True)[0]
        assert not unknown.is_known and len(told[language]) == 1
    assert told["en"] == ["Industry: Timber"] and told["de"] == ["Branche: Timber"]


def test_the_answer_of_the_composer_is_in_the_language_of_the_person():
    mia = make.make_contact(name="Mia Keller")
    make.make_interaction(mia, subject="", outcome="left a message")
    answer = make.signed_in(person("de")).post(
        reverse("contacts:note_create", args=[mia.pk]), {"text": "Möchte Eiche."}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200 and "Möchte Eiche." in page
    said, unsaid = ("Ergebnis: Nachricht hinterlassen",), ("Outcome:", "left a message")
    assert [words for words in said if words not in page] == [] and [words for words in unsaid if words in page] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ["3 Produktfamilien", "2 Rückgaben", "1 Kanal", "4 Interaktionen", "1 Verkaufschance", "7 Leads"]),
        ("fr", ["3 familles", "2 retours", "1 canal", "4 interactions", "1 affaire", "7 pistes"]),
        ("en", ["3 families", "2 returns", "1 channel", "4 interactions", "1 deal", "7 leads"]),
    ],
)
def test_nouns_that_the_code_counts_by_a_name_are_translated(language, said):
    nouns = ("families", "returns", "channels", "interactions", "deals", "leads")
    ones = ("family", "return", "channel", "interaction", "deal", "lead")
    counts = (3, 2, 1, 4, 1, 7)
    with translation.override(language):
        found = [plain(plural(count, one, many)) for count, one, many in zip(counts, ones, nouns, strict=True)]
    assert found == said


def test_tiles_of_ranks_say_what_they_show_in_the_language_of_the_page():
    with translation.override("en"):
        english = score_tiles(2, 5, None)
    with translation.override("de"):
        german = score_tiles(2, 5, None)
    assert "Recency 2 of 5" in english and "von 5" not in english
    assert 'aria-label="Aktualität 2 von 5, Häufigkeit 5 von 5, Geld ' in german and " of 5" not in german


def log_of(ticket, *rows):
    for event, value in rows:
        note_event(ticket, event, actor=None, value=value)


def test_the_log_of_a_ticket_is_in_the_language_of_the_reader_and_an_imported_one_as_it_is():
    ticket = make.make_ticket(subject="Rahmen lose")
    log_of(
        ticket,
        (EventKind.ASSIGNED, "Petra Lindqvist"),
        (EventKind.ASSIGNED, "nobody"),
        (EventKind.ASSIGNED, "Petra Lindqvist by the rule “Claims”: the fewest open ones"),
        (EventKind.PRIORITY, "high"),
        (EventKind.MOVED, "Claims"),
        (EventKind.LINKED, "a duplicate of #12"),
        (EventKind.MERGED, "#13 into this one"),
        (EventKind.SOLVED, "no answer"),
        (EventKind.COMPENSATED, "Loyalty points taken back"),
    )
    TicketEvent.objects.create(ticket=ticket, event="assigned", value="desk 4", occurred_at=NOW, origin="file")
    page = make.signed_in(person("de")).get(ticket.get_absolute_url()).content.decode()
    talk = html.unescape(page[page.index('<ol class="talk"') : page.index("</ol>", page.index('<ol class="talk"'))])
    said = (
        "Petra Lindqvist zugewiesen", "niemandem zugewiesen", "Petra Lindqvist zugewiesen durch die Regel „Claims“",
        "Priorität: Hoch", "in die Warteschlange Claims verschoben", "verknüpft: ein Duplikat von #12",
        "#13 in dieses Ticket zusammengeführt", "gelöst: es kam keine Antwort",
        "Entschädigung zurückgenommen: Treuepunkte", "assigned to desk 4",
    )  # fmt: skip
    assert [words for words in said if words not in talk] == []
    english = make.signed_in(person("en")).get(ticket.get_absolute_url()).content.decode()
    assert "assigned to Petra Lindqvist" in english and "priority: high" in english


def test_every_step_of_a_ticket_has_its_words():
    told = {EventKind.REPLIED, EventKind.WROTE, EventKind.WAITING, EventKind.NOTICE}  # by the messages themselves
    assert {kind for kind in EventKind.values if not event_in_words(kind, "")} == told
    assert event_in_words("went to desk", "4") == ""


def test_what_a_task_repeats_is_one_sentence_in_one_language():
    rules = ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270303T235959", "FREQ=DAILY;COUNT=3", "FREQ=YEARLY;COUNT=1", "")
    with translation.override("de"):
        said = [plain(repetition_in_words(rule)) for rule in rules]
    assert said[1:3] == ["jeden Tag, noch 3 Mal", "jedes Jahr, zum letzten Mal"] and said[3] == ""
    assert said[0].startswith("alle 2 Wochen, bis 3. M")


def test_what_makes_a_customer_significant_is_one_sentence_in_one_language():
    score = SignificanceScore(followers=2, followed_on=dt.date(2026, 3, 1), ideas=1, adopted_on=dt.date(2026, 3, 2))
    with translation.override("de"):
        reasons = reasons_of(score, ())
        texts = [plain(one.text) for one in reasons]
    with translation.override("en"):
        english = [plain(one.text) for one in reasons_of(score, ())]
    assert texts[0].startswith("durch Empfehlung oder Einfluss Kunden geworden: 2 Kontakte, zuerst am 1. ")
    assert texts[1].startswith("auf ihren Wunsch umgesetzt: 1 Vorschlag, am 2. ")
    assert english == [
        "2 contacts whom they referred or influence became customers, the first on 1 Mar 2026",
        "1 suggestion that they asked for was adopted, on 2 Mar 2026",
    ]


def test_a_change_of_many_that_is_refused_counts_in_the_language_of_the_person():
    lead = make.make_lead()
    answer = make.signed_in(person("de")).post(
        reverse("leads:lead_bulk"), {"op": "set", "field": "owner", "value": "nobody", "pk": lead.pk}
    )
    page = plain(answer.content.decode())
    assert answer.status_code == 422 and ": 1 Lead</h2>" in page and 'name="announced" value="1 lead"' in page
