"""The same rows as the product's pages, by the same template engine, and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from contacts.models import Contact, Interaction

ROWS = 50


def empty(request: HttpRequest) -> HttpResponse:
    """A signed-in person's empty page."""
    return HttpResponse(f"Hello {request.user}")


def contact_list(request: HttpRequest) -> HttpResponse:
    """Fifty contacts with the columns that the product's list shows."""
    return _rows(request, Contact.objects.filter(archived_at=None).order_by("sort_name", "pk"))


def search(request: HttpRequest) -> HttpResponse:
    """Fifty contacts that hold a text."""
    words = request.GET["q"].lower()
    return _rows(request, Contact.objects.filter(archived_at=None, search_text__contains=words))


def record(request: HttpRequest, pk: int) -> HttpResponse:
    """A contact with the last fifty interactions."""
    contact = get_object_or_404(Contact.objects.select_related("owner", "team", "organization"), pk=pk)
    interactions = Interaction.objects.filter(contact=contact).select_related("user").order_by("-occurred_at", "-pk")
    context = {"contact": contact, "points": contact.points.all(), "interactions": interactions[:ROWS]}
    return render(request, "floor/record.html", context)


def _rows(request: HttpRequest, contacts: object) -> HttpResponse:
    rows = contacts.select_related("owner", "rfm").prefetch_related("addresses")[:ROWS]  # type: ignore[attr-defined]
    return render(request, "floor/list.html", {"rows": rows})
