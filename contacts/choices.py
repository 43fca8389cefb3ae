"""Enumerations of contacts."""

from django.db.models import IntegerChoices, TextChoices


class ContactKind(TextChoices):
    PERSON = "person", "Person"
    ORGANIZATION = "organization", "Organization"


class Market(TextChoices):
    """The market categories that are shipped; what there is stands in `MarketCategory`."""

    CONSUMER = "consumer", "Consumer"
    BUSINESS = "business", "Business"
    GOVERNMENT = "government", "Government"
    INTERNATIONAL = "international", "International"


class ListKind(TextChoices):
    """A response list holds people who answered, a compiled list people gathered from directories."""

    RESPONSE = "response", "Response list"
    COMPILED = "compiled", "Compiled list"


class PointKind(TextChoices):
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    HANDLE = "handle", "Social handle"


class Channel(TextChoices):
    """The touch points of the contact history."""

    VISIT = "visit", "Store visit"
    POINT_OF_SALE = "pos", "Point of sale"
    WEB = "web", "Web"
    KIOSK = "kiosk", "Kiosk"
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    CHAT = "chat", "Chat"
    SOCIAL = "social", "Social media"
    WIRELESS = "wireless", "SMS and wireless"
    DELIVERY = "delivery", "Delivery or installation"
    SURVEY = "survey", "Survey"
    REGISTRATION = "registration", "Product registration"
    MEETING = "meeting", "Meeting"
    RFID = "rfid", "RFID reader"
    OPEN = "open", "Mail opened"
    CLICK = "click", "Link clicked"


CHANNEL_WORDS: dict[str, str] = dict(Channel.choices)

# machines write these by the thousand: the timeline shows them by the month
BULK_CHANNELS: tuple[str, ...] = (Channel.OPEN, Channel.CLICK, Channel.KIOSK, Channel.RFID)


class CallOutcome(TextChoices):
    """What came of a call; stored as it is shown."""

    ANSWERED = "answered", "Answered"
    CALL_BACK = "call back", "Call back"
    LEFT_MESSAGE = "left a message", "Left a message"
    NO_ANSWER = "no answer", "No answer"
    WRONG_NUMBER = "wrong number", "Wrong number"


class Direction(TextChoices):
    INBOUND = "in", "from the customer"
    OUTBOUND = "out", "to the customer"


class ConsentChannel(TextChoices):
    """By what a message reaches somebody who allowed it."""

    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    WIRELESS = "wireless", "SMS and wireless"
    POST = "post", "Post"
    SOCIAL = "social", "Social media"


class ConsentLevel(IntegerChoices):
    """How firmly it was allowed; the order is the order of strength. `NONE`: taken back."""

    NONE = 0, "No"
    IMPLIED = 1, "Implied"
    OPT_IN = 2, "Opt-in"
    DOUBLE_OPT_IN = 3, "Double opt-in"


class LegalBasis(TextChoices):
    CONSENT = "consent", "Consent"
    CONTRACT = "contract", "Contract"
    INTEREST = "legitimate interest", "Legitimate interest"
    OBLIGATION = "legal obligation", "Legal obligation"


class RelationKind(TextChoices):
    """How the first contact stands to the second. `REVERSED` says the same from the second's side."""

    EMPLOYS = "employs", "employs"
    SUBSIDIARY = "subsidiary_of", "is a subsidiary of"
    MEMBER = "member_of", "is a member of"
    PARTNER = "partner", "is a partner of"
    SUPPLIER = "supplier", "supplies"
    DISTRIBUTOR = "distributor", "distributes for"
    RETAILER = "retailer", "retails for"
    REFERRER = "referrer", "referred"
    DOOR_OPENER = "door_opener", "opens doors at"
    INFLUENCER = "influencer", "influences"
    COMPETITOR = "competitor_of", "competes with"
    HOUSEHOLD = "household", "shares a household with"


REVERSED: dict[str, str] = {
    RelationKind.EMPLOYS: "works for",
    RelationKind.SUBSIDIARY: "has the subsidiary",
    RelationKind.MEMBER: "has the member",
    RelationKind.PARTNER: "is a partner of",
    RelationKind.SUPPLIER: "is supplied by",
    RelationKind.DISTRIBUTOR: "is distributed by",
    RelationKind.RETAILER: "is retailed by",
    RelationKind.REFERRER: "was referred by",
    RelationKind.DOOR_OPENER: "was opened up by",
    RelationKind.INFLUENCER: "is influenced by",
    RelationKind.COMPETITOR: "competes with",
    RelationKind.HOUSEHOLD: "shares a household with",
}


class Answer(TextChoices):
    """Whether a person may be written to, and why. The first two say yes."""

    GRANTED = "granted", "They agreed"
    NOT_NEEDED = "not_needed", "This needs no consent"
    ARCHIVED = "archived", "The contact is archived"
    UNREACHABLE = "unreachable", "There is no address for this channel"
    SUPPRESSED = "suppressed", "Nothing is sent to this address any more"
    WITHDRAWN = "withdrawn", "They said no"
    LICENCE_ENDED = "licence_ended", "The licence of the list they came from has ended"
    COMPILED = "compiled", "From a compiled list, without a consent of their own"
    NEVER_ASKED = "never_asked", "Never asked"
    TOO_WEAK = "too_weak", "Their consent is weaker than this needs"


YES = (Answer.GRANTED, Answer.NOT_NEEDED)


class MergeStep(TextChoices):
    """What a statement of a merge did to rows."""

    MOVED = "moved", "Moved"
    CHANGED = "changed", "Changed"
    ASIDE = "aside", "Taken aside"


class RequestKind(TextChoices):
    """What a person asks for of the data that we have about them."""

    ACCESS = "access", "All their data"
    ERASURE = "erasure", "Erasure"


class RequestState(TextChoices):
    """How far a request about a person's data is. `working`: a job is at it."""

    OPEN = "open", "Open"
    WORKING = "working", "Working"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


class ErasureReason(TextChoices):
    """Why data of a person are erased, as the law has it (GDPR, article 17)."""

    ASKED = "asked", "They asked for it"
    WITHDRAWN = "withdrawn", "They took their consent back"
    OBJECTED = "objected", "They object to our keeping it"
    PURPOSE = "purpose", "It is not needed any more"
    UNLAWFUL = "unlawful", "It should never have been kept"
    TIME = "time", "Its time is over"


class Act(TextChoices):
    """What a retention rule does."""

    ERASE = "erase", "Erase the people"
    EMPTY = "empty", "Empty the words"
    DELETE = "delete", "Take the rows away"
