"""Who may do what with articles, and what anybody may read."""

from __future__ import annotations

from tests.access.law import ALL, EVERYBODY, NONE, PUBLIC, SCOPES, TEAM, Address, button, form, page, reach

WRITERS = reach(NONE, NONE, ALL, ALL)
SCOPES["article"] = {
    "view": EVERYBODY,
    "add": WRITERS,
    "change": WRITERS,
    "run": reach(NONE, NONE, NONE, ALL),  # to publish
}
SCOPES["file of an article"] = SCOPES["article"]
SCOPES["search for articles"] = {"view": reach(NONE, ALL, ALL, ALL)}
SCOPES["ticket to learn from"] = {"view": reach(TEAM, ALL, ALL, ALL), "add": WRITERS}
SCOPES["key of an article"] = SCOPES["key of a file"] = {"view": EVERYBODY}

ARTICLE_ADDRESSES: dict[str, Address] = {
    "service:article_list": page("article"),
    "service:article_gaps": page("search for articles"),
    "service:article_create": form("article", "add"),
    "service:article_preview": button("article", "add", has_record=False),
    "service:article_detail": Address("article"),
    "service:article_update": form("article", "change", has_record=True),
    "service:article_file_add": button("article", "change"),
    "service:article_file": Address("file of an article"),
    "service:article_file_remove": button("file of an article", "change"),
    **{f"service:article_{verb}": button("article", "change") for verb in ("review", "confirm", "restore")},
    **{f"service:article_{verb}": button("article", "run") for verb in ("publish", "return", "withdraw")},
    "service:ticket_articles": Address("ticket"),
    "service:ticket_article_use": button("ticket", "change"),
    "service:ticket_propose": button("ticket to learn from", "add"),
    "service:help": Address("house", has_record=False, is_public=True),
    "service:help_seen": Address("house", {"POST": "view"}, has_record=False, is_public=True),
    "service:help_file": Address("key of a file", is_public=True),
    "service:help_article": Address("key of an article", is_public=True),
    "service:help_vote": Address("key of an article", {"POST": "view"}, is_public=True),
}
SCOPES["secret of the portal"] = {"view": EVERYBODY}
PORTAL_ADDRESSES: dict[str, Address] = {
    "service:portal_ask": PUBLIC,
    "service:portal": Address("secret of the portal", is_public=True),
    "service:portal_file": Address("secret of the portal", is_public=True),
    "service:portal_new": Address("secret of the portal", {"GET": "view", "POST": "view"}, is_public=True),
    "service:portal_data": Address("secret of the portal", {"GET": "view", "POST": "view"}, is_public=True),
    **{
        f"service:portal_{name}": Address("secret of the portal", {"POST": "view"}, is_public=True)
        for name in ("again", "void", "reply", "close")
    },
}
