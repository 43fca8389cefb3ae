"""The languages in which surveys are answered: their names, the words around the questions, and the texts of a survey
that can be said in another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

LANGUAGES = (
    ("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("it", "Italiano"),
    ("nl", "Nederlands"), ("pl", "Polski"), ("pt", "Português"), ("ar", "العربية"),
)  # fmt: skip
FROM_THE_RIGHT = ("ar",)
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
    "it": {
        "send": "Invia", "change": "Modifica le risposte", "required": "Risponda a questa domanda, per favore.",
        "optional": "facoltativo", "thanks": "Grazie", "thanks_text": "La sua risposta ci aiuta a migliorare.",
        "changeable": "Per un giorno può modificare le risposte con lo stesso link.",
        "wrong": "Alcune risposte sono da rivedere.", "number": "Indichi un numero, per favore.",
        "flooded": "Da qui sono arrivati troppi invii. Riprovi più tardi, per favore.",
        "again": "Invii ancora una volta, per favore.", "choose": "Scelga una di queste risposte, per favore.",
        "long": "È troppo lungo.", "already": "Ha già risposto. Grazie.",
    },
    "nl": {
        "send": "Versturen", "change": "Antwoorden wijzigen", "required": "Beantwoord dit alstublieft.",
        "optional": "niet verplicht", "thanks": "Dank u wel",
        "thanks_text": "Uw antwoord helpt ons om beter te worden.",
        "changeable": "U kunt uw antwoorden een dag lang wijzigen via dezelfde link.",
        "wrong": "Kijk alstublieft nog eens naar enkele antwoorden.", "number": "Vul alstublieft een getal in.",
        "flooded": "Er kwam te veel van hier. Probeer het later nog eens.",
        "again": "Verstuur het alstublieft nog een keer.", "choose": "Kies alstublieft een van deze antwoorden.",
        "long": "Dit is te lang.", "already": "U hebt al geantwoord. Dank u wel.",
    },
    "pl": {
        "send": "Wyślij", "change": "Zmień odpowiedzi", "required": "Prosimy o odpowiedź.",
        "optional": "nieobowiązkowe", "thanks": "Dziękujemy", "thanks_text": "Ta odpowiedź pomaga nam być lepszymi.",
        "changeable": "Odpowiedzi można zmieniać przez jeden dzień pod tym samym linkiem.",
        "wrong": "Niektóre odpowiedzi trzeba poprawić.", "number": "Prosimy podać liczbę.",
        "flooded": "Stąd przyszło zbyt wiele odpowiedzi. Prosimy spróbować później.",
        "again": "Prosimy wysłać jeszcze raz.", "choose": "Prosimy wybrać jedną z odpowiedzi.",
        "long": "To jest za długie.", "already": "Odpowiedź już do nas dotarła. Dziękujemy.",
    },
    "pt": {
        "send": "Enviar", "change": "Alterar as respostas", "required": "Responda, por favor.",
        "optional": "opcional", "thanks": "Obrigado", "thanks_text": "A sua resposta ajuda-nos a melhorar.",
        "changeable": "Pode alterar as respostas durante um dia com o mesmo link.",
        "wrong": "Algumas respostas precisam de ser revistas.", "number": "Indique um número, por favor.",
        "flooded": "Foi enviado demasiado a partir daqui. Tente mais tarde, por favor.",
        "again": "Envie mais uma vez, por favor.", "choose": "Escolha uma das respostas, por favor.",
        "long": "É demasiado longo.", "already": "Já respondeu. Obrigado.",
    },
    "ar": {
        "send": "إرسال", "change": "تعديل إجاباتك", "required": "يرجى الإجابة عن هذا السؤال.",
        "optional": "اختياري", "thanks": "شكرًا لك", "thanks_text": "إجابتك تساعدنا على التحسّن.",
        "changeable": "يمكنك تعديل إجاباتك خلال يوم واحد من الرابط نفسه.",
        "wrong": "بعض الإجابات تحتاج إلى مراجعة.", "number": "يرجى كتابة رقم.",
        "flooded": "وصلنا الكثير من هنا. يرجى المحاولة لاحقًا.", "again": "يرجى الإرسال مرة أخرى.",
        "choose": "يرجى اختيار إحدى الإجابات.", "long": "النص طويل جدًا.", "already": "لقد أجبت من قبل. شكرًا لك.",
    },
}  # fmt: skip
"""The words around the questions; what a language does not have is English."""
MAILED: dict[str, dict[str, str]] = {
    "en": {
        "subject": "How did we do?", "text": "We would like to know how you find us. It takes a minute.",
        "no_more": "You do not want to be asked any more?", "tell": "Tell us here",
    },
    "de": {
        "subject": "Wie zufrieden sind Sie?",
        "text": "Wir möchten wissen, wie Sie uns finden. Es dauert eine Minute.",
        "no_more": "Sie möchten nicht mehr gefragt werden?", "tell": "Sagen Sie es uns hier",
    },
    "fr": {
        "subject": "Êtes-vous satisfait ?",
        "text": "Nous aimerions savoir ce que vous pensez de nous. Cela prend une minute.",
        "no_more": "Vous ne voulez plus être interrogé ?", "tell": "Dites-le-nous ici",
    },
    "es": {
        "subject": "¿Qué tal lo hicimos?", "text": "Queremos saber qué le parecemos. Solo lleva un minuto.",
        "no_more": "¿No quiere que le preguntemos más?", "tell": "Díganoslo aquí",
    },
    "it": {
        "subject": "Come siamo andati?", "text": "Vorremmo sapere come ci trova. Ci vuole un minuto.",
        "no_more": "Non vuole più ricevere domande?", "tell": "Ce lo dica qui",
    },
    "nl": {
        "subject": "Hoe deden we het?", "text": "We horen graag wat u van ons vindt. Het duurt een minuut.",
        "no_more": "Wilt u niet meer gevraagd worden?", "tell": "Laat het ons hier weten",
    },
    "pl": {
        "subject": "Jak nam poszło?", "text": "Chcemy wiedzieć, co Państwo o nas sądzą. To zajmie minutę.",
        "no_more": "Nie chcą Państwo więcej takich pytań?", "tell": "Prosimy powiedzieć nam tutaj",
    },
    "pt": {
        "subject": "Como nos saímos?", "text": "Gostaríamos de saber o que pensa de nós. Demora um minuto.",
        "no_more": "Não quer voltar a ser questionado?", "tell": "Diga-nos aqui",
    },
    "ar": {
        "subject": "ما رأيك بنا؟", "text": "نود أن نعرف رأيك بنا. لن يستغرق الأمر أكثر من دقيقة.",
        "no_more": "لا ترغب في تلقي أسئلة أخرى؟", "tell": "أخبرنا من هنا",
    },
}  # fmt: skip
"""The words of the mail where the survey has none of its own, and what stands below every one."""


def mailed_in(language: str) -> dict[str, str]:
    return MAILED.get(language, MAILED["en"])


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
        texts |= {f"q{one.pk}": one.text}
        if not one.matrix_id:  # its ends stand above the rows of a matrix once
            texts |= {f"q{one.pk}.low": one.low_label, f"q{one.pk}.high": one.high_label}
        texts |= {f"q{one.pk}.c{place}": choice for place, choice in enumerate(one.choices)}
    return {key: text for key, text in texts.items() if text}


def said_in(survey: Any, language: str, key: str, text: str) -> str:
    """A text of a survey in a language; as it is where it is not translated."""
    found: Mapping[str, str] = survey.translations.get(language, {})
    return found.get(key) or text
