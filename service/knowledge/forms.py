"""What people type about articles, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q

from crm.fields import RecordField, SectionedForm
from crm.models import User
from orders.models import Product
from service.knowledge.choices import SHARED_FACTS
from service.models import Article, ArticleCategory

UNSEEN_PRODUCT = "a product"


class ArticleForm(SectionedForm, forms.ModelForm):
    """An article; `record` is the one to change. A translation has fewer fields: the rest is its original's."""

    layout = (
        ("", (("title",), ("summary",), ("body",), ("why",))),
        ("Where it belongs", (("audience", "language"), ("category", "product"), ("responsible", "review_on"))),
    )
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)
    why = forms.CharField(
        label="What you changed",
        required=False,
        max_length=200,
        help_text="For the history; customers never see it.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Article
        fields = (
            "title", "summary", "body", "audience", "language", "category", "product", "responsible", "review_on",
        )  # fmt: skip
        labels = {"body": "Text", "audience": "Who reads it", "responsible": "Who keeps it right"}
        help_texts = {
            "summary": "One sentence, shown in lists and below the title.",
            "review_on": "When somebody looks at it again; empty: half a year after it is published.",
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2}),
            "body": forms.Textarea(attrs={"rows": 18, "class": "article-text", "data-article-text": ""}),
            "review_on": forms.DateInput(attrs={"type": "date"}),
        }

    def __init__(
        self, *, user: User, record: Article | None, initial: dict[str, Any], data: Any = None, of: Any = None
    ) -> None:
        stored = {"version": record.version} if record else {"responsible": user.pk}
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        self.record = record
        product = cast(RecordField, self.fields["product"])
        product.reach(Product.objects.visible_to(user), record.product_id if record else None, UNSEEN_PRODUCT)
        self._offer("category", ArticleCategory.objects.visible_to(user), "no category")
        people = User.objects.visible_to(user)
        kept = Q(pk=record.responsible_id if record else None)
        self._offer("responsible", people.filter(Q(is_active=True) | kept), "nobody")
        if of is not None or (record is not None and record.original_id):
            for name in SHARED_FACTS:
                del self.fields[name]
        if record is None:
            del self.fields["why"]

    def _offer(self, name: str, rows: Any, nothing: str) -> None:
        field = cast(forms.ModelChoiceField, self.fields[name])
        field.queryset, field.empty_label = rows, nothing

    @property
    def article_fields(self) -> dict[str, Any]:
        """The cleaned values of the article's own fields."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
