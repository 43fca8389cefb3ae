"""The page of the letters, calls or messages of a campaign, their file, and what somebody says of them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from campaigns.choices import CampaignChannel, CampaignState
from campaigns.models import Campaign, Piece, PieceFile
from campaigns.ways.codes import fold_code
from campaigns.ways.files import columns_of, rows_of
from campaigns.ways.forms import BackForm, GoneForm
from campaigns.ways.leaving import for_file, is_by_hand, say_come_back, say_gone, take_file
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.exporting.formats import FORMATS, format_called
from crm.exporting.taken import Taken
from crm.field_rights import hidden_fields
from crm.languages.telling import spoken
from crm.log import log_export
from crm.templatetags.figures import plural
from crm.views.base import ActionView, ScopedView

SHOWN = 50
TOLD_BY = {
    CampaignChannel.POST: {"street", "postal_code", "city", "region", "country"},
    CampaignChannel.PHONE: {"phone"},
    CampaignChannel.SMS: {"phone"},
    CampaignChannel.SOCIAL: {"handles"},
}
"""The fields of a contact that say where a piece goes; whoever does not see one of them sees no place."""
IN_WORDS = {"first_name", "last_name", "organization"}
"""Those that the words of a piece may say."""
CALLED = {
    CampaignChannel.POST: "Letters",
    CampaignChannel.PHONE: "Calls",
    CampaignChannel.SMS: "Messages",
    CampaignChannel.SOCIAL: "Messages",
}


class PieceView(ScopedView):
    """What the pages of pieces share: a campaign that is no mail's."""

    model = Campaign

    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(channel=CampaignChannel.EMAIL)


class PieceListView(PieceView):
    """The newest pieces, or the one of a code (`?code=`); the files, and what became of them."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign, user = self.get_record(), self.request.user
        rows = Piece.objects.visible_to(user).filter(campaign=campaign).select_related("recipient__variant")
        code = fold_code(request.GET.get("code", ""))
        may_change = can(user, Verb.CHANGE, campaign) and campaign.state == CampaignState.SENDING
        may_file = may_take_file(user, campaign)
        shown = rows.filter(code=code) if code else rows.order_by("-recipient")
        context = {
            "record": campaign,
            "called": CALLED[CampaignChannel(campaign.channel)],
            "pieces": [(piece, piece.recipient) for piece in shown[:SHOWN]],
            "waits": "call to be made" if campaign.channel == CampaignChannel.PHONE else "has not gone out",
            "count": rows.count(),
            "code": request.GET.get("code", ""),
            "hides_place": hides_place(user, campaign),
            "formats": FORMATS if may_file else (),
            "files": campaign.piece_files.select_related("taken_by").order_by("-number"),
            "waiting": for_file(campaign, user).count() if may_file and campaign.state == CampaignState.SENDING else 0,
            "gone_form": GoneForm() if may_change and is_by_hand(campaign) else None,
            "back_form": BackForm() if can(user, Verb.CHANGE, campaign) and is_post(campaign) else None,
        }
        return render(request, "campaigns/ways/pieces.html", context)


class PieceFileView(ScopedView):
    """A file for a printer or a provider (`?format=csv`)."""

    http_method_names = ["get", "head"]
    model = PieceFile
    verb = Verb.EXPORT

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        file, user = self.get_record(), self.request.user
        campaign = file.campaign
        form = format_called(request.GET.get("format", ""))
        if form is None:
            raise Http404("There is no such format.")
        if not may_take_file(user, campaign):
            raise PermissionDenied
        if campaign.state not in (CampaignState.SENDING, CampaignState.SENT, CampaignState.OVER):
            return HttpResponse("The campaign is not under way.", status=409, content_type="text/plain; charset=utf-8")
        names, headings = zip(*columns_of(campaign), strict=True)
        what = f"{CALLED[CampaignChannel(campaign.channel)].lower()} of {campaign}, file {file.number}"
        entry, taken = log_export(actor=user, kind=Piece, what=what), Taken()
        pieces = taken.followed(form.write(names, headings, rows_of(file, user, taken)), entry)
        response = StreamingHttpResponse(pieces, content_type=form.content_type)
        response["Content-Disposition"] = f'attachment; filename="campaign-{campaign.pk}-{file.number}.{form.name}"'
        return response

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("campaign")


class PieceStepView(ActionView):
    """What the steps share."""

    model: Any = Campaign

    def get_success_url(self, record: Any) -> str:
        return reverse("campaigns:piece_list", args=[record.pk])

    def valid(self, form: Any) -> Any:
        """The form's values. Raises ValidationError."""
        if not form.is_valid():
            raise ValidationError([one for errors in form.errors.as_data().values() for one in errors])
        return form.cleaned_data


class PieceTakeView(PieceStepView):
    """Takes what waits in a file, for who may take names and places out."""

    verb = Verb.EXPORT

    def act(self, record: Campaign) -> None:
        if record.channel == CampaignChannel.EMAIL or not may_take_file(self.request.user, record):
            raise PermissionDenied
        file = take_file(actor=self.request.user, campaign=record)
        self.done = spoken(
            self.request,
            "File %(number)s holds %(pieces)s: load it below.",
            number=file.number,
            pieces=lambda: plural(file.count, "piece"),
        )


class PieceGoneView(PieceStepView):
    """Says that what is in a file went out."""

    model = PieceFile

    def act(self, record: PieceFile) -> None:
        day = self.valid(GoneForm(self.request.POST))["day"]
        count = say_gone(actor=self.request.user, file=record, day=day)
        self.done = spoken(self.request, "%(people)s got it.", people=lambda: plural(count, "person", "people"))

    def get_success_url(self, record: PieceFile) -> str:
        return reverse("campaigns:piece_list", args=[record.campaign_id])


class PieceBackView(PieceStepView):
    def act(self, record: Campaign) -> None:
        codes = self.valid(BackForm(self.request.POST))["codes"]
        count = say_come_back(actor=self.request.user, campaign=record, codes=codes)
        self.done = spoken(self.request, "%(people)s did not get it.", people=lambda: plural(count, "person", "people"))


def is_post(campaign: Campaign) -> bool:
    return bool(campaign.channel == CampaignChannel.POST)


def hides_place(user: Any, campaign: Campaign) -> bool:
    """Whether a right of a field hides from this person where the pieces go."""
    return not hidden_fields(user, Contact).isdisjoint(TOLD_BY[CampaignChannel(campaign.channel)])


def may_take_file(user: Any, campaign: Campaign) -> bool:
    """Whether this person may take names, places and words out."""
    may = can(user, Verb.EXPORT, Contact) and can(user, Verb.EXPORT, campaign)
    shows_words = hidden_fields(user, Contact).isdisjoint(IN_WORDS)
    return may and shows_words and is_by_hand(campaign) and not hides_place(user, campaign)
