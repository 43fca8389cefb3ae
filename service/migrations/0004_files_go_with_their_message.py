"""A file of a message goes with it; files that went with replies before are those of the replies."""

from django.db import migrations

from crm.database.cascades import goes_with

SENT_BEFORE = """
INSERT INTO service_messagefile (message_id, attachment_id, position)
SELECT m.id, a.id, min(f.position)
FROM service_message AS m
JOIN crm_mailattachment AS f ON f.mail_id = m.outgoing_id
JOIN crm_attachment AS a ON a.file_id = f.file_id AND a.record_model = 'service.ticket' AND a.record_id = m.ticket_id
GROUP BY m.id, a.id
"""


class Migration(migrations.Migration):
    dependencies = [("service", "0003_message_files"), ("crm", "0001_tables")]
    operations = [
        goes_with("service_messagefile", "service_message", "crm_attachment"),
        migrations.RunSQL(SENT_BEFORE, migrations.RunSQL.noop),
    ]
