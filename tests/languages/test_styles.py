"""How languages write numbers, money and days. The forms beside them are those of the Unicode CLDR, by hand."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.forms import DateField
from django.utils import formats, translation

from crm.choices import Language
from crm.templatetags import figures

DAY = dt.date(2019, 5, 12)


@pytest.mark.parametrize(
    ("language", "number", "money", "short", "share", "day"),
    [
        ("en", "1,234.50", "€ 1,234.50", "€ 5.98m", "71 %", "12 May 2019"),
        ("de", "1.234,50", "1.234,50 €", "5,98 Mio. €", "71 %", "12. Mai 2019"),
        ("fr", "1\u202f234,50", "1\u202f234,50 €", "5,98 M €", "71 %", "12 mai 2019"),
        ("es", "1.234,50", "1.234,50 €", "5,98 M €", "71 %", "12 may 2019"),
        ("ar", "\u200e1,234.50", "\u200e1,234.50 €", "\u200e5.98 مليون €", "\u200e71%", "12 مايو 2019"),
    ],
)
def test_figures_are_written_as_the_language_does(language, number, money, short, share, day):
    with translation.override(language):
        said = [
            figures.number(1234.5, 2), figures.money(1234.5, "EUR"), figures.short_money(5980000, "EUR"),
            figures.percent(0.714), figures.full_day(DAY),
        ]  # fmt: skip
    assert [words.replace("\N{NO-BREAK SPACE}", " ") for words in said] == [number, money, short, share, day]


@time_machine.travel("2026-11-30T09:00:00+00:00", tick=False)
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["today", "1 d 1 h", "Monday, 30 November", "1 row", "2 rows"]),
        ("de", ["heute", "1 Tg. 1 Std.", "Montag, 30. November", "1 Zeile", "2 Zeilen"]),
        ("fr", ["aujourd’hui", "1 j 1 h", "lundi 30 novembre", "1 ligne", "2 lignes"]),
        ("es", ["hoy", "1 d 1 h", "lunes, 30 de noviembre", "1 fila", "2 filas"]),
    ],
)
def test_days_spans_and_counts_are_said_in_words(language, said):
    with translation.override(language):
        found = [
            figures.relative_day(dt.date(2026, 11, 30)), figures.duration(90_000), figures.today_in_words(),
            figures.plural(1, "row"), figures.plural(2, "row"),
        ]  # fmt: skip
    assert [words.replace("\N{NO-BREAK SPACE}", " ") for words in found] == said


@pytest.mark.parametrize("language", ["de", "fr", "es", "ar"])
def test_what_django_writes_by_itself_is_read_by_machines_in_every_language(language):
    """So an attribute, a field of a form or a coordinate is the same text; typed days may be those of the country."""
    with translation.override(language):
        assert formats.localize(1234.5) == "1234.5"
        assert formats.localize_input(DAY) == "2019-05-12"
        assert DateField().clean("12.05.2019" if language == "de" else "12/05/2019") == DAY


def test_the_languages_of_people_are_those_of_the_site():
    assert Language.choices == settings.LANGUAGES
