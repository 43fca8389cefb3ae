"""Scores of persons with their reasons, alerts and pairs. Figures stay; they are made anew of what stays."""

from __future__ import annotations

from analytics.duplicates.forgetting import forget_compared
from contacts.privacy.tables import PersonalData, PersonalTable

FIGURES = ("run_id",)
PERSONAL_DATA = PersonalData(
    tables=(
        PersonalTable(
            "analytics.rfmscore", ("contact",), keeps=("segment", "tone"), unseen=FIGURES, title="Value (RFM)"
        ),
        PersonalTable("analytics.clvscore", ("contact",), unseen=FIGURES, title="Lifetime value"),
        PersonalTable(
            "analytics.clusterscore", ("contact",), keeps=("name", "reasons"), unseen=FIGURES, title="Cluster"
        ),
        PersonalTable("analytics.churnscore", ("contact",), unseen=FIGURES, title="Chance to leave"),
        PersonalTable("analytics.costscore", ("contact",), keeps=("counts",), unseen=FIGURES, title="Cost to serve"),
        PersonalTable("analytics.prospectscore", ("contact",), unseen=FIGURES, title="Chance to buy"),
        PersonalTable(
            "analytics.qualityscore", ("contact",), keeps=("faults",), unseen=FIGURES, title="Quality of the data"
        ),
        PersonalTable(
            "analytics.ladderscore", ("contact",), keeps=("rung", "evidence"), unseen=FIGURES, title="Rung of loyalty"
        ),
        PersonalTable(
            "analytics.strategyscore",
            ("contact",),
            keeps=("strategy", "rule", "because"),
            unseen=FIGURES,
            title="Strategy",
        ),
        PersonalTable("analytics.walletscore", ("contact",), unseen=FIGURES, title="Share of wallet"),
        PersonalTable(
            "analytics.significancescore",
            ("contact",),
            keeps=("kinds", "openings"),
            unseen=FIGURES,
            title="Significant, by evidence",
        ),
        PersonalTable(
            "analytics.profilescore", ("contact",), keeps=("rule",), unseen=FIGURES, title="Profile of the best"
        ),
        PersonalTable(
            "analytics.nextscore", ("contact",), keeps=("item", "before", "last"), unseen=FIGURES, title="Next in line"
        ),
        PersonalTable(
            "analytics.familyscore",
            ("contact",),
            keeps=("family", "due", "chances", "expected", "levels", "waits"),
            unseen=FIGURES,
            title="Chances by family",
        ),
        PersonalTable("analytics.significancemark", ("contact",), gone=True, title="Significant, by hand"),
        PersonalTable("analytics.leadscore", ("lead__contact",), unseen=FIGURES, title="Chances of leads"),
        PersonalTable(
            "analytics.scorehistory", ("contact",), keeps=("segment",), unseen=FIGURES, title="Scores month by month"
        ),
        PersonalTable("analytics.sellalert", ("contact",), unseen=FIGURES, title="Selling alerts"),
        PersonalTable(
            "analytics.duplicatepair", ("first", "second"), gone=True, unseen=FIGURES, title="Who may be the same"
        ),
        PersonalTable("analytics.distinctpair", ("first", "second"), gone=True, title="Who is not the same"),
    ),
    forgets=(forget_compared,),
    without={
        "Numbers made of each contact's values, in arrays of all contacts: an erasure takes those of the person out.": (
            "analytics.duplicatearray", "analytics.duplicatebasis",
        ),
        "What the house undertakes for all its customers: plans, milestones, costs.": (
            "analytics.initiative", "analytics.initiativecost", "analytics.milestone",
        ),
        "Figures of many customers together, and how they are made.": (
            "analytics.allowedfeature", "analytics.cohortcount", "analytics.costpool", "analytics.dealforecast",
            "analytics.forecastsnapshot", "analytics.forecastsum", "analytics.modelrun", "analytics.qualityrules",
            "analytics.retentionrate", "analytics.rfmsegment",
            "analytics.satisfactioncount", "analytics.segmentmove", "analytics.strategyrule", "analytics.usagelevel",
        ),
    },
)  # fmt: skip
