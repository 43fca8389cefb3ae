"""The default table of named RFM segments; admins may edit it."""

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


def add_segments(apps, schema_editor):
    segment = apps.get_model("analytics", "RfmSegment")
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


def remove_segments(apps, schema_editor):
    apps.get_model("analytics", "RfmSegment").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial")]
    operations = [migrations.RunPython(add_segments, remove_segments)]
