import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0005_forecast"),
    ]

    operations = [
        migrations.AddField(
            model_name="quote",
            name="discount",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=0,
                max_digits=5,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="discount over all lines in %",
            ),
        ),
    ]
