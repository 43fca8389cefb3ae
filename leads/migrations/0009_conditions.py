import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0008_kept_sums"),
    ]

    operations = [
        migrations.AddField(
            model_name="sequencestep",
            name="condition",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Everybody"),
                    ("segment", "Leads in the segment"),
                    ("others", "Leads not in the segment"),
                    ("score", "A score of at least"),
                    ("low", "A score below"),
                    ("clicked", "Who clicked a link since they came in"),
                    ("quiet", "Who clicked no link since they came in"),
                    ("skipped", "Whose step before was skipped"),
                ],
                max_length=8,
                verbose_name="only for",
            ),
        ),
        migrations.AddField(
            model_name="sequencestep",
            name="segment",
            field=models.CharField(blank=True, editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name="sequencestep",
            name="threshold",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)]
            ),
        ),
        migrations.AddField(
            model_name="sequencestep",
            name="tree",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AlterField(
            model_name="sequencetouch",
            name="result",
            field=models.CharField(
                choices=[
                    ("sent", "Mail sent"),
                    ("task", "Task given"),
                    ("skipped", "Skipped"),
                    ("passed", "Not for them"),
                ],
                max_length=8,
            ),
        ),
    ]
