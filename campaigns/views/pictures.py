"""Pictures of mails: brought in the editor, shown to colleagues, and to whoever has a mail with them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator

from campaigns.mail.pictures import WIDEST, add_picture
from campaigns.models import MailPicture
from crm.choices import Verb
from crm.languages.telling import spoken_refusal
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from crm.views.jobs import FileDownloadView

YEAR = 365 * 24 * 3600


class PictureCreateView(ScopedView):
    """Takes a picture (`file`); answers with its key, where it can be seen, and how wide it would stand."""

    model = MailPicture
    verb = Verb.ADD
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise ValidationError("Choose a picture from your computer.")
            picture = add_picture(actor=self.request.user, upload=upload)
        except ValidationError as error:
            return JsonResponse({"error": str(spoken_refusal(request, error))}, status=422)
        shown = {"key": picture.key, "url": reverse("campaigns:picture", args=[picture.key])}
        return JsonResponse({**shown, "name": str(picture), "width": min(picture.width, WIDEST)}, status=201)


class PictureView(FileDownloadView):
    """A picture in the editor and in the look at a mail."""

    def get(self, request: SignedInRequest, key: str) -> FileResponse:  # type: ignore[override]
        rows = MailPicture.objects.visible_to(request.user).filter(file__removed_at=None).select_related("file")
        response = self.serve(get_object_or_404(rows, key=key).file)
        response["Cache-Control"] = "private, max-age=3600"
        return response


@method_decorator(login_not_required, name="dispatch")
class PublicPictureView(FileDownloadView):
    """A picture that a mail uses, to whoever has its address: kept by caches, known to no search engine."""

    def get(self, request: HttpRequest, key: str) -> FileResponse:  # type: ignore[override]
        rows = MailPicture.objects.filter(uses__isnull=False, file__removed_at=None).select_related("file").distinct()
        response = self.serve(get_object_or_404(rows, key=key).file)
        response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"  # mails are also read on the pages of mail providers
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Content-Disposition"] = "attachment"  # what the file is called is for the house
        return response
