"""The browser, the tripwires and the certificate of the tests here that need one."""

from __future__ import annotations

import datetime as dt
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.chromium import launch_arguments
from tests.foreign.listeners import Listener, hang_up


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The browser found on this machine."""
    return launch_arguments()


@pytest.fixture
def tripwires():
    """Listeners on both loopback addresses, on the same port."""
    with Listener(hang_up) as four:
        try:
            six = Listener(hang_up, "::1", four.port)
        except OSError:
            yield four, four  # a machine without IPv6
            return
        with six:
            yield four, six


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """(server context factory, client context) of a house that certifies shop.example only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return server, client
