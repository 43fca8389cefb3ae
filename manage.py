#!/usr/bin/env python
"""Run a management command, with the embedded servers started first for those that need them."""

import os
import sys

# these need no server, or see to it themselves
WITHOUT_SERVERS = {
    "build_icons", "check", "collectstatic", "compilemessages", "findstatic", "help", "makemessages",
    "makemigrations", "serve", "startapp", "startproject", "version",
}  # fmt: skip


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  (settings first)

    if sys.argv[1:2] == ["alive"]:
        from crm.serving.alive import main as alive  # noqa: PLC0415

        sys.exit(alive(sys.argv[2:]))
    asks_for_help = {"-h", "--help", "--version"} & set(sys.argv)
    if len(sys.argv) > 1 and not asks_for_help and sys.argv[1] not in WITHOUT_SERVERS:
        start_servers()
    from crm.acting import acting, new_request_id  # noqa: PLC0415

    with acting(request_id=new_request_id(), door="command"):
        execute_from_command_line(sys.argv)


def start_servers() -> None:
    """Start those of the embedded servers for which the environment names no other."""
    from django.conf import settings  # noqa: PLC0415

    from crm.embedded import Instance, ServiceError  # noqa: PLC0415

    instance = Instance(settings.CRM_VAR)
    try:
        if not settings.CRM_DATABASE_URL:
            instance.start_postgres()
        if not settings.CRM_REDIS_URL:
            instance.start_valkey()
    except ServiceError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
