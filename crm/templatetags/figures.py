"""Numbers, money and days as a person reads them; for templates and for table cells alike.

Figures use a no-break space before a unit and a true minus sign, so that columns line up and lines never break
inside a figure. A missing value is an en dash. They are written as the language of the page does
(`crm.languages.styles`); the examples are English.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.forms.utils import ErrorList
from django.utils import dateformat, timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_noop as _

from crm.languages.forms import SpokenErrors
from crm.languages.styles import ENGLISH, NO_BREAK, Style, style
from crm.languages.words import in_words
from crm.languages.words import translated as in_language

ABBREVIATIONS = frozenset({"auc", "clv", "nps", "roi"})
register = template.Library()

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
SYMBOLS = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "PLN": "zł",
    "UAH": "₴",
    "KRW": "₩",
}
SHORT_STEPS = ((Decimal("1e9"), 2), (Decimal("1e6"), 1), (Decimal("1e3"), 0))
ALMOST = Decimal("0.9995")  # 999,500 and more is shown as 1m, not as 1,000k
PLACES = tuple(Decimal(1).scaleb(-digits) for digits in range(5))
MINUTE, HOUR, DAY = 60, 3600, 86400
NEAR = {0: _("today"), 1: _("yesterday"), -1: _("tomorrow")}


def _rounded(value: Any, digits: int) -> Decimal | int:
    if type(value) is int and not digits:
        return value
    exact = value if type(value) is Decimal else Decimal(str(value))
    return exact.quantize(PLACES[digits] if 0 <= digits < len(PLACES) else Decimal(1).scaleb(-digits), ROUND_HALF_UP)


@register.filter
def number(value: Any, digits: int = 0) -> str:
    """`1234567.5` -> `1,234,568`; `digits` after the point."""
    return NOTHING if value is None or value == "" else _written(value, int(digits), style())


def _written(value: Any, digits: int, way: Style) -> str:
    rounded = _rounded(value, digits)
    text = f"{abs(rounded) if rounded == 0 else rounded:,f}" if type(rounded) is Decimal else f"{rounded:,d}"
    text = text.replace("-", MINUS)
    return text if way is ENGLISH else way.lead + text.translate(way.table)


@register.filter
def plain_number(value: Any) -> str:
    """`40.0000` -> `40`, `2.5000` -> `2.5`: a quantity with the digits that it has."""
    if value is None or value == "":
        return NOTHING
    way = style()
    return _without_zeros(_written(value, 4, way), way)


def _without_zeros(text: str, way: Style) -> str:
    return text.rstrip("0").rstrip(way.point) if way.point in text else text


def _with_currency(text: str, currency: str, way: Style) -> str:
    if not currency:
        return text
    symbol = SYMBOLS.get(currency, currency)
    if way.is_currency_last:
        return f"{text}{NO_BREAK}{symbol}"
    sign, text = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
    return f"{sign}{symbol}{NO_BREAK}{text}"


@register.filter
def money(amount: Any, currency: str = "") -> str:
    """`1234.5`, `EUR` -> `€ 1,234.50`."""
    return _money(amount, currency, 2)


def _money(amount: Any, currency: str, digits: int) -> str:
    if amount is None or amount == "":
        return NOTHING
    way = style()
    return _with_currency(_written(amount, digits, way), str(currency), way)


@register.filter
def whole_money(amount: Any, currency: str = "") -> str:
    """`1234.5`, `EUR` -> `€ 1,235`: for columns and cards, where cents are noise."""
    return _money(amount, currency, 0)


@register.filter
def about(value: int, is_estimate: bool = True) -> str:
    """`1070358` -> `about 1,100,000`: an estimate to two digits; else the number."""
    if not is_estimate:
        return number(value)
    return gettext("about %(count)s") % {"count": number(round(value, 2 - len(str(value))))}


@register.filter
def short_number(value: Any) -> str:
    """`189400` -> `189k`, `5980000` -> `5.98m`: three digits that matter."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value))
    for step, place in SHORT_STEPS:
        if abs(amount) >= step * ALMOST:
            scaled = amount / step
            digits = 0 if abs(scaled) >= 100 else 1 if abs(scaled) >= 10 else 2
            way = style()
            return _without_zeros(_written(scaled, digits, way), way) + way.short[place]
    return number(amount)


@register.filter
def short_money(amount: Any, currency: str = "") -> str:
    """`189400`, `EUR` -> `€ 189k`: for figure cards and the cells of a map."""
    return NOTHING if amount is None or amount == "" else _with_currency(short_number(amount), str(currency), style())


@register.filter
def signed(value: Any) -> str:
    """A whole number with its sign: `+12`, `−3`, `0`."""
    return f"{style().lead}+{number(value)}" if value and value > 0 else number(value)


@register.filter
def percent(share: Any, digits: int = 0) -> str:
    """A share of 1 as percent: `0.714` -> `71 %`."""
    if share is None or share == "":
        return NOTHING
    return number(Decimal(str(share)) * 100, int(digits)) + style().percent


@register.filter
def days(count: Any) -> str:
    """`38` -> `38 d`."""
    return NOTHING if count is None or count == "" else f"{number(count)}{NO_BREAK}{style().units['d']}"


@register.filter
def duration(value: Any) -> str:
    """Seconds or a timedelta in one or two units: `3 s`, `4 min 10 s`, `2 h 5 min`, `2 d 4 h`."""
    if value is None or value == "":
        return NOTHING
    seconds = round(value.total_seconds() if isinstance(value, dt.timedelta) else float(value))
    units = style().units
    for unit, name, part, part_name in (
        (DAY, "d", HOUR, "h"),
        (HOUR, "h", MINUTE, "min"),
        (MINUTE, "min", 1, "s"),
    ):
        if seconds >= unit:
            rest = seconds % unit // part
            whole = f"{seconds // unit}{NO_BREAK}{units[name]}"
            return f"{whole}{NO_BREAK}{rest}{NO_BREAK}{units[part_name]}" if rest else whole
    return f"{seconds}{NO_BREAK}{units['s']}"


@register.filter
def hours_in_words(hours: float | None) -> str:
    """`0.3` -> `18 min`, `2.5` -> `2.5 h`, `84` -> `3.5 days`; a dash for none."""
    if hours is None:
        return NOTHING
    units = style().units
    if round(hours * 60) < 60:
        return f"{number(hours * 60)}{NO_BREAK}{units['min']}"
    if hours < 72:
        return f"{number(hours, 1)}{NO_BREAK}{units['h']}"
    return in_words("%(days)s days", days=number(hours / 24, 1))


def _day_of(value: dt.date | dt.datetime) -> dt.date:
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


@register.filter
def full_day(value: dt.date | dt.datetime | None) -> str:
    """`12 May 2019`."""
    if not value:
        return NOTHING
    return _full(_day_of(value), style())


def _full(day: dt.date, way: Style) -> str:
    return way.day.format(day=day.day, month=way.months[day.month - 1], year=day.year)


@register.filter
def relative_day(value: dt.date | dt.datetime | None) -> str:
    """`today`, `yesterday`, `tomorrow`, `12 Nov`, and with the year when it is not this year's."""
    if not value:
        return NOTHING
    return _relative(_day_of(value), timezone.localdate(), style())


def _relative(day: dt.date, today: dt.date, way: Style) -> str:
    if near := NEAR.get((today - day).days):
        return gettext(near)
    if day.year != today.year:
        return _full(day, way)
    return _in_year(day, way)


def _in_year(day: dt.date, way: Style) -> str:
    return way.day_of_year.format(day=day.day, month=way.months[day.month - 1])


def day_and_month(value: dt.date) -> str:
    """`12 Nov`, whatever day it is today: for the axis of a chart."""
    return _in_year(value, style())


@register.filter
def relative_time(value: dt.datetime | None) -> str:
    """As `relative_day`, with the time of day for the last two days: `today, 09:42`."""
    if not value:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    day, today, way = local.date(), timezone.localdate(), style()
    said = _relative(day, today, way)
    return f"{said}{way.comma}{local:%H:%M}" if (today - day).days in NEAR else said


@register.filter
def due_day(value: dt.date | None) -> str:
    """`today`, `tomorrow`, the name of a day within a week (`Friday`), else `12 Nov`."""
    if not value:
        return NOTHING
    ahead = (value - timezone.localdate()).days
    return dateformat.format(value, "l") if 2 <= ahead <= 6 else relative_day(value)


@register.filter
def due_time(value: dt.datetime | None) -> str:
    """As `due_day`, with the time of day: `today, 09:30`."""
    if not value:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{due_day(local.date())}{style().comma}{local:%H:%M}"


@register.filter
def webcal(link: str) -> str:
    """`https://…` -> `webcal://…`: the address that opens a calendar."""
    return f"webcal://{link.split('://', 1)[-1]}"


@register.filter
def day_and_time(value: dt.datetime | None) -> str:
    """`12 May 2019, 09:42`, in the zone that the page is shown in."""
    if not value:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    way = style()
    return f"{_full(local.date(), way)}{way.comma}{local:%H:%M}"


@register.simple_tag
def plural(count: Any, one: str, many: str = "") -> str:
    """`1 row`, `1,204 rows`: the count with its noun."""
    noun = ngettext(one, many or one + "s", 1 if count == 1 else max(2, int(count)) if count else 0)
    return f"{number(count)}{NO_BREAK}{noun}"


@register.simple_tag
def greeting() -> str:
    """`Good morning`, `Good afternoon` or `Good evening`, by the clock of the zone the page is shown in."""
    hour = timezone.localtime().hour
    if 4 <= hour < 12:
        return gettext("Good morning")
    return gettext("Good afternoon") if 12 <= hour < 18 else gettext("Good evening")


@register.simple_tag
def today_in_words() -> str:
    """`Monday, 30 November`, in the zone that the page is shown in."""
    return dateformat.format(timezone.localtime(), style().long_day)


@register.filter
def in_sentence(text: Any) -> Any:
    """A label within a sentence: small letters, but for a language that writes its nouns large."""
    said = in_language(text)
    return said if get_language() == "de" else str(said).lower()


@register.filter
def translated(text: Any) -> Any:
    """A text of the code (a label, a choice) in the language of the page."""
    return in_language(text)


@register.filter
def spoken(errors: Any) -> Any:
    """What is wrong with a form, in the language of the page."""
    return SpokenErrors.of(errors) if isinstance(errors, ErrorList) else errors


@register.filter
def words(name: str) -> str:
    """`created_related` -> `Created related`, `auc_low` -> `AUC low`: the key of a result as a label."""
    said = str(name).replace("_", " ").strip().capitalize()
    first, space, rest = said.partition(" ")
    return (first.upper() if first.lower() in ABBREVIATIONS else first) + space + rest


@register.filter
def plain(value: Any) -> str:
    """Any value of a result as one line: numbers grouped, lists and tables of counts in words."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int):
        return number(value)
    if isinstance(value, float):
        return number(value, 2)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {plain(part)}" for key, part in value.items()) or NOTHING
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(part) for part in value) or NOTHING
    return str(value)


@register.filter
def first_word(text: Any) -> str:
    """`Mia Keller` -> `Mia`."""
    return next(iter(str(text or "").split()), "")


@register.filter
def corrections(count: int) -> str:
    """The sentence above a form that was refused."""
    if count == 1:
        return gettext("One thing has to be corrected before this can be saved.")
    return gettext("%(count)s things have to be corrected before this can be saved.") % {"count": number(count)}
