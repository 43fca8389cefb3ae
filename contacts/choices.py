"""Enumerations of contacts."""

from django.db.models import TextChoices


class ContactKind(TextChoices):
    PERSON = "person", "Person"
    ORGANIZATION = "organization", "Organization"


class Market(TextChoices):
    """Market category; a customer may be in several."""

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


class Direction(TextChoices):
    INBOUND = "in", "from the customer"
    OUTBOUND = "out", "to the customer"
