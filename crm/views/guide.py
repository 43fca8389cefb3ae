"""The help inside the product: its contents and search, one chapter, and what the panel on a page shows."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from crm.guide.finding import chapters_for, neighbours, place_of, search_guide
from crm.guide.reading import Chapter
from crm.requests import SignedInRequest

MOST_FOUND = 30
KEYS_CHAPTER = "keys"


class GuideView(View):
    """All chapters by part; with `?q=`, the sections that have these words."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        user, text = self.request.user, request.GET.get("q", "").strip()[:200]
        context = {"parts": _parts(chapters_for(user)), "typed": text, "hits": search_guide(user, text, MOST_FOUND)}
        return render(request, "guide/index.html", context)


class GuideChapterView(View):
    """One chapter with the contents beside it."""

    request: SignedInRequest

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        chapters = chapters_for(self.request.user)
        chapter = next((one for one in chapters if one.name == name), None)
        if chapter is None:
            raise Http404("There is no such chapter.")
        before, after = neighbours(chapters, chapter)
        context = {
            "chapter": chapter,
            "parts": _parts(chapters),
            "before": before,
            "after": after,
            "has_keys": chapter.name == KEYS_CHAPTER,
        }
        return render(request, "guide/chapter.html", context)


class GuidePanelView(View):
    """`?page=`, the name of a page: what its help says, as a part of that page; without scripts, the chapter itself."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        chapter, anchor = place_of(request.GET.get("page", ""), self.request.user)
        sections = chapter.sections_at(anchor)
        if not getattr(request, "htmx", False):
            return redirect(sections[0].url)
        context = {"chapter": chapter, "sections": sections, "has_keys": chapter.name == KEYS_CHAPTER}
        return render(request, "guide/_panel.html", context)


def _parts(chapters: tuple[Chapter, ...]) -> list[dict[str, Any]]:
    """Chapters below the headings of the table of contents."""
    titles = dict.fromkeys(one.part for one in chapters)
    return [{"title": title, "chapters": [one for one in chapters if one.part == title]} for title in titles]
