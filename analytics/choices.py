"""Enumerations of the analysis."""

from django.db.models import TextChoices


class Usage(TextChoices):
    """How often a customer buys, compared with all others."""

    HEAVY = "heavy", "Heavy user"
    MODERATE = "moderate", "Moderate user"
    INFREQUENT = "infrequent", "Infrequent user"
    NEW = "new", "New"


class RiskBand(TextChoices):
    """How likely a customer is to leave: high from 60 %, medium from 30 %."""

    HIGH = "high", "High risk"
    MEDIUM = "medium", "Medium risk"
    LOW = "low", "Low risk"


class AlertKind(TextChoices):
    """What a rep is told of a customer."""

    CROSS = "cross", "Cross-sell"
    UP = "up", "Up-sell"
    SWITCH = "switch", "Switch-sell"
    NEXT = "next", "Sequence-sell"
    DRIFT = "drift", "Drifting away"
    MARGIN = "margin", "Falling margin"


class AlertState(TextChoices):
    """What became of an alert. `ENDED`: nobody answered while it was true."""

    NEW = "new", "New"
    SNOOZED = "snoozed", "Put off"
    ACCEPTED = "accepted", "Accepted"
    DISMISSED = "dismissed", "Dismissed"
    ENDED = "ended", "Over"


class AlertReason(TextChoices):
    """Why an alert was dismissed."""

    HAS_IT = "has it", "They have it from elsewhere"
    NO_NEED = "no need", "They do not need it"
    BAD_TIME = "bad time", "Not the time for it"
    WRONG = "wrong", "It is not true"


class Rung(TextChoices):
    """The ladder of loyalty, the lowest rung first; which evidence reaches which is in `steps.ladder`."""

    SUSPECT = "suspect", "Suspect"
    PROSPECT = "prospect", "Prospect"
    CUSTOMER = "customer", "Customer"
    CLIENT = "client", "Client"
    SUPPORTER = "supporter", "Supporter"
    ADVOCATE = "advocate", "Advocate"


class Evidence(TextChoices):
    """What put a contact on its rung."""

    NOTHING = "nothing", "no reply, lead or purchase yet"
    COMPILED = "compiled", "on a compiled list, no reply yet"
    LEAD = "lead", "lead"
    RESPONSE_LIST = "response list", "on a list of people who answered"
    REPLY = "reply", "got in touch"
    PURCHASE = "purchase", "bought"
    MEMBER = "member", "joined the loyalty programme"
    PROMOTER = "promoter", "would recommend us"
    REFERRAL = "referral", "referred who became a customer"


class Strategy(TextChoices):
    """What to do with a relationship, from its beginning to its end."""

    START = "start", "Start"
    PROTECT = "protect", "Protect"
    ENHANCE = "enhance", "Enhance"
    REENGINEER = "re-engineer", "Re-engineer"
    HARVEST = "harvest", "Harvest"
    END = "end", "End"
    WIN_BACK = "win back", "Win back"


class Significance(TextChoices):
    """For what a customer is strategically significant; which evidence says so is in `steps.significance`."""

    VALUE = "value", "High future value"
    VOLUME = "volume", "High volume"
    BENCHMARK = "benchmark", "Benchmark"
    INSPIRATION = "inspiration", "Inspiration"
    DOOR_OPENER = "door opener", "Door opener"


BY_HAND = (Significance.BENCHMARK, Significance.INSPIRATION, Significance.DOOR_OPENER)
"""Those that people may set, too: what is a top tenth is counted."""
