"""The demo's company, its teams and the people who work there."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import make_password

from crm.choices import Role
from crm.company import current_company
from crm.demo.house import Colleague, DemoRefused, House
from crm.demo.names import ascii_letters
from crm.environment import is_local
from crm.models import Company, Team, User

COMPANY = "Larkmoor Framing Supplies"
DOMAIN = "larkmoor.example"
TIME_ZONE = "Europe/Berlin"
CURRENCY = "EUR"
PASSWORD = "demo"  # noqa: S105  (of the five accounts that the README names)
NORTH, SOUTH, KEY_ACCOUNTS, SERVICE = "North", "South", "Key accounts", "Service"
TEAMS = {"Management": "", "Sales": "", NORTH: "Sales", SOUTH: "Sales", KEY_ACCOUNTS: "Sales"} | {
    SERVICE: "",
    "Marketing": "",
}
# account of the demo (empty: cannot sign in) | name | role | team | countries or regions looked after
PEOPLE = """
manager | Helena Brandt | manager | Management |
admin | Jonas Weber | admin | Management |
| Ulrich Thalberg | manager | Management |
| Beate Osterloh | manager | Sales |
rep | Mia Keller | rep | North | Hamburg, Bremen, Schleswig-Holstein, Niedersachsen, Mecklenburg-Vorpommern, NL
| Lars Petersen | rep | North | Berlin, Nordrhein-Westfalen, PL
| Ingrid Solheim | rep | North | DK, SE, NO
| Owen Hartley | rep | North | GB, IE
| Katharina Huber | rep | South | Bayern, CZ, HU
| Matteo Serra | rep | South | IT, GR, Hessen
| Camille Fournier | rep | South | FR, Baden-Württemberg
| Inês Carvalho | rep | South | ES, PT, Sachsen
| Tobias Albrecht | rep | Key accounts |
| Anneke de Graaf | rep | Key accounts |
agent | Petra Lindqvist | agent | Service |
| Deniz Demir | agent | Service |
| Rosa Winkler | agent | Service |
marketer | Paul Neumann | marketer | Marketing |
| Clara Vogt | marketer | Marketing |
"""


def load(house: House) -> None:
    """Make the company, unless there is one, and its people.

    The five demo accounts get their known password only on a site for this machine. Raises DemoRefused where the
    company is a real one.
    """
    _refuse_real_company()
    Company.objects.get_or_create(
        pk=1, defaults={"name": COMPANY, "time_zone": TIME_ZONE, "currency": CURRENCY, "country": "DE", "is_demo": True}
    )
    for name, parent in TEAMS.items():
        above = Team.objects.get(name=parent) if parent else None
        house.team_ids[name] = Team.objects.get_or_create(name=name, defaults={"parent": above})[0].pk
    known = make_password(PASSWORD if is_local(settings.CRM_BASE_URL) else None)  # slow on purpose: once
    house.colleagues = [_colleague(house, line, known) for line in PEOPLE.strip().splitlines()]
    house.counts["people"] = len(house.colleagues)


def _refuse_real_company() -> None:
    company = current_company()
    if not company._state.adding and not company.is_demo:
        raise DemoRefused(
            f"This is the CRM of {company.name}: demo data would mix with its own, and the demo accounts have a known"
            " password. Load the demo into an empty instance (another CRM_VAR or DATABASE_URL)."
        )


def _colleague(house: House, line: str, known: str) -> Colleague:
    account, name, role, team, areas = (part.strip() for part in line.split("|"))
    email = f"{account}@example.com" if account else f"{ascii_letters(name).replace('-', '.')}@{DOMAIN}"
    found = User.objects.filter(email=email).first() or User.objects.create(
        email=email,
        name=name,
        role=Role(role),
        team_id=house.team_ids[team],
        password=known if account else make_password(None),
    )
    return Colleague(found.pk, found.name, found.role, team, tuple(areas.split(", ")) if areas else ())
