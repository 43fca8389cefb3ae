from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0011_search_digits"),
    ]

    operations = [
        migrations.AddField(
            model_name="interaction",
            name="about_model",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name="interaction",
            name="about_id",
            field=models.BigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(
                condition=models.Q(("about_id__isnull", False)),
                fields=["about_model", "about_id", "-occurred_at", "-id"],
                name="contacts_interaction_about",
            ),
        ),
    ]
