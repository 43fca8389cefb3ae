"""A real IMAP server (pymap) in a process of its own, and a self-made certificate for 127.0.0.1."""

from __future__ import annotations

import datetime as dt
import imaplib
import ipaddress
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER, PASSWORD = "help@crm.example", "open sesame"
READY_SECONDS = 30.0


@dataclass(frozen=True)
class SelfMade:
    """A certificate that nobody vouches for, and its key, as files."""

    certificate: Path
    key: Path


def self_made(folder: Path) -> SelfMade:
    """Certifies 127.0.0.1 for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = SelfMade(folder / "certificate.pem", folder / "key.pem")
    found.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return found


class ImapProcess:
    """Runs for the length of a `with`, with one mailbox. With a certificate it offers STARTTLS."""

    def __init__(self, tls: SelfMade | None = None) -> None:
        self.port = _free_port()
        tls_words = ["--cert", str(tls.certificate), "--key", str(tls.key)] if tls else ["--no-tls"]
        place = ["--host", "127.0.0.1", "--port", str(self.port), *tls_words]
        account = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
        self._command = [str(Path(sys.executable).with_name("pymap")), *place, *account]

    def __enter__(self) -> Self:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdout=quiet, stderr=quiet, start_new_session=True)
        end = time.monotonic() + READY_SECONDS
        while not self._answers():
            assert self._process.poll() is None, "the IMAP server ended by itself"
            assert time.monotonic() < end, "the IMAP server does not answer"
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def add(self, raw: bytes) -> None:
        """Bring a mail into the mailbox, as a server that delivers does."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(USER, PASSWORD)
        answer, _ = client.append("INBOX", "", "", raw)
        client.logout()
        assert answer == "OK"

    def _answers(self) -> bool:
        try:
            imaplib.IMAP4("127.0.0.1", self.port, 2).logout()
        except (OSError, imaplib.IMAP4.error):
            return False
        return True


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
