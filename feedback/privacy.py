"""Data of persons in answers, reviews and suggestions. Ratings stay, words do not."""

from __future__ import annotations

from contacts.privacy.tables import PersonalData, PersonalTable, Swept

PERSONAL_DATA = PersonalData(
    tables=(
        PersonalTable("feedback.response", ("contact",), title="Answered surveys", unseen=("sender_digest", "stamp")),
        PersonalTable("feedback.answer", ("response__contact",), keeps=("choice",)),
        PersonalTable("feedback.invitation", ("contact",), keeps=("key",), title="Invitations to surveys"),
        PersonalTable("feedback.review", ("contact",), title="Reviews"),
        PersonalTable("feedback.suggestionvote", ("contact",), title="Suggestions"),
        PersonalTable("feedback.npsstanding", ("contact",), title="Would they recommend us"),
    ),
    without={
        "Words of the house itself: its surveys, touch points and visits.": (
            "feedback.checklist", "feedback.checklistitem", "feedback.mysteryvisit", "feedback.question",
            "feedback.survey", "feedback.touchpoint", "feedback.visitmark",
        ),
        "Of several customers at once: names and addresses in it are swept out.": ("feedback.suggestion",),
    },
    swept=(
        Swept("feedback_response", ("comment", "search_text")),
        Swept("feedback_suggestion", ("title", "text", "search_text")),
    ),
)  # fmt: skip
