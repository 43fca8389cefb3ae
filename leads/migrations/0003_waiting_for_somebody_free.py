"""Leads for whom nobody was free wait; a conversion knows all that it changes of its lead."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_what_goes_with_what")]
    operations = [
        migrations.AddField("conversion", "status_at_before", models.DateTimeField(null=True)),
        migrations.AddField("conversion", "recycle_before", models.DateField(null=True)),
        migrations.AddField("conversion", "lost_before", models.DateTimeField(null=True)),
        migrations.AddField(
            "conversion", "lost_reason_before", models.CharField(blank=True, default="", max_length=16)
        ),
        migrations.AddField("lead", "waits_since", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddIndex(
            "lead",
            models.Index(
                fields=["waits_since"],
                name="leads_waits_since",
                condition=models.Q(("owner", None), ("waits_since__isnull", False)),
            ),
        ),
    ]
