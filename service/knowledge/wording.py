"""The few words of the help pages that are not an article's, in the reader's language."""

from __future__ import annotations

ENGLISH = {
    "help": "Help",
    "how": "How can we help?",
    "search": "Search",
    "search_hint": "Ask in your own words",
    "all": "All topics",
    "other": "More",
    "hits": "found",
    "hits_and_more": "or more found: type more of what you look for",
    "close": "Nothing has all of these words; this comes close:",
    "nothing": "Nothing found",
    "nothing_text": "Try other words, or look through the topics below.",
    "empty": "There is nothing here yet",
    "empty_text": "As soon as something is written, it will stand here.",
    "helped": "Did this help?",
    "yes": "Yes",
    "no": "No",
    "thanks": "Thank you. That helps us to write better.",
    "missing": "What was missing?",
    "send": "Send",
    "changed": "Last changed on",
    "see_also": "See also",
    "languages": "Languages",
    "next": "Next page",
    "previous": "Page before",
    "back": "Back to the topics",
    "gone": "There is no such page",
    "gone_text": "It may have been taken off. Look for what you need here:",
    "flooded": "Too much came from here within an hour. Please try again later.",
    "mine": "Your requests",
}
GERMAN = {
    "help": "Hilfe",
    "how": "Wie können wir helfen?",
    "search": "Suchen",
    "search_hint": "Fragen Sie in Ihren Worten",
    "all": "Alle Themen",
    "other": "Weiteres",
    "hits": "gefunden",
    "hits_and_more": "oder mehr gefunden: Schreiben Sie mehr von dem, was Sie suchen",
    "close": "Nirgends stehen alle diese Wörter; am nächsten kommt:",
    "nothing": "Nichts gefunden",
    "nothing_text": "Versuchen Sie andere Wörter, oder sehen Sie die Themen durch.",
    "empty": "Hier steht noch nichts",
    "empty_text": "Sobald etwas geschrieben ist, steht es hier.",
    "helped": "Hat das geholfen?",
    "yes": "Ja",
    "no": "Nein",
    "thanks": "Danke. Das hilft uns, besser zu schreiben.",
    "missing": "Was hat gefehlt?",
    "send": "Senden",
    "changed": "Zuletzt geändert am",
    "see_also": "Siehe auch",
    "languages": "Sprachen",
    "next": "Nächste Seite",
    "previous": "Seite davor",
    "back": "Zurück zu den Themen",
    "gone": "Diese Seite gibt es nicht",
    "gone_text": "Vielleicht wurde sie entfernt. Suchen Sie hier, was Sie brauchen:",
    "flooded": "Von hier kam zu viel in einer Stunde. Bitte versuchen Sie es später.",
    "mine": "Ihre Anfragen",
}
WORDS = {"en": ENGLISH, "de": GERMAN}


def words_in(language: str) -> dict[str, str]:
    """The words of a language; English, where nobody has put them into it."""
    return WORDS.get(language, ENGLISH)
