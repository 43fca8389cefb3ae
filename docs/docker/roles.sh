#!/bin/sh
# Run once by the image of PostgreSQL: the role that the product works as, which does not own the tables.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set=secret="$CRM_APP_PASSWORD" <<'SQL'
CREATE ROLE crm_app LOGIN PASSWORD :'secret';
GRANT crm_app TO current_user;
SQL
