"""Words by which mails are told apart, in the languages of those who write: above quotations, under letters, of
machines that are away."""

from __future__ import annotations

import re

# how programs begin the line above a quoted mail, and how they end it, in the languages of our customers
BEGINNINGS = re.compile(
    r"\s*(on|at|le|am|el|il|op|em|no dia|den|dne|dňa|w dniu|pe|pada|vào|în|den \d|am \d|в|на|\d{4}[-./年]|\d{1,2}[-./]"
    r"|\d{1,2}\.? \w{3,}|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim)\b",
    re.IGNORECASE,
)
ENDINGS = re.compile(
    r"(wrote|a écrit|schrieb(?: am .{0,60}| .{0,120})?|escribió|ha scritto|schreef(?: .{0,120})?|geschreven|escreveu"
    r"|skrev(?: .{0,120})?|napisał(?:\(a\)|a)?|написал(?:\(а\)|а)?|пише|napsal(?:\(a\)|a)?|írta|yazdı|kirjoitti|tulis"
    r"|đã viết|a scris|написа|写道|寫道|のメール|のメッセージ|작성|έγραψε|ha escrit)\s*[:：]?\s*$",
    re.IGNORECASE,
)
# `30 Apr 2025, 15:19, Ada <ada@example.com>:` and the like, without a word for writing
MOMENT_AND_ADDRESS = re.compile(r"(?=.{0,200}\d{1,2}[:.]\d{2}).{0,400}<[^<>@\s]{1,200}@[^<>\s]{1,200}>\s*[:：]\s*$")
BETWEEN_DASHES = re.compile(r"\s*-{3,}\s*(on|le|am|el|il|op|em)\b.{5,300}\b\S{3,14}\s*-{3,}\s*", re.IGNORECASE)
END_COLON = re.compile(r"[:：]$")
HAS_DATE_OR_ADDRESS = re.compile(r"\d|@")
FROM_LINE = re.compile(
    r"\s*[*_>]*\s*(from|von|de|da|van|från|fra|od|от|lähettäjä|kimden|发件人|寄件者|差出人|보낸 사람)"
    r"\s*[*_]*\s*[:：]",
    re.IGNORECASE,
)
HEAD_LINE = re.compile(
    r"\s*[*_>]*\s*(sent|date|to|cc|subject|reply-to|gesendet|datum|an|betreff|envoyé|date|à|objet|enviado(?: el)?|para"
    r"|fecha|asunto|inviato|data|a|oggetto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|wysłano|do|temat"
    r"|отправлено|дата|кому|тема|发送时间|收件人|主题|送信日時|宛先|件名|보낸 날짜|받는 사람|제목)\s*[*_]*\s*[:：]",
    re.IGNORECASE,
)
ORIGINAL = re.compile(
    r"\s*[-_]{2,}\s*(original message|original appointment|reply message|ursprüngliche nachricht|originalnachricht"
    r"|message d['’]origine|message original|mensaje original|mensagem original|messaggio originale"
    r"|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|wiadomość oryginalna"
    r"|исходное сообщение|原始邮件|原始郵件|元のメッセージ|원본 메시지)\s*[-_]{2,}\s*",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*_{20,}\s*")
SIGNATURE = re.compile(r"\s*--[ \t\u00a0]*")
SENT_FROM = re.compile(
    r"\s*(sent from (?:my|a) |sent from (?:mail|outlook|yahoo|proton)|get outlook for|von meinem .{1,30} gesendet"
    r"|gesendet von |envoyé (?:de mon|depuis mon|à partir de )|enviado desde mi|enviado do meu|inviato da"
    r"|verzonden vanaf|verstuurd vanaf"
    r"|skickat från min|sendt fra min|wysłane z|отправлено с )",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"\s*((best|kind|kindest|warm|warmest|many)?\s*regards|sincerely( yours)?|yours (sincerely|faithfully|truly)"
    r"|mit (freundlichen|besten|herzlichen) gr(ü|ue)(ß|ss)en|(freundliche|viele|beste|liebe) gr(ü|ue)(ß|ss)e"
    r"|(bien )?cordialement|(cordiali|distinti) saluti|(un )?saludos?( cordiales)?|atenciosamente"
    r"|met vriendelijke groet(en)?"
    r"|med vänliga hälsningar|med venlig hilsen|z poważaniem|с уважением)\s*[,.!]*\s*",
    re.IGNORECASE,
)
AWAY = re.compile(
    r"^\s*(re:|aw:)?\s*(automatic reply|auto(matic)?[- ]?(reply|response|antwort)|autoreply|out of (the )?office|ooo\b"
    r"|abwesenheits(notiz|meldung|assistent)|automatische antwort|réponse automatique|absence du bureau"
    r"|absent du bureau"
    r"|respuesta automática|fuera de (la )?oficina|risposta automatica|fuori sede|automatisch antwoord"
    r"|automatiskt svar|autosvar|resposta automática|odpowiedź automatyczna|автоответ|автоматический ответ|自動返信"
    r"|自动回复|vacation reply)",
    re.IGNORECASE,
)
