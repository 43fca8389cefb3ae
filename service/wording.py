"""What the house writes to a customer by itself, in each language that a ticket can be in.

`portal` stands above the link to the customer's own requests, below each reply. `reminder` is the mail to who does not
answer; `ending` is its sentence where the ticket is solved after that (one for a day, one for several).
"""

from __future__ import annotations

from typing import NamedTuple

ENGLISH = "en"


class Words(NamedTuple):
    """Texts of one language; fields of the reminder are those of macros."""

    portal: str
    reminder: str
    ending_day: str
    ending_days: str
    your_request: str


WORDS: dict[str, Words] = {
    "en": Words(
        "Your requests, and what we answered:",
        "Hello {{first_name|there}},\n\nwe answered you about “{{subject}}” and have not heard from you since. If you"
        " still need us, just answer this mail: it reaches us as {{number}}.",
        "Otherwise we take it as settled in a day.",
        "Otherwise we take it as settled in {days} days.",
        "your request",
    ),
    "de": Words(
        "Ihre Anfragen und unsere Antworten:",
        "Guten Tag,\n\nwir haben Ihnen zu „{{subject}}“ geantwortet und seither nichts von Ihnen gehört. Brauchen Sie"
        " uns noch, dann antworten Sie einfach auf diese E-Mail: Sie erreicht uns als {{number}}.",
        "Sonst sehen wir die Sache in einem Tag als erledigt an.",
        "Sonst sehen wir die Sache in {days} Tagen als erledigt an.",
        "Ihre Anfrage",
    ),
    "fr": Words(
        "Vos demandes et nos réponses :",
        "Bonjour,\n\nnous vous avons répondu au sujet de « {{subject}} » et sommes sans nouvelles de vous depuis. Si"
        " vous avez encore besoin de nous, répondez simplement à ce message : il nous parvient sous {{number}}.",
        "Sinon, nous considérerons la question comme réglée dans un jour.",
        "Sinon, nous considérerons la question comme réglée dans {days} jours.",
        "votre demande",
    ),
    "es": Words(
        "Sus consultas y nuestras respuestas:",
        "Buenos días:\n\nLe respondimos sobre «{{subject}}» y desde entonces no hemos tenido noticias suyas. Si todavía"
        " nos necesita, responda a este correo: nos llega como {{number}}.",
        "De lo contrario, daremos el asunto por resuelto en un día.",
        "De lo contrario, daremos el asunto por resuelto en {days} días.",
        "su consulta",
    ),
    "it": Words(
        "Le sue richieste e le nostre risposte:",
        "Buongiorno,\n\nle abbiamo risposto a proposito di “{{subject}}” e da allora non abbiamo più sue notizie. Se ha"
        " ancora bisogno di noi, risponda a questa e-mail: ci arriva come {{number}}.",
        "Altrimenti considereremo la questione risolta tra un giorno.",
        "Altrimenti considereremo la questione risolta tra {days} giorni.",
        "la sua richiesta",
    ),
    "nl": Words(
        "Uw vragen en onze antwoorden:",
        "Goedendag,\n\nwij hebben u geantwoord over “{{subject}}” en sindsdien niets van u gehoord. Hebt u ons nog"
        " nodig, beantwoord dan gewoon deze e-mail: hij bereikt ons als {{number}}.",
        "Anders beschouwen wij de zaak over een dag als afgehandeld.",
        "Anders beschouwen wij de zaak over {days} dagen als afgehandeld.",
        "uw vraag",
    ),
    "pt": Words(
        "Os seus pedidos e as nossas respostas:",
        "Bom dia,\n\nrespondemos-lhe sobre “{{subject}}” e desde então não tivemos notícias suas. Se ainda precisar de"
        " nós, responda a este e-mail: chega-nos como {{number}}.",
        "Caso contrário, daremos o assunto por resolvido dentro de um dia.",
        "Caso contrário, daremos o assunto por resolvido dentro de {days} dias.",
        "o seu pedido",
    ),
    "pl": Words(
        "Państwa zgłoszenia i nasze odpowiedzi:",
        "Dzień dobry,\n\nodpowiedzieliśmy w sprawie „{{subject}}” i od tego czasu nie mamy od Państwa wiadomości. Jeśli"
        " nadal możemy pomóc, prosimy odpowiedzieć na tę wiadomość: trafi do nas jako {{number}}.",
        "W przeciwnym razie za jeden dzień uznamy sprawę za załatwioną.",
        "W przeciwnym razie uznamy sprawę za załatwioną. Liczba dni do tego czasu: {days}.",
        "Państwa zgłoszenie",
    ),
    "sv": Words(
        "Dina ärenden och våra svar:",
        "Hej,\n\nvi svarade dig om ”{{subject}}” och har inte hört av dig sedan dess. Behöver du oss fortfarande är det"
        " bara att svara på det här mejlet: det når oss som {{number}}.",
        "Annars ser vi ärendet som avslutat om en dag.",
        "Annars ser vi ärendet som avslutat om {days} dagar.",
        "ditt ärende",
    ),
    "da": Words(
        "Dine henvendelser og vores svar:",
        "Hej,\n\nvi svarede dig om »{{subject}}« og har ikke hørt fra dig siden. Har du stadig brug for os, så svar"
        " bare på denne mail: den når os som {{number}}.",
        "Ellers betragter vi sagen som afsluttet om en dag.",
        "Ellers betragter vi sagen som afsluttet om {days} dage.",
        "din henvendelse",
    ),
}  # fmt: skip


def words_in(language: str) -> Words:
    """The texts of a language; those in English where it is another, or not known."""
    return WORDS.get(language, WORDS[ENGLISH])


def reminder_in(language: str, days: int | None) -> str:
    """The reminder, with its fields; `days` until the ticket is solved without an answer, None where it never is."""
    words = words_in(language)
    ending = "" if not days else words.ending_day if days == 1 else words.ending_days.format(days=days)
    return f"{words.reminder} {ending}".rstrip() + "\n\n{{company}}"
