"""Reviews: the list, one to be looked at, and what the world may read: a page and a JSON feed of published ones."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Avg, Count, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View

from crm.company import company_at_hand, current_company
from crm.views.base import ActionView
from crm.views.lists import ListPage
from crm.views.records import RecordPage
from feedback.actions.reviewing import LONGEST_REPLY, publish_review, refuse_review
from feedback.choices import ReviewState
from feedback.models import Review
from feedback.queries import search_reviews

SHOWN, KEPT_FOR = 50, 300
FEED_VERSION = "https://jsonfeed.org/version/1.1"
WAYS = (("All", ""), ("To be looked at", "state=waiting"), ("Published", "state=published"))


class ReviewListView(ListPage):
    model = Review
    heading = "Reviews"
    name_column = "customer"
    default_sort = "-written_at"
    search = staticmethod(search_reviews)
    search_hint = "Name of a customer, words"
    phone = {"rating": "cell-end", "text": "cell-secondary", "state": "cell-secondary-end"}
    template_name = "feedback/review_list.html"
    empty_title = "No reviews yet"
    empty_text = "A survey of the kind “Review” asks for them after an order; who allows it may be published here."

    def get_context_data(self) -> dict[str, Any]:
        path, asked = self.request.path, self.request.GET.urlencode()
        ways = [{"label": label, "url": f"{path}?{query}", "active": query == asked} for label, query in WAYS]
        return super().get_context_data() | {"ways": ways}


class ReviewDetailView(RecordPage):
    """One review, and the two ways that it can go."""

    model = Review
    template_name = "feedback/review_detail.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("contact", "product", "response__survey", "decided_by")

    def get_context_data(self) -> dict[str, Any]:
        return super().get_context_data() | {"longest": LONGEST_REPLY}


class ReviewPublishView(ActionView):
    model = Review
    done = "It is published."

    def act(self, record: Review) -> None:
        publish_review(actor=self.request.user, review=record, reply=self.request.POST.get("reply", ""))


class ReviewRefuseView(ActionView):
    model = Review
    done = "It is not published."

    def act(self, record: Review) -> None:
        refuse_review(actor=self.request.user, review=record)


@method_decorator(login_not_required, name="dispatch")
class PublicReviewsView(View):
    """Published reviews, newest first; `?product=` of one product. Nothing else of the house is read."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        with company_at_hand():
            rows = self.rows()
            counted = rows.aggregate(count=Count("pk"), mean=Avg("rating"))
            context = {"reviews": list(rows[:SHOWN]), "company": current_company(), **counted, "product": self.product}
            request.language = settings.LANGUAGE_CODE  # type: ignore[attr-defined] # one copy is kept for everybody
            response = render(request, "feedback/public/reviews.html", context)
        response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
        return response

    @property
    def product(self) -> str:
        asked = self.request.GET.get("product", "")
        return asked if asked.isascii() and asked.isdecimal() and len(asked) < 19 else ""

    def rows(self) -> QuerySet[Review]:
        rows = Review.objects.filter(state=ReviewState.PUBLISHED).select_related("product")
        return rows.filter(product=int(self.product)) if self.product else rows


class ReviewFeedView(PublicReviewsView):
    """The same as a JSON Feed (1.1), for a shop's own pages; `_review` holds the rating."""

    def get(self, request: HttpRequest) -> HttpResponse:
        with company_at_hand():
            address = f"{settings.CRM_BASE_URL}{reverse('feedback:public_reviews')}"
            feed = {
                "version": FEED_VERSION,
                "title": f"Reviews of {current_company().name}",
                "home_page_url": address,
                "items": [_item(one, address) for one in self.rows()[:SHOWN]],
            }
        response = JsonResponse(feed, json_dumps_params={"ensure_ascii": False})
        response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
        return response


def _item(review: Review, address: str) -> dict[str, Any]:
    return {
        "id": f"{address}#{review.pk}",
        "url": f"{address}#r{review.pk}",
        "title": review.product.name if review.product else "",
        "content_text": review.text or f"{review.rating} of 5",
        "date_published": review.written_at.isoformat(),
        "authors": [{"name": review.shown_name or "A customer"}],
        "_review": {"rating": review.rating, "best": 5, "product_id": review.product_id, "reply": review.reply},
    }
