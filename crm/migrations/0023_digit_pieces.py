from django.db import migrations

# Every five digits in a row, for an index that finds a number by any piece of it (crm/filtering/digits.py).
PIECES = """
CREATE FUNCTION crm_digit_pieces(value text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
DECLARE
    numbers text := regexp_replace(value, '[^0-9]+', ' ', 'g');
    found text[] := '{}';
    piece text;
BEGIN
    FOR at IN 1 .. length(numbers) - 4 LOOP
        piece := substr(numbers, at, 5);
        IF position(' ' IN piece) = 0 THEN
            found := found || piece;
        END IF;
    END LOOP;
    RETURN found;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0022_origin")]

    operations = [migrations.RunSQL(PIECES, "DROP FUNCTION crm_digit_pieces(text)")]
