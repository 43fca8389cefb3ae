from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("service", "0006_deliveries_go_with_their_message")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("state__in", ("new", "open", "waiting"))),
                fields=["due_at", "id"],
                name="service_ticket_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("owner", None), ("state__in", ("new", "open", "waiting"))),
                fields=["due_at", "id"],
                name="service_ticket_free_by_due",
            ),
        ),
    ]
