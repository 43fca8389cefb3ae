from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0012_lead_scores"),
    ]

    operations = [
        migrations.AddField(
            model_name="dealforecast", name="rate", field=models.FloatField(default=0), preserve_default=False
        ),
        migrations.RemoveConstraint(model_name="forecastsnapshot", name="analytics_snapshot_once"),
        migrations.RenameField(model_name="forecastsnapshot", old_name="quarter_from", new_name="starts_on"),
        migrations.AddField(
            model_name="forecastsnapshot",
            name="span",
            field=models.CharField(
                choices=[
                    ("ahead", "The three months from that day"),
                    ("month", "A month"),
                    ("quarter", "A quarter"),
                ],
                default="ahead",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="forecastsnapshot",
            constraint=models.UniqueConstraint(
                fields=("span", "starts_on", "taken_on", "method"), name="analytics_snapshot_of_span_once"
            ),
        ),
    ]
