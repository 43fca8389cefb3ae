"""The hook that a mail provider, or a mail server's pipe, brings mails to: `POST /hooks/mail/TOKEN/`.

Signed as in Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,BASE64`, the HMAC-SHA256 of
`ID.TIMESTAMP.BODY` by the secret of the mailbox. The body is the mail itself, or a form with the mail as the file
`email` (also `message`, `body-mime`). What is answered says nothing of what is stored.
"""

from __future__ import annotations

import hmac
import io

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from crm.foreign.webhooks import signature
from crm.incoming.actions import hook_secret
from crm.incoming.choices import Door
from crm.incoming.intake import TooLarge, take_in
from crm.models import Mailbox

SKEW_SECONDS = 300
LONGEST_ID = 200
ROOM = 1 << 20  # for what a form has around the mail
NAMES = ("email", "message", "body-mime", "mime")


@method_decorator((login_not_required, csrf_exempt), name="dispatch")
class MailHookView(View):
    """Takes one mail in; the same mail again is answered as the first time."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        mailbox = Mailbox.objects.filter(hook_token=token, is_active=True).first()
        if mailbox is None:
            raise Http404("There is no such hook.")
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length.isdecimal():
            return _refused(411, "Say how long it is (Content-Length).")
        if int(length) > settings.CRM_MAIL_LARGEST + ROOM:
            return _refused(413, "It is larger than any mail that is taken in.")
        body = request.read(int(length))
        if not is_signed(request, body, hook_secret(mailbox)):
            return _refused(401, "The signature is missing, wrong, or older than five minutes.")
        try:
            raw = mail_in(request, body)
            if not raw.strip():
                return _refused(400, "There is no mail in it.")
            take_in(raw, door=Door.HOOK, mailbox=mailbox)
        except TooLarge as error:
            return _refused(413, str(error))
        return JsonResponse({"taken": True}, status=202)


def is_signed(request: HttpRequest, body: bytes, secret: str) -> bool:
    """Whether one of the signatures is that of this body, made within five minutes of now."""
    message_id = request.headers.get("webhook-id", "")
    moment = request.headers.get("webhook-timestamp", "")
    given = request.headers.get("webhook-signature", "")
    if (
        not message_id
        or len(message_id) > LONGEST_ID
        or not (moment.isascii() and moment.isdecimal())
        or len(moment) > 12
    ):
        return False
    if abs(timezone.now().timestamp() - int(moment)) > SKEW_SECONDS:
        return False
    wanted = signature(secret, message_id, int(moment), body).encode()
    return any(hmac.compare_digest(one.encode("utf-8", "replace"), wanted) for one in given.split(" ")[:10])


def mail_in(request: HttpRequest, body: bytes) -> bytes:
    """The mail that the body is, or that a form in it holds. Raises TooLarge for a long field of a form."""
    if not (request.content_type or "").startswith("multipart/form-data"):
        return body
    try:
        parser = MultiPartParser(request.META, io.BytesIO(body), request.upload_handlers, "utf-8")
        fields, files = parser.parse()
    except RequestDataTooBig as error:
        raise TooLarge("A field of a form may not be as long as this mail: bring it as a file of the form.") from error
    except (MultiPartParserError, SuspiciousOperation):
        return b""
    for name in NAMES:
        if name in files:
            return b"".join(files.getlist(name)[0].chunks())
        if name in fields:
            return str(fields[name]).encode("utf-8", "surrogateescape")
    return b""


def _refused(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"detail": sentence}, status=status)
