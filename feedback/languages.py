"""The languages in which surveys are answered: their names, the words around the questions, and the texts of a survey
that can be said in another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

LANGUAGES = (
    ("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("it", "Italiano"),
    ("nl", "Nederlands"), ("pl", "Polski"), ("pt", "Português"),
)  # fmt: skip
NAMES: dict[str, str] = dict(LANGUAGES)
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "send": "Send", "change": "Change your answers", "required": "Please answer this.", "optional": "optional",
        "thanks": "Thank you", "thanks_text": "Your answer helps us to do better.",
        "changeable": "You can change your answers for a day, by the same link.",
        "wrong": "Some answers need another look.", "number": "Please give a number.",
        "flooded": "Too much was sent from here. Please try again later.", "again": "Please send it once more.",
        "choose": "Please choose one of these.", "long": "This is too long.",
        "already": "You have answered this. Thank you.",
    },
    "de": {
        "send": "Absenden", "change": "Antworten ändern", "required": "Bitte beantworten Sie das.",
        "optional": "freiwillig", "thanks": "Vielen Dank", "thanks_text": "Ihre Antwort hilft uns, besser zu werden.",
        "changeable": "Einen Tag lang können Sie Ihre Antworten über denselben Link ändern.",
        "wrong": "Bitte sehen Sie einige Antworten noch einmal an.", "number": "Bitte geben Sie eine Zahl an.",
        "flooded": "Von hier kam zu viel. Bitte versuchen Sie es später noch einmal.",
        "again": "Bitte senden Sie es noch einmal ab.", "choose": "Bitte wählen Sie eine Möglichkeit.",
        "long": "Das ist zu lang.", "already": "Sie haben schon geantwortet. Vielen Dank.",
    },
    "fr": {
        "send": "Envoyer", "change": "Modifier vos réponses", "required": "Merci de répondre à cette question.",
        "optional": "facultatif", "thanks": "Merci", "thanks_text": "Votre réponse nous aide à nous améliorer.",
        "changeable": "Vous pouvez modifier vos réponses pendant un jour, par le même lien.",
        "wrong": "Certaines réponses sont à revoir.", "number": "Merci d’indiquer un nombre.",
        "flooded": "Trop d’envois depuis ici. Merci de réessayer plus tard.",
        "again": "Merci d’envoyer encore une fois.",
        "choose": "Merci de choisir une réponse.", "long": "Ce texte est trop long.",
        "already": "Vous avez déjà répondu. Merci.",
    },
    "es": {
        "send": "Enviar", "change": "Cambiar sus respuestas", "required": "Responda, por favor.",
        "optional": "opcional", "thanks": "Gracias", "thanks_text": "Su respuesta nos ayuda a mejorar.",
        "changeable": "Puede cambiar sus respuestas durante un día con el mismo enlace.",
        "wrong": "Revise algunas respuestas, por favor.", "number": "Indique un número, por favor.",
        "flooded": "Se ha enviado demasiado desde aquí. Inténtelo más tarde.", "again": "Envíelo otra vez, por favor.",
        "choose": "Elija una opción, por favor.", "long": "Es demasiado largo.",
        "already": "Ya ha respondido. Gracias.",
    },
}  # fmt: skip
"""The words around the questions; a language without its own has the English ones."""


def words_in(language: str) -> dict[str, str]:
    return {**WORDS["en"], **WORDS.get(language, {})}


def language_wanted(offered: list[str], asked: str, accepted: str) -> str:
    """Of the languages that a survey offers the one to show: what is asked for, else what the browser accepts first,
    else the survey's own."""
    if asked in offered:
        return asked
    for part in accepted.split(",")[:20]:
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in offered:
            return code
    return offered[0]


def texts_of(survey: Any, questions: Iterable[Any]) -> dict[str, str]:
    """Every text that can be said in another language, by its key, in the order of the page."""
    texts = {"title": survey.title or survey.name, "intro": survey.intro, "thanks": survey.thanks}
    texts |= {"mail_subject": survey.mail_subject, "mail_text": survey.mail_text}
    for one in questions:
        texts |= {f"q{one.pk}": one.text, f"q{one.pk}.low": one.low_label, f"q{one.pk}.high": one.high_label}
        texts |= {f"q{one.pk}.c{place}": choice for place, choice in enumerate(one.choices)}
    return {key: text for key, text in texts.items() if text}


def said_in(survey: Any, language: str, key: str, text: str) -> str:
    """A text of a survey in a language; as it is where it is not translated."""
    found: Mapping[str, str] = survey.translations.get(language, {})
    return found.get(key) or text
