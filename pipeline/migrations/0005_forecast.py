from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0004_steps_go_with_their_quote"),
    ]

    operations = [
        migrations.AddField(
            model_name="target", name="version", field=models.PositiveIntegerField(default=1, editable=False)
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("archived_at", None), ("outcome", "open")),
                fields=["expected_on"],
                include=("id", "base_amount", "forecast_category", "owner", "team", "product", "pipeline", "stage"),
                name="pipeline_deal_to_come",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("archived_at", None), ("outcome", "won")),
                fields=["closed_on"],
                include=("id", "base_amount", "owner", "team", "product", "pipeline", "opened_on"),
                name="pipeline_deal_won",
            ),
        ),
    ]
