"""Colleagues' pages of knowledge: the list, an article with its versions, its form and its steps."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_noop as _

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.languages.telling import spoken
from crm.once import sent_before
from crm.requests import SignedInRequest
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.jobs import FileDownloadView
from crm.views.lists import ListPage
from crm.views.records import RecordPage
from service.knowledge import actions
from service.knowledge.choices import STATE_TONES, ArticleLanguage, Audience
from service.knowledge.forms import ArticleForm
from service.knowledge.queries import family_of, missing_languages, search_articles
from service.knowledge.rendering import shown
from service.models import Article, ArticleFile

LONGEST_PREVIEW = 100_000


class ArticleListView(ListPage):
    model = Article
    heading = "Knowledge"
    name_column = "title"
    default_sort = "title"
    template_name = "service/knowledge/list.html"
    search = staticmethod(search_articles)
    search_hint = "Words of an article"
    phone = {"state": "cell-end", "category": "cell-secondary", "review_on": "cell-secondary-end"}
    new_url_name = "service:article_create"
    new_label = "New article"
    edit_path = "edit/"
    empty_title = "Nothing is written yet"
    empty_text = "Write down what customers ask again and again; or make a draft of a solved ticket, on its page."

    def get_context_data(self) -> dict[str, Any]:
        """With short ways to what is at hand; the open one is marked."""
        ways = (
            ("All", ""),
            ("To be reviewed", "state=review"),
            ("Due for a look", "at_hand=due"),
            ("New words wait", "at_hand=waits"),
            ("Learned from tickets", "at_hand=proposed"),
            ("On the help pages", "state=published&audience=public"),
        )
        path, asked = self.request.path, self.request.GET.urlencode()
        shown_ways = [{"label": label, "url": f"{path}?{query}", "active": query == asked} for label, query in ways]
        return super().get_context_data() | {"ways": shown_ways}


class ArticleDetailView(RecordPage):
    """One article as it reads; `?public` shows the published words where newer ones wait."""

    model = Article
    template_name = "service/knowledge/detail.html"
    own_tab = ("", _("Article"))

    def get_queryset(self) -> Any:
        related = ("category", "product", "responsible", "published", "original", "proposed_from")
        return super().get_queryset().select_related(*related).defer("words", "published_words")

    def get_context_data(self) -> dict[str, Any]:
        article, user = self.record, self.request.user
        context = super().get_context_data()
        if not self.tab:
            is_public = "public" in self.request.GET and article.published is not None
            words = article.published if is_public else article
            context |= {
                "words": words,
                "body": shown(article, words.body, to_customers=False),
                "shows_public": is_public,
            }
        return context | {
            "state_tone": STATE_TONES[article.state],
            "may_publish": can(user, Verb.RUN, article),
            "may_add": can(user, Verb.ADD, Article),
            "is_due": article.review_on is not None and article.review_on <= company_today(),
            "family": [one for one in family_of(article) if one.pk != article.pk],
            "missing": missing_languages(article),
        }


class ArticleFormView(FormPage):
    """What writing and changing share."""

    model = Article
    form_class = ArticleForm
    list_url_name = "service:article_list"
    template_name = "service/knowledge/form.html"


class ArticleCreateView(ArticleFormView):
    """`?of=` an article and `&language=`: its translation; `?title=` and `&audience=`: one for what was searched in
    vain."""

    verb = Verb.ADD
    heading = "New article"
    submit_label = "Save the draft"
    done = "“{record}” is a draft."

    @cached_property
    def original(self) -> Article | None:
        """The article that this one is to be a translation of."""
        asked = self.request.GET.get("of", "")
        if not asked:
            return None
        if not asked.isdecimal() or len(asked) > 18:
            raise Http404("There is no such article.")
        return get_object_or_404(self.get_queryset(), pk=asked)

    def make_form(self, data: Any = None) -> Any:
        if self.original is None:
            return super().make_form(data)
        form = ArticleForm(data=data, user=self.request.user, record=None, initial=self.get_initial(), of=self.original)
        form.take_rights(self.request.user, self.model)
        return form

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("language", "")
        initial: dict[str, Any] = {"title": self.request.GET.get("title", "")[:200]}
        if asked in ArticleLanguage.values:
            initial["language"] = asked
        if self.request.GET.get("audience") in Audience.values:
            initial["audience"] = self.request.GET["audience"]
        if self.original is not None:
            initial |= {"title": self.original.title, "summary": self.original.summary, "body": self.original.body}
        return initial

    def save(self, form: ArticleForm) -> Article:
        return actions.write_article(actor=self.request.user, fields=form.article_fields, original=self.original)

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return super().get_context_data(form) | {"original": self.original}


class ArticleUpdateView(ArticleFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: ArticleForm) -> Article:
        return actions.change_article(
            actor=self.request.user,
            article=self.record,
            version=form.cleaned_data["version"],
            fields=form.article_fields,
            note=form.cleaned_data["why"],
        )

    def get_context_data(self, form: Any) -> dict[str, Any]:
        return super().get_context_data(form) | {"files": self.record.files.all()}


class ArticlePreviewView(ScopedView):
    """What is typed, as it will read. Nothing is kept."""

    model = Article
    verb = Verb.ADD
    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.POST.get("article", "")
        key = int(asked) if asked.isdecimal() and len(asked) < 18 else None
        article = self.get_queryset().filter(pk=key).first() or Article(pk=0)
        body = shown(article, request.POST.get("body", "")[:LONGEST_PREVIEW], to_customers=False)
        return render(request, "service/knowledge/_body.html", {"body": body})


class ArticleStepView(ActionView):
    """What the steps of an article share."""

    request: SignedInRequest
    model = Article


class ArticleReviewView(ArticleStepView):
    done = "Somebody who may publish is asked to look at “{record}”."

    def act(self, record: Article) -> None:
        actions.ask_review(actor=self.request.user, article=record)


class ArticleReturnView(ArticleStepView):
    """Back to its author, with what is to be mended (`words`)."""

    verb = Verb.RUN
    done = "“{record}” is a draft again."

    def act(self, record: Article) -> None:
        words = self.request.POST.get("words", "").replace("\0", "")
        actions.return_article(actor=self.request.user, article=record, words=words)


class ArticlePublishView(ArticleStepView):
    verb = Verb.RUN
    done = "“{record}” is published."

    def act(self, record: Article) -> None:
        actions.publish_article(actor=self.request.user, article=record)


class ArticleConfirmView(ArticleStepView):
    done = "“{record}” is still right. It is due again in half a year."

    def act(self, record: Article) -> None:
        actions.confirm_article(actor=self.request.user, article=record)


class ArticleWithdrawView(ArticleStepView):
    verb = Verb.RUN
    done = "“{record}” is off: nobody finds it any more."

    def act(self, record: Article) -> None:
        actions.withdraw_article(actor=self.request.user, article=record)


class ArticleRestoreView(ArticleStepView):
    """The words of the version that is sent as `number`."""

    done = "The words of that version are the newest ones now."

    def act(self, record: Article) -> None:
        asked = self.request.POST.get("number", "")
        number = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
        actions.restore_version(actor=self.request.user, article=record, number=number)


class ArticleFileAddView(ArticleStepView):
    """A picture or a document."""

    done = "The file is in: the text can call it by its name."

    def act(self, record: Article) -> None:
        upload = self.request.FILES.get("file")
        if upload is None:
            raise ValidationError("Choose a file first.")
        if sent_before(user=self.request.user, data=self.request.POST, files=self.request.FILES) is None:
            actions.add_file(actor=self.request.user, article=record, upload=upload)

    def get_success_url(self, record: Any) -> str:
        return f"{record.get_absolute_url()}?tab=files"


class ArticleFileView(FileDownloadView):
    """A file of an article that the person may see."""

    request: SignedInRequest

    def get(self, request: SignedInRequest, pk: int) -> FileResponse:
        rows = ArticleFile.objects.visible_to(request.user).select_related("file")
        return self.serve(get_object_or_404(rows, pk=pk).file)


class ArticleFileRemoveView(ScopedView):
    """Takes a file out."""

    model = ArticleFile
    verb = Verb.CHANGE
    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        file = self.get_record()
        actions.remove_file(actor=self.request.user, file=file)
        messages.success(request, spoken(request, "%(file)s is taken out.", file=file.name))
        return redirect(f"{file.article.get_absolute_url()}?tab=files")
