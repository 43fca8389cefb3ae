from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0010_import_row"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="auto_renews",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="A term is added on the day, without a word.",
                verbose_name="renews by itself",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="renewal_told_for",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="end_told_for",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
    ]
