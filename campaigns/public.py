"""What mails of campaigns lead to: the way through us to a page (`/t/`), and what a person wants to get (`/p/`).

A look at `/p/` changes nothing, for programs follow links; the buttons do, and so does the one click of a mail program
(RFC 8058), which sends no cookie and so no token of a form. Nothing of the person is shown. A link of `/t/` is sealed
with the address inside it: it leads there and nowhere else, and no answer waits until the click is written (`noting`).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from campaigns.choices import HitKind, Pace
from campaigns.mail.blocks import LONGEST_URL
from campaigns.models import Hit, Recipient
from campaigns.noting import note
from campaigns.preferences import choose_pace, choose_purposes, pace_of, say_no, standing_of
from campaigns.sending.outcomes import is_program
from contacts.choices import ConsentChannel
from contacts.models import Contact
from crm.company import company_at_hand
from crm.foreign.tokens import Purpose, read_token
from crm.languages.speaking import language_of_browser

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00"
    b"\x01\x00\x00\x02\x02D\x01\x00;"
)
PACES = {str(one.value) for one in Pace}


def _noted(request: HttpRequest, said: dict[str, Any], kind: str, url: str = "") -> None:
    """Have a raw look or click written down."""
    agent = request.headers.get("User-Agent", "")[:200].replace("\0", "")
    is_bot = is_program(agent) or request.method != "GET"
    note(
        Hit(
            recipient_id=said["r"], campaign_id=said["c"], kind=kind, url=url[:LONGEST_URL], at=timezone.now(),
            user_agent=agent, is_bot=is_bot,
        )
    )  # fmt: skip


def _quiet(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@method_decorator(login_not_required, name="dispatch")
class ClickView(View):
    """On to the page that a link of a mail leads to."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        said = read_token(Purpose.CLICK, token)
        if said is None:
            request.language = language_of_browser(request)  # type: ignore[attr-defined] # a person reads this
            return _quiet(render(request, "campaigns/public/void.html", status=404))
        _noted(request, said, HitKind.CLICK, said["u"])
        return _quiet(HttpResponseRedirect(said["u"]))


@method_decorator(login_not_required, name="dispatch")
class OpeningView(View):
    """The picture of one point; a wrong link gets it too, and nothing is written."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        said = read_token(Purpose.OPENING, token)
        if said is not None:
            _noted(request, said, HitKind.OPEN)
        return _quiet(HttpResponse(GIF, content_type="image/gif"))


@method_decorator((login_not_required, csrf_exempt), name="dispatch")
class PreferencesView(View):
    """What a person wants to get, purpose by purpose and channel by channel, and how often; and the one click that says
    no."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with company_at_hand() as company:
            request.company = company  # type: ignore[attr-defined]
            said = read_token(Purpose.PREFERENCES, kwargs["token"]) or {}
            self.contact = Contact.objects.filter(pk=said["contact"]).first() if said else None
            self.recipient = Recipient.objects.filter(pk=said.get("recipient", 0)).select_related("campaign").first()
            if self.contact is None:
                return _quiet(render(request, "campaigns/public/void.html", status=404))
            response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
            return response

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """The one click of a mail program, “nothing any more”, or the purposes that are ticked."""
        assert self.contact is not None  # noqa: S101 - dispatch has seen to it
        if request.POST.get("List-Unsubscribe") == "One-Click":
            say_no(contact=self.contact, recipient=self.recipient)
        elif "nothing" in request.POST:
            choose_purposes(contact=self.contact, wanted=(), recipient=self.recipient)
        else:
            wanted = {(channel, key) for channel in ConsentChannel.values for key in request.POST.getlist(channel)}
            choose_purposes(contact=self.contact, wanted=wanted, recipient=self.recipient)
            if (pace := request.POST.get("pace", "")) in PACES:
                choose_pace(contact=self.contact, days=int(pace), recipient=self.recipient)
        return self.show(is_done=True)

    def show(self, *, is_done: bool = False) -> HttpResponse:
        assert self.contact is not None  # noqa: S101 - dispatch has seen to it
        said = pace_of(self.contact)
        context = {
            "is_done": is_done,
            "purposes": standing_of(self.contact),
            "paces": Pace.choices,
            "pace": said.days if said else Pace.ANY,
        }
        return _quiet(render(self.request, "campaigns/public/preferences.html", context))
