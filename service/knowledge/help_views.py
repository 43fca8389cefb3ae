"""The help pages: what anybody may read, found by words or by topic; nothing of what is internal can be seen here.

They know no cookie and work without scripts. Looking writes nothing: a page that was read says so by a script of its
own, with a stamp of ours; a vote is a form with one.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from crm.company import company_at_hand
from crm.foreign.tokens import Purpose, read_token
from crm.search.finding import cleaned
from crm.views.jobs import FileDownloadView
from service.knowledge.choices import ArticleLanguage
from service.knowledge.finding import find_articles, in_language, public_languages
from service.knowledge.queries import ask_path, family_of
from service.knowledge.readers import TooMany, note_seen, stamp_of_reading, stamp_of_search, vote
from service.knowledge.rendering import shown
from service.knowledge.shelves import A_PAGE, beside, shelf_of, shelves_in
from service.knowledge.visitors import language_for, visitor_of
from service.knowledge.wording import words_in
from service.models import Article, ArticleFile

A_SEARCH = 10
LAST_PAGE = 50
KEPT_FOR = "public, max-age=60"
REFUSED, FLOODED = 422, 429


class HelpBase(View):
    """What the help pages share: the company, the languages in which there is something, the reader's one."""

    company: Any
    offered: list[str]
    language: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with company_at_hand() as self.company:
            self.offered = list(public_languages())
            self.language = language_for(request, self.offered)
            return super().dispatch(request, *args, **kwargs)

    @property
    def said(self) -> dict[str, str]:
        return words_in(self.language)

    def show(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        labels = dict(ArticleLanguage.choices)
        context |= {
            "company": self.company,
            "said": self.said,
            "language": self.language,
            "languages": [(one, labels[one]) for one in self.offered],
            "ask_path": ask_path(),
        }
        self.request.language = self.language  # type: ignore[attr-defined] # its figures are as its words
        response = render(self.request, f"service/help/{template}", context, status=status)
        if status == 200:
            response["Cache-Control"] = KEPT_FOR
            response["Vary"] = "Accept-Language"
        response["Content-Language"] = self.language
        return response

    def missing(self) -> HttpResponse:
        """The same for what is not there, not published, and internal."""
        return self.show("gone.html", {"shelves": shelves_in(self.language, self.said["other"])}, status=404)

    def page(self) -> int:
        asked = self.request.GET.get("page", "1")
        return min(int(asked), LAST_PAGE) or 1 if asked.isdecimal() and len(asked) < 6 else 1


@method_decorator(login_not_required, name="dispatch")
class HelpView(HelpBase):
    """`?q=` searches, `?category=` opens a topic, `?lang=` chooses the language."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = cleaned(request.GET.get("q", ""))
        topic = request.GET.get("category", "")
        if asked:
            return self.search(asked)
        if topic:
            key = int(topic) if topic.isdecimal() and len(topic) < 18 else 0
            shelf = shelf_of(key, self.language, self.page())
            if shelf is None:
                return self.missing()
            return self.show("topic.html", {"shelf": shelf, **self._pages(shelf.count, A_PAGE)})
        return self.show("index.html", {"shelves": shelves_in(self.language, self.said["other"])})

    def search(self, asked: str) -> HttpResponse:
        page = self.page()
        found = find_articles(
            in_language(self.language), asked, field="published_words",
            languages=[self.language, *(one for one in self.offered if one != self.language)],
            start=(page - 1) * A_SEARCH, most=A_SEARCH,
        )  # fmt: skip
        exact = 0 if found.is_close else found.count
        context = {
            "asked": asked,
            "found": found,
            "stamp": stamp_of_search(asked, self.language, exact) if page == 1 else "",
            **self._pages(found.count, A_SEARCH),
        }
        if not found.hits:
            context["shelves"] = shelves_in(self.language, self.said["other"])
        return self.show("search.html", context)

    def _pages(self, count: int, size: int) -> dict[str, int]:
        page = self.page()
        last = min(-(-count // size), LAST_PAGE)
        return {"previous_page": page - 1 if page > 1 else 0, "next_page": page + 1 if page < last else 0}


class HelpOfArticle(HelpBase):
    """A page about one article, which has its own language."""

    article: Article | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rows = (
            Article.objects.public().select_related("category", "published").defer("words", "published_words", "body")
        )
        self.article = rows.filter(key=kwargs["key"][:10]).first() if len(kwargs["key"]) == 10 else None
        return super().dispatch(request, *args, **kwargs)

    def show_article(self, context: dict[str, Any], status: int = 200) -> HttpResponse:
        article = self.article
        if article is None or article.published is None:
            return self.missing()
        self.language = article.language
        family = family_of(article).filter(pk__in=Article.objects.public().values("pk"))
        variants = dict(family.values_list("language", "key"))
        labels = dict(ArticleLanguage.choices)
        context |= {
            "article": article,
            "words": article.published,
            "body": shown(article, article.published.body, to_customers=True),
            "variants": [(labels[one], key, one) for one, key in sorted(variants.items())],
            "beside": beside(article, article.language),
            "stamp": stamp_of_reading(article),
            "voted": self.request.GET.get("voted", ""),
        }
        return self.show("article.html", context, status)


@method_decorator(login_not_required, name="dispatch")
class HelpArticleView(HelpOfArticle):
    """One article; with `?lang=` its translation, where there is one."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        article, asked = self.article, request.GET.get("lang", "")
        if article is not None and asked and asked != article.language:
            other = family_of(article).filter(pk__in=Article.objects.public().values("pk"), language=asked).first()
            if other is not None:
                return redirect(other.public_path)
        return self.show_article({})


@method_decorator((login_not_required, csrf_exempt), name="dispatch")
class HelpVoteView(HelpOfArticle):
    """Whether it helped: `helpful` yes or no, and what was missing. Needs the stamp of the article's page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        article, said = self.article, request.POST
        if article is None:
            return self.missing()
        found, helpful = read_token(Purpose.HELP, said.get("stamp", "")), said.get("helpful", "")
        if found is None or found.get("article") != article.pk or helpful not in ("yes", "no"):
            return self.show_article({"typed": said.get("words", "")[:500]}, status=REFUSED)
        words = said.get("words", "").replace("\0", "")
        try:
            vote(article=article, visitor=visitor_of(request), is_helpful=helpful == "yes", words=words)
        except TooMany:
            return self.show_article({"is_flooded": True, "typed": words[:500]}, status=FLOODED)
        is_done = helpful == "yes" or bool(words.strip())
        return redirect(f"{article.public_path}?voted={'done' if is_done else 'no'}#helped")


@method_decorator((login_not_required, csrf_exempt), name="dispatch")
class HelpSeenView(View):
    """What a page of ours says that was seen: counted by its stamp, without a word of the reader's."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        note_seen(stamp=request.POST.get("stamp", ""), visitor=visitor_of(request))
        return HttpResponse(status=204)


@method_decorator(login_not_required, name="dispatch")
class HelpFileView(FileDownloadView):
    """A picture or document of an article that customers may read."""

    def get(self, request: HttpRequest, key: str) -> FileResponse:  # type: ignore[override]
        rows = ArticleFile.objects.filter(article__in=Article.objects.public()).select_related("file")
        response = self.serve(get_object_or_404(rows, key=key[:10]).file)
        response["Cache-Control"] = "public, max-age=3600"
        return response
