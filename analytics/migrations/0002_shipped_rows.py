"""The default tables of RFM segments and usage levels; admins may edit them."""

from django.db import migrations


ANY = (1, 5)
SEGMENTS = [
    (
        "champions",
        (5, 5),
        (4, 5),
        (4, 5),
        "accent",
        "Reward them, ask for a referral, show them new products first.",
    ),
    (
        "loyal",
        (3, 5),
        (4, 5),
        ANY,
        "good",
        "Keep the habit: loyalty programme, up-sell, a review.",
    ),
    (
        "big spenders",
        (3, 5),
        (1, 3),
        (5, 5),
        "accent",
        "Few but large orders: a personal contact and a reason to return.",
    ),
    (
        "new",
        (5, 5),
        (1, 2),
        (1, 4),
        "accent",
        "Welcome them and make the second purchase easy.",
    ),
    (
        "promising",
        (4, 4),
        (1, 3),
        (1, 4),
        "accent",
        "Bought lately: a fitting second offer while they remember you.",
    ),
    (
        "potential loyal",
        (4, 5),
        (3, 3),
        (1, 4),
        "good",
        "On the way to loyal: membership, cross-sell.",
    ),
    (
        "need attention",
        (3, 3),
        (1, 3),
        (1, 4),
        "warn",
        "Cooling down: a timely offer based on what they bought.",
    ),
    (
        "cannot lose",
        (1, 2),
        (4, 5),
        (4, 5),
        "bad",
        "Your best ones, gone quiet: call them this week.",
    ),
    (
        "at risk",
        (1, 2),
        (3, 5),
        ANY,
        "bad",
        "Bought often, not lately: win them back before others do.",
    ),
    (
        "hibernating",
        (2, 2),
        (1, 2),
        ANY,
        "neutral",
        "A low-cost reminder now and then.",
    ),
    (
        "lost",
        (1, 1),
        (1, 2),
        ANY,
        "neutral",
        "Spend little; try once to win them back.",
    ),
]
LEVELS = [
    ("heavy", 20, "good", "Loyalty: thank them, and keep what they have from being taken by others."),
    ("moderate", 30, "accent", "Reinforcement: remind them why it was a good choice, and of the next use."),
    ("infrequent", None, "neutral", "A direct incentive: a reason to buy now."),
    ("new", None, "accent", "A welcome: help with the first use before anything else is offered."),
]


def add_segments(apps, schema_editor):
    segment = apps.get_model("analytics", "RfmSegment")
    if segment.objects.exists():  # of a database from before the tables were made in one go
        return
    for position, (name, r, f, m, tone, advice) in enumerate(SEGMENTS, start=1):
        segment.objects.create(
            position=position,
            name=name,
            tone=tone,
            advice=advice,
            r_low=r[0],
            r_high=r[1],
            f_low=f[0],
            f_high=f[1],
            m_low=m[0],
            m_high=m[1],
        )


def add_levels(apps, schema_editor):
    level = apps.get_model("analytics", "UsageLevel")
    if level.objects.exists():
        return
    for position, (name, share, tone, message) in enumerate(LEVELS, start=1):
        level.objects.create(level=name, position=position, share=share, tone=tone, message=message)


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_tables")]
    operations = [
        migrations.RunPython(add_segments, migrations.RunPython.noop),
        migrations.RunPython(add_levels, migrations.RunPython.noop),
    ]
