"""Enumerations of campaigns."""

from __future__ import annotations

from django.db import models


class CampaignType(models.TextChoices):
    """What a campaign is for."""

    ACQUISITION = "acquisition", "Acquisition"
    TRIAL = "trial", "Product trial"
    CROSS_SELL = "cross_sell", "Cross-sell"
    UP_SELL = "up_sell", "Up-sell"
    RETENTION = "retention", "Retention"
    WIN_BACK = "win_back", "Win-back"
    REINFORCEMENT = "reinforcement", "Reinforcement of a purchase"
    LOYALTY = "loyalty", "Loyalty"
    CHANNEL = "channel", "Distribution channel"


class CampaignChannel(models.TextChoices):
    """By what it reaches people."""

    EMAIL = "email", "E-mail"
    POST = "post", "Direct mail"
    PHONE = "phone", "Telephone"
    SMS = "sms", "SMS"
    SOCIAL = "social", "Social networks"


class Timing(models.TextChoices):
    """When a campaign leaves: at one moment, or at one time of each person's clock."""

    MOMENT = "moment", "to everybody at the same moment"
    LOCAL = "local", "at that local time; if past, the next day"
    LOCAL_SOON = "local_soon", "at that local time; if past, at once"


class CampaignState(models.TextChoices):
    """How far it is. One whose results came from a file is over."""

    PLANNED = "planned", "Planned"
    SENDING = "sending", "Sending"
    PAUSED = "paused", "Paused"
    SENT = "sent", "Sent"
    OVER = "over", "Over"
    CANCELLED = "cancelled", "Cancelled"


STATE_TONES: dict[str, str] = {
    CampaignState.PLANNED: "accent",
    CampaignState.SENDING: "good",
    CampaignState.PAUSED: "warn",
    CampaignState.SENT: "good",
    CampaignState.OVER: "neutral",
    CampaignState.CANCELLED: "bad",
}
UNDER_WAY = (CampaignState.SENDING, CampaignState.PAUSED, CampaignState.SENT)
"""Audience and content stand fast; what people do still counts."""


class RecipientState(models.TextChoices):
    """What became of a mail to one person. `past`: from a file; `control`: kept out; `left_out`: with a reason."""

    PAST = "past", "from a file"
    CONTROL = "control", "control group"
    WAITING = "waiting", "waiting"
    HELD = "held", "waits for the winner"
    HANDED = "handed", "on its way"
    SENT = "sent", "sent"
    FAILED = "failed", "failed"
    UNCERTAIN = "uncertain", "uncertain"
    LEFT_OUT = "left_out", "left out"
    CANCELLED = "cancelled", "called back"


class Delivery(models.TextChoices):
    """What a provider of messages said last of one, in the order in which it says it; the last three are final."""

    QUEUED = "queued", "queued by the provider"
    SENDING = "sending", "on its way"
    SENT = "sent", "given to the network"
    DELIVERED = "delivered", "delivered"
    UNDELIVERED = "undelivered", "not delivered"
    FAILED = "failed", "failed"


class DecidesBy(models.TextChoices):
    """By what the variants of a test are compared; never by looks, which programs make."""

    CLICKS = "clicks", "clicks"
    ORDERS = "orders", "orders"


class HitKind(models.TextChoices):
    OPEN = "open", "opened"
    CLICK = "click", "clicked"


class Benefit(models.TextChoices):
    """What is better about an offer than the list."""

    PERCENT = "percent", "per cent off"
    AMOUNT = "amount", "money off"
    PRICE = "price", "for this price"
    NONE = "none", "as the words say"


class Verdict(models.TextChoices):
    """Whether the code on an order holds."""

    ACCEPTED = "accepted", "taken"
    OTHER = "other", "given to somebody else"
    EXPIRED = "expired", "outside the days of the offer"
    TOO_OFTEN = "too_often", "taken too often"


NO_OFFER = "no offer is open to them"
OFFER_OVER = "their offer has ended"
FATIGUE = "had enough mails"
# by the days that have to lie between two mails (`Pace`)
TOO_SOON = {30: "wants no more than one a month", 7: "wants no more than one a week"}
NOTHING_TO_SAY = "a field is not known, and nothing is said instead"
CONTROL = "control"
CONTACTED = "contacted"  # the variant of people of whom a file names none


class Pace(models.IntegerChoices):
    """How often at most a person wants mails of campaigns: the days between two of them."""

    ANY = 0, "Whatever comes"
    WEEK = 7, "At most one a week"
    MONTH = 30, "At most one a month"


class Reached(models.TextChoices):
    """How far a recipient came; also the steps of the funnel, in order."""

    OPENED = "opened", "Opened"
    CLICKED = "clicked", "Clicked"
    RESPONDED = "responded", "Responded"
    CONVERTED = "converted", "Converted"


class CameBack(models.TextChoices):
    """What came back to us of a mail to a recipient, beside what they did."""

    REPLIED = "replied", "Replied"
    BOUNCED = "bounced", "Bounced"
    COMPLAINED = "complained", "Complained"


MEASURES = (*Reached.values, *CameBack.values)
"""What is counted of recipients."""


class PlayState(models.TextChoices):
    """How far a play is. A paused one lets nobody in and moves nobody; one that has ended never goes on."""

    DRAFT = "draft", "Draft"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"


PLAY_TONES: dict[str, str] = {
    PlayState.DRAFT: "accent",
    PlayState.RUNNING: "good",
    PlayState.PAUSED: "warn",
    PlayState.ENDED: "neutral",
}


class PlayEvent(models.TextChoices):
    """What lets a person into a play."""

    FIRST_ORDER = "first_order", "First order"
    ORDER = "order", "An order"
    SILENCE = "silence", "No order for so many days"
    NO_CONTACT = "no_contact", "Nothing heard for so many days"
    BIRTHDAY = "birthday", "Birthday"
    TICKET = "ticket", "A ticket was solved"
    CONTRACT = "contract", "A contract ends or renews in so many days"
    DETRACTOR = "detractor", "A survey answered by a detractor"
    DRIFT = "drift", "Drifting away (an alert)"
    SEGMENT = "segment", "Came into a segment: by a score, a usage level, anything"


class PlayGoal(models.TextChoices):
    """What a play is to reach; who has reached it leaves."""

    ORDER = "order", "an order"
    SEGMENT = "segment", "to be in a segment"


class PlayStepKind(models.TextChoices):
    MAIL = "mail", "Mail"
    TASK = "task", "Task for the owner"
    TAG = "tag", "Tag"
    LIST = "list", "Onto a list"
    CHECK = "check", "Go on only if"


class StepFor(models.TextChoices):
    """For whom a step is. Who is left out goes on to the next one."""

    EVERYBODY = "", "Everybody"
    IN = "in", "Who is in the segment"
    OUT = "out", "Who is not in the segment"


class EntryState(models.TextChoices):
    """How a person stands in a play."""

    INSIDE = "inside", "inside"
    REACHED = "reached", "reached the goal"
    DONE = "done", "came to the end"
    LEFT = "left", "left at a condition"
    ENDED = "ended", "taken out"


class TouchResult(models.TextChoices):
    """What became of a step for a person."""

    MAIL = "mail", "mail handed over"
    TASK = "task", "task given"
    TAG = "tag", "tagged"
    LIST = "list", "put onto the list"
    MET = "met", "went on"
    PASSED = "passed", "not for them"
    LEFT = "left", "left here"
    SKIPPED = "skipped", "could not be done"


class Moved(models.TextChoices):
    """What a campaign does to people, by what is known of people alike."""

    PERSUADABLE = "persuadable", "Persuadable"
    SURE = "sure", "Sure thing"
    LOST = "lost", "Lost cause"
    SLEEPING = "sleeping", "Sleeping dog"


MOVED_TONES = {Moved.PERSUADABLE: "good", Moved.SURE: "accent", Moved.LOST: "neutral", Moved.SLEEPING: "warn"}


class RetentionKind(models.TextChoices):
    """Whether an action rewards staying or penalises leaving."""

    POSITIVE = "positive", "Reward for staying"
    NEGATIVE = "negative", "Penalty for leaving"


class RetentionWay(models.TextChoices):
    """By what customers are to be kept."""

    LOYALTY = "loyalty", "Loyalty programme"
    DELIGHT = "delight", "Delight: more than was expected"
    VALUE = "value", "More value for the same price"
    PRICE = "price", "Discount or sales promotion"
    BONDING = "bonding", "Bonding: personal or technical ties that both want"
    TERM = "term", "Contract with a term"
    FEE = "fee", "Fee for leaving"
    FORFEIT = "forfeit", "Benefits are lost on leaving"
    EFFORT = "effort", "Effort of moving away"


KIND_OF_WAY = {
    **dict.fromkeys(
        (RetentionWay.LOYALTY, RetentionWay.DELIGHT, RetentionWay.VALUE, RetentionWay.PRICE, RetentionWay.BONDING),
        RetentionKind.POSITIVE,
    ),
    **dict.fromkeys(
        (RetentionWay.TERM, RetentionWay.FEE, RetentionWay.FORFEIT, RetentionWay.EFFORT), RetentionKind.NEGATIVE
    ),
}
