"""Articles of the knowledge base: their versions, categories, readers' votes, and what was searched in vain."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from service.knowledge.choices import ArticleLanguage, ArticleState, Audience, SearchPlace, UseKind
from service.models.tickets import Ticket

KEY_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_key() -> str:
    """Of the public address: it tells nothing of how many articles there are, or which are internal."""
    return get_random_string(10, KEY_LETTERS)


class ArticleCategory(models.Model):
    """A shelf of articles, in the order of `position`. `CategoryName` says it in further languages."""

    name = models.CharField(max_length=120, unique=True)
    position = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "article categories"

    def __str__(self) -> str:
        return self.name


class CategoryName(models.Model):
    """The name of a category in another language, for the help pages."""

    category = models.ForeignKey(ArticleCategory, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(max_length=8, choices=ArticleLanguage)
    name = models.CharField(max_length=120)

    access = AccessPaths(through="category", parent="service.articlecategory")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "language"], name="service_categoryname_one_a_language")
        ]

    def __str__(self) -> str:
        return self.name


class ArticleQuerySet(VisibleQuerySet["Article"]):
    """Articles, narrowed by how far they are and who may read them."""

    def published(self) -> ArticleQuerySet:
        """What colleagues may rely on."""
        return self.filter(state=ArticleState.PUBLISHED)

    def public(self) -> ArticleQuerySet:
        """What anybody may read; the one place that says so."""
        return self.filter(state=ArticleState.PUBLISHED, audience=Audience.PUBLIC, published__isnull=False)

    def due(self, day: dt.date) -> ArticleQuerySet:
        """Published ones that are to be looked at again by this day."""
        return self.filter(state=ArticleState.PUBLISHED, review_on__lte=day)


class Article(models.Model):
    """One article in one language. `original` is the article that it is a translation of; a translation has the
    audience, category and product of its original, which the actions keep.

    `title`, `summary` and `body` (Markdown) are the newest words, of version `number`; customers and the suggestions
    in tickets get those of `published`. `responsible` is who looks at it again on `review_on`. `proposed_from` is the
    solved ticket that it was learned from, `to_mend` what somebody said who gave it back. Kept by the actions: `words`
    (the newest words) and `published_words` (of the published version, empty for what is not published): text vectors
    in the article's language.
    """

    key = models.CharField(max_length=10, unique=True, default=new_key, editable=False)
    original = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="translations", editable=False
    )
    language = models.CharField(max_length=8, choices=ArticleLanguage, default=ArticleLanguage.ENGLISH)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True, default="")
    body = models.TextField(max_length=100_000)
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.INTERNAL)
    category = models.ForeignKey(
        ArticleCategory, null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )
    product = models.ForeignKey(
        "orders.Product", null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )
    review_on = models.DateField("review on", null=True, blank=True)
    state = models.CharField(max_length=10, choices=ArticleState, default=ArticleState.DRAFT, editable=False)
    number = models.PositiveIntegerField(default=1, editable=False)
    published = models.ForeignKey(
        "service.ArticleVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    proposed_from = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="proposed_articles", editable=False
    )
    to_mend = models.CharField(max_length=300, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sort_name = models.CharField(max_length=200, default="", editable=False)
    words = SearchVectorField(null=True, editable=False)
    published_words = SearchVectorField(null=True, editable=False)

    access = AccessPaths(shared=True)
    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["original", "language"], name="service_article_one_translation"),
            models.CheckConstraint(
                condition=~Q(state=ArticleState.PUBLISHED) | Q(published__isnull=False),
                name="service_article_published_has_words",
            ),
            models.CheckConstraint(condition=~Q(original=F("id")), name="service_article_not_its_own"),
        ]
        indexes = [
            GinIndex(fields=["words"], name="service_article_words"),
            GinIndex(
                fields=["published_words"],
                condition=Q(published_words__isnull=False),
                name="service_article_published",
            ),
            GinIndex(OpClass("sort_name", name="gin_trgm_ops"), name="service_article_title_trgm"),
            models.Index(fields=["sort_name", "id"], name="service_article_sort"),
            models.Index(fields=["state", "review_on"], name="service_article_review"),
            models.Index(fields=["language", "state", "audience"], name="service_article_language"),
            models.Index(fields=["category", "sort_name"], name="service_article_category"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_of("service:article_detail", self.pk)

    @property
    def public_path(self) -> str:
        """Where customers read it."""
        return reverse("service:help_article", args=[self.key])

    @property
    def is_public(self) -> bool:
        """Whether customers can read it now."""
        return (
            self.state == ArticleState.PUBLISHED and self.audience == Audience.PUBLIC and self.published_id is not None
        )

    @property
    def has_waiting_words(self) -> bool:
        """Whether there are newer words than those that were published."""
        return self.published is not None and self.published.number != self.number

    @property
    def family_id(self) -> int:
        """The id of the original."""
        return self.original_id or self.pk


class ArticleVersion(models.Model):
    """The words of an article as somebody saved them; never changed. `plain` is the text without marks."""

    # the database takes versions away with their article: the application may not
    article = models.ForeignKey(Article, on_delete=models.DO_NOTHING, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True, default="")
    body = models.TextField()
    plain = models.TextField(blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    access = AccessPaths(through="article", parent="service.article")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="service_articleversion_number")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class ArticleFile(models.Model):
    """A picture or document of an article, by the name that its text calls it. `key` is its public address."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=10, unique=True, default=new_key, editable=False)
    is_picture = models.BooleanField(default=False)
    file = models.ForeignKey("crm.StoredFile", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="article", parent="service.article")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["article", "name"], name="service_articlefile_name")]

    def __str__(self) -> str:
        return self.name


class ArticleUse(models.Model):
    """An article that went into the answer of a ticket. Rows are only ever added."""

    article = models.ForeignKey(Article, on_delete=models.DO_NOTHING, related_name="uses")
    ticket = models.ForeignKey(Ticket, on_delete=models.DO_NOTHING, related_name="article_uses")
    kind = models.CharField(max_length=4, choices=UseKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    used_at = models.DateTimeField(default=timezone.now)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-used_at"]
        constraints = [models.UniqueConstraint(fields=["ticket", "article"], name="service_articleuse_once")]
        indexes = [models.Index(fields=["article", "-used_at"], name="service_articleuse_when")]

    def __str__(self) -> str:
        return f"#{self.ticket_id}: {self.article_id}"


class ArticleRead(models.Model):
    """One visitor read an article on the help pages on a day. `visitor` is a digest that nobody can read back."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="reads")
    read_on = models.DateField()
    visitor = models.CharField(max_length=32)

    access = AccessPaths(through="article", parent="service.article")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "read_on", "visitor"], name="service_articleread_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} on {self.read_on}"


class ArticleVote(models.Model):
    """Whether an article helped a visitor, who has one vote and may change it; `words` is what was missing."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="votes")
    visitor = models.CharField(max_length=32)
    is_helpful = models.BooleanField()
    words = models.CharField(max_length=500, blank=True, default="")
    voted_at = models.DateTimeField(default=timezone.now)

    access = AccessPaths(through="article", parent="service.article")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-voted_at"]
        constraints = [models.UniqueConstraint(fields=["article", "visitor"], name="service_articlevote_one")]

    def __str__(self) -> str:
        return "helped" if self.is_helpful else "did not help"


class ArticleSearch(models.Model):
    """What was searched, and how much was found. Rows are only ever added."""

    text = models.CharField(max_length=120)
    language = models.CharField(max_length=8, blank=True, default="")
    place = models.CharField(max_length=8, choices=SearchPlace, default=SearchPlace.HELP)
    hits = models.PositiveIntegerField()
    visitor = models.CharField(max_length=32, blank=True, default="")
    searched_at = models.DateTimeField(default=timezone.now)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-searched_at"]
        verbose_name_plural = "article searches"
        indexes = [
            models.Index(fields=["searched_at"], condition=Q(hits=0), name="service_articlesearch_vain"),
            models.Index(fields=["visitor", "searched_at"], name="service_articlesearch_visitor"),
        ]

    def __str__(self) -> str:
        return self.text
