"""Persons and organizations in one table, and how to reach them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from contacts.choices import ContactKind, ListKind, PointKind
from contacts.countries import country_names
from crm.access import VisibleQuerySet
from crm.filtering.digits import DigitPieces
from crm.filtering.folding import Fold
from crm.filtering.lots import Lot
from crm.grants import AccessPaths
from crm.paths import path_of


class ContactQuerySet(VisibleQuerySet["Contact"]):
    """Contacts, narrowed by state and kind."""

    def current(self) -> ContactQuerySet:
        """Without the archived ones."""
        return self.filter(archived_at=None)

    def organizations(self) -> ContactQuerySet:
        return self.filter(kind=ContactKind.ORGANIZATION)


class Contact(models.Model):
    """One party: a person or an organization. B2C and B2B share orders, deals, tickets and scores through it.

    `markets` holds keys of `MarketCategory`; `responsible` looks after its segment (`contacts.responsibility`);
    `import_row` is its row in the file that it came with. One that was `merged_into` another stays as an archived row
    that leads there, never to one that was merged itself; what is left of an erased person (`erased_at`) is a row
    without a name that orders hang on. `search_text` (folded name, e-mails, phone digits, external
    id), `sort_name` and `main_country` (of the main address) are kept by the actions and the import alone.
    """

    kind = models.CharField(max_length=16, choices=ContactKind, default=ContactKind.PERSON)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    name = models.CharField(max_length=300)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    organization = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="people")
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="subsidiaries",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contacts",
    )
    team = models.ForeignKey(
        "crm.Team",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contacts",
    )
    territory = models.ForeignKey(
        "crm.Territory", null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    is_placed_by_hand = models.BooleanField("territory chosen by hand", default=False, db_default=False, editable=False)
    markets = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    industry = models.CharField(max_length=120, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    revenue = models.DecimalField(
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    potential = models.DecimalField(
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="What they could buy from us in a year.",
    )
    website = models.CharField(max_length=300, blank=True)
    birthday = models.DateField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    source = models.CharField(max_length=120, blank=True)
    list_kind = models.CharField(max_length=16, choices=ListKind, blank=True)
    created_on = models.DateField(null=True, blank=True, help_text="Since when the company knows this contact.")
    review_days = models.PositiveSmallIntegerField(
        "reviewed every",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3660)],
        help_text="Days; empty: as its segment says.",
    )
    review_on = models.DateField("to be reviewed on", null=True, blank=True)
    reviewed_on = models.DateField("last reviewed", null=True, blank=True, editable=False)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="looked_after",
    )
    import_row = models.PositiveIntegerField(null=True, blank=True, editable=False)
    custom = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, db_index=False, related_name="merged"
    )
    merged_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sort_name = models.CharField(max_length=300, default="", editable=False)
    search_text = models.TextField(default="", editable=False)
    main_country = models.CharField(max_length=80, default="", db_default="", editable=False)

    access = AccessPaths(owner="owner", team="team", territory="territory")
    names_contacts = ("pk",)
    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="contacts_sort"),
            models.Index(fields=["owner", "sort_name", "id"], name="contacts_owner_sort"),
            models.Index(fields=["team", "sort_name", "id"], name="contacts_team_sort"),
            models.Index(fields=["territory", "sort_name", "id"], name="contacts_territory_sort"),
            models.Index(fields=["main_country", "sort_name", "id"], name="contacts_country_sort"),
            models.Index(
                fields=["sort_name", "id"], condition=models.Q(archived_at__isnull=False), name="contacts_archived_sort"
            ),
            models.Index(fields=["-created_at", "-id"], name="contacts_created"),
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="contacts_merged_into"
            ),
            models.Index(fields=["review_on"], condition=models.Q(review_on__isnull=False), name="contacts_review"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="contacts_search_trgm"),
            GinIndex(DigitPieces("search_text"), name="contacts_search_digits"),
            GinIndex(
                OpClass(Fold("industry"), name="gin_trgm_ops"),
                OpClass(Fold("source"), name="gin_trgm_ops"),
                name="contacts_words_trgm",
            ),
            models.Index(Lot("id"), name="contacts_lot"),
            GinIndex(fields=["tags"], name="contacts_tags"),
            GinIndex(OpClass("custom", name="jsonb_path_ops"), name="contacts_custom"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | models.Q(archived_at__isnull=False, merged_at__isnull=False),
                name="contacts_merged_is_archived",
                violation_error_message="This contact was merged into another: undo the merge instead.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("contacts:contact_detail", self.pk)

    @property
    def is_organization(self) -> bool:
        return self.kind == ContactKind.ORGANIZATION

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def goes_on_as(self) -> int | None:
        """The key of the contact that its old addresses lead to."""
        return self.merged_into_id

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[:1] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


class ContactPoint(models.Model):
    """An e-mail address, phone number or social handle. `normalised`: lower-case address, E.164 or bare digits."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="points", db_index=False)
    kind = models.CharField(max_length=16, choices=PointKind)
    label = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=320)
    normalised = models.CharField(max_length=320)
    is_primary = models.BooleanField(default=False)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "kind", "normalised"],
                name="contacts_point_once_a_contact",
            ),
            models.UniqueConstraint(
                fields=["contact", "kind"],
                condition=models.Q(is_primary=True),
                name="contacts_point_one_primary",
            ),
        ]
        indexes = [models.Index(fields=["kind", "normalised"], name="contacts_point_normalised")]

    def __str__(self) -> str:
        return self.value


class Address(models.Model):
    """A postal address; `country` is the two letters of ISO 3166 or, where unknown, the text as it came."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    label = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=300, blank=True)
    postal_code = models.CharField(max_length=32, blank=True)
    city = models.CharField(max_length=150, blank=True)
    region = models.CharField(max_length=150, blank=True)
    country = models.CharField(max_length=80, blank=True)
    is_primary = models.BooleanField(default=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-is_primary", "id"]
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(is_primary=True),
                name="contacts_address_one_primary",
            )
        ]
        indexes = [
            models.Index(fields=["country", "city"], name="contacts_address_place"),
            GinIndex(OpClass(Fold("city"), name="gin_trgm_ops"), name="contacts_address_city_trgm"),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, self.postal_code, self.city, self.country) if part)

    @property
    def country_name(self) -> str:
        """`Germany` for DE; a text that is no code as it is."""
        return country_names().get(self.country, self.country)
