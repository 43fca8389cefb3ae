"""What knowledge brings to the catalogue of service."""

from __future__ import annotations

from crm.catalogue import ApiArea, NavItem, NewItem, PastRule
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, NOTHING, Grants
from service.knowledge.panels import CARDS, PANELS
from service.knowledge.searching import SOURCES
from service.knowledge.specs import ARTICLE_FIELDS
from service.knowledge.ticket_panels import PANELS as TICKET_PANELS

__all__ = ["API", "CARDS", "FIELDS", "GRANTS", "NAVIGATION", "NEW", "PANELS_OF", "PAST", "SOURCES", "TICKET_PANELS"]

ADDED = "Rows are only ever added, and nobody can change them: it is a record itself."
SEE = Grants(view=Scope.ALL)
WRITE = Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL)
FIELDS = {"service.article": ARTICLE_FIELDS}
# to run: to publish, give back and take off what others wrote
GRANTS: dict[str, dict[str, Grants]] = {
    "service.article": {Role.REP: SEE, Role.MARKETER: SEE, Role.AGENT: WRITE, Role.MANAGER: EVERYTHING},
    "service.articlecategory": {Role.REP: SEE, Role.MARKETER: SEE, Role.AGENT: SEE, Role.MANAGER: EVERYTHING},
    "service.articlesearch": {Role.REP: NOTHING, Role.MARKETER: SEE, Role.AGENT: SEE, Role.MANAGER: EVERYTHING},
}
PANELS_OF = {"service.article": PANELS}
PAST = {
    "service.article": PastRule(without=("sort_name", "words", "published_words", "body", "updated_at")),
    "service.articleversion": PastRule(exempt=ADDED, is_added_to=True),
    "service.articleuse": PastRule(exempt=ADDED, is_added_to=True),
    "service.articlesearch": PastRule(exempt="What was searched, without who: swept away after half a year."),
    "service.articleread": PastRule(exempt="A count of readers, without who."),
    "service.portalrequest": PastRule(exempt="Gone an hour after it was answered; the mail stands in its ledger."),
    "service.articlevote": PastRule(exempt="A visitor's vote, without who: the newest one counts."),
}
NAVIGATION = (
    NavItem("Knowledge", "service:article_list", "book", group="Service", order=42, model="service.article", key="b"),
    NavItem(
        "Gaps in it", "service:article_gaps", "lightbulb", group="Service", order=43, model="service.articlesearch"
    ),
)
NEW = (NewItem("Article", "service:article_create", "book", "service.article", key="b", order=19),)
API = (ApiArea("articles", "Articles", "What colleagues and customers read: the knowledge base."),)
