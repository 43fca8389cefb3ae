"""How a language writes numbers, money and days. Machines read none of it (`crm.templatetags.figures` writes by it)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import get_language

NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"


@dataclass(frozen=True)
class Style:
    """`months`: January to December, short. `day`, `day_of_year`: patterns of {day}, {month}, {year}.

    `long_day`: a pattern of Django's `date` with the day of the week. `lead` stands before every number, so that a sign
    stays before its digits where lines run from right to left.
    """

    months: tuple[str, ...]
    group: str = ","
    point: str = "."
    day: str = f"{{day}}{NO_BREAK}{{month}}{NO_BREAK}{{year}}"
    day_of_year: str = f"{{day}}{NO_BREAK}{{month}}"
    long_day: str = "l, j F"
    percent: str = f"{NO_BREAK}%"
    is_currency_last: bool = True
    lead: str = ""
    comma: str = ", "
    # thousand, million, billion; and units of time
    short: tuple[str, str, str] = ("k", "m", "bn")
    units: dict[str, str] = field(default_factory=lambda: {"d": "d", "h": "h", "min": "min", "s": "s"})
    table: dict[int, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.table.update({ord(","): self.group, ord("."): self.point})


def _months(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Style(_months("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"), is_currency_last=False)
STYLES: dict[str, Style] = {
    "en": ENGLISH,
    "de": Style(
        _months("Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez."),
        group=".",
        point=",",
        day=f"{{day}}.{NO_BREAK}{{month}}{NO_BREAK}{{year}}",
        day_of_year=f"{{day}}.{NO_BREAK}{{month}}",
        long_day="l, j. F",
        short=(f"{NO_BREAK}Tsd.", f"{NO_BREAK}Mio.", f"{NO_BREAK}Mrd."),
        units={"d": "Tg.", "h": "Std.", "min": "Min.", "s": "Sek."},
    ),
    "fr": Style(
        _months("janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."),
        group=NARROW,
        point=",",
        long_day="l j F",
        short=(f"{NO_BREAK}k", f"{NO_BREAK}M", f"{NO_BREAK}Md"),
        units={"d": "j", "h": "h", "min": "min", "s": "s"},
    ),
    "es": Style(
        _months("ene feb mar abr may jun jul ago sept oct nov dic"),
        group=".",
        point=",",
        long_day=r"l, j \d\e F",
        short=(f"{NO_BREAK}mil", f"{NO_BREAK}M", f"{NO_BREAK}mil{NO_BREAK}M"),
    ),
    "ar": Style(
        _months("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
        long_day="l، j F",
        percent="%",
        lead=LEFT_TO_RIGHT,
        comma="، ",
        short=(f"{NO_BREAK}ألف", f"{NO_BREAK}مليون", f"{NO_BREAK}مليار"),
        units={"d": "ي", "h": "س", "min": "د", "s": "ث"},
    ),
}


def style() -> Style:
    """The style of the language of the page."""
    return STYLES.get(get_language() or "en", ENGLISH)
