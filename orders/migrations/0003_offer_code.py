"""The code that a customer gave with an order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_what_goes_with_what")]
    operations = [
        migrations.AddField(
            model_name="order",
            name="offer_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="offer code"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("offer_code", ""), _negated=True), fields=["id"], name="orders_with_a_code"
            ),
        ),
    ]
