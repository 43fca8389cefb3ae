"""Enumerations of knowledge."""

from __future__ import annotations

from django.db.models import TextChoices


class Audience(TextChoices):
    """Whom an article is for. A customer never learns that an internal one exists."""

    INTERNAL = "internal", "Colleagues"
    PUBLIC = "public", "Customers"


class ArticleState(TextChoices):
    """How far an article is. A `published` one may have newer words that wait; an `archived` one is found no more."""

    DRAFT = "draft", "Draft"
    REVIEW = "review", "To be reviewed"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"


class SearchPlace(TextChoices):
    """Where somebody searched."""

    HELP = "help", "On the help pages"
    TICKET = "ticket", "In a ticket"


class UseKind(TextChoices):
    """How an article went into an answer."""

    LINK = "link", "Link"
    TEXT = "text", "Text"


class ArticleLanguage(TextChoices):
    """Languages in which articles are written, by their own names."""

    ENGLISH = "en", "English"
    GERMAN = "de", "Deutsch"
    FRENCH = "fr", "Français"
    SPANISH = "es", "Español"
    ITALIAN = "it", "Italiano"
    DUTCH = "nl", "Nederlands"
    PORTUGUESE = "pt", "Português"
    DANISH = "da", "Dansk"
    SWEDISH = "sv", "Svenska"
    NORWEGIAN = "no", "Norsk"
    FINNISH = "fi", "Suomi"
    HUNGARIAN = "hu", "Magyar"
    ROMANIAN = "ro", "Română"
    TURKISH = "tr", "Türkçe"
    POLISH = "pl", "Polski"
    CZECH = "cs", "Čeština"


STATE_TONES: dict[str, str] = {
    ArticleState.DRAFT: "neutral",
    ArticleState.REVIEW: "warn",
    ArticleState.PUBLISHED: "good",
    ArticleState.ARCHIVED: "neutral",
}
SHARED_FACTS = ("audience", "category", "product")
"""What an article and its translations have in common."""
