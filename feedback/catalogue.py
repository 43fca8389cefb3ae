"""What feedback brings to the engines."""

from crm.catalogue import ApiArea, Catalogue, NavItem, NewItem, PastRule
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, READ_ALL, Grants
from crm.past.panels import CHANGES
from feedback.experience.specs import TICKET_FIELDS, TOUCH_FIELDS
from feedback.exporting import EXPORTS
from feedback.home import FIGURES
from feedback.ideas.queries import TIMELINE as SUGGESTED
from feedback.ideas.specs import SUGGESTION_FIELDS
from feedback.importing import KINDS
from feedback.panels import CONTACT_PANELS
from feedback.reports import REPORTS
from feedback.searching import SOURCES
from feedback.specs import CONTACT_FIELDS, INVITATION_FIELDS, RESPONSE_FIELDS, REVIEW_FIELDS, SURVEY_FIELDS
from feedback.timeline import TIMELINE
from feedback.visits.specs import CHECKLIST_FIELDS, VISIT_FIELDS

SEE = Grants(view=Scope.ALL)
SET_UP: dict[str, Grants] = {
    Role.REP: SEE,
    Role.MARKETER: EVERYTHING,
    Role.AGENT: READ_ALL,
    Role.MANAGER: EVERYTHING,
}
IDEAS: dict[str, Grants] = {
    Role.REP: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.OWN),
    Role.MARKETER: EVERYTHING,
    Role.AGENT: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.OWN, export=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}
THEIRS = Grants(view=Scope.OWN, change=Scope.OWN)
VISITS: dict[str, Grants] = {
    Role.REP: THEIRS,
    Role.MARKETER: EVERYTHING,
    Role.AGENT: THEIRS,
    Role.MANAGER: EVERYTHING,
}
CHECKLISTS: dict[str, Grants] = {Role.MARKETER: EVERYTHING, Role.MANAGER: EVERYTHING}

CATALOGUE = Catalogue(
    fields={
        "feedback.response": RESPONSE_FIELDS,
        "feedback.survey": SURVEY_FIELDS,
        "feedback.invitation": INVITATION_FIELDS,
        "feedback.review": REVIEW_FIELDS,
        "feedback.suggestion": SUGGESTION_FIELDS,
        "feedback.mysteryvisit": VISIT_FIELDS,
        "feedback.checklist": CHECKLIST_FIELDS,
        "contacts.contact": CONTACT_FIELDS,
        "contacts.interaction": TOUCH_FIELDS,
        "service.ticket": TICKET_FIELDS,
    },
    grants={
        "feedback.survey": SET_UP,
        "feedback.touchpoint": SET_UP,
        "feedback.suggestion": IDEAS,
        "feedback.mysteryvisit": VISITS,
        "feedback.checklist": CHECKLISTS,
    },
    imports=KINDS,
    exports=EXPORTS,
    timeline=(*TIMELINE, *SUGGESTED),
    panels={"contacts.contact": CONTACT_PANELS, "feedback.suggestion": (CHANGES,), "feedback.mysteryvisit": (CHANGES,)},
    navigation=(
        NavItem("Surveys", "feedback:survey_list", "ui-checks", group="Service", order=60, model="feedback.survey"),
        NavItem("Reviews", "feedback:review_list", "star-half", group="Service", order=64, model="feedback.review"),
        NavItem(
            "Answers", "feedback:response_list", "emoji-smile", group="Service", order=62,
            model="feedback.response",
        ),
        NavItem(
            "Suggestions", "feedback:suggestion_board", "lightbulb", group="Service", order=66,
            model="feedback.suggestion",
        ),
        NavItem("Experience map", "feedback:experience", "map", group="Service", order=67, model="feedback.touchpoint"),
        NavItem(
            "Mystery visits", "feedback:visit_list", "clipboard-check", group="Service", order=68,
            model="feedback.mysteryvisit",
        ),
    ),
    new_items=(
        NewItem("Survey", "feedback:survey_choose", "ui-checks", "feedback.survey", order=60),
        NewItem("Suggestion", "feedback:suggestion_create", "lightbulb", "feedback.suggestion", order=61),
    ),
    past={
        "feedback.survey": PastRule(without=("sort_name", "search_text", "updated_at", "open_token")),
        "feedback.question": PastRule(parent="survey_id", is_part=True),
        "feedback.response": PastRule(
            without=("nps_group", "comment", "search_text", "told_at", "sender_digest", "stamp")
        ),
        "feedback.invitation": PastRule(parent="survey_id"),
        "feedback.answer": PastRule(parent="response_id", is_part=True),
        "feedback.suggestion": PastRule(without=("search_text",)),
        "feedback.suggestionvote": PastRule(parent="suggestion_id", is_part=True),
        "feedback.checklistitem": PastRule(parent="checklist_id", is_part=True),
        "feedback.visitmark": PastRule(parent="visit_id", is_part=True),
        "feedback.npsstanding": PastRule(exempt="Kept from the answers, which have a history of their own."),
    },
    api_areas=(
        ApiArea("surveys", "Surveys and answers", "Surveys, what customers answered, and the scores."),
        ApiArea("suggestions", "Suggestions", "What customers suggest, and what becomes of it."),
    ),
    home_figures=FIGURES,
    search=SOURCES,
    reports=REPORTS,
)  # fmt: skip
