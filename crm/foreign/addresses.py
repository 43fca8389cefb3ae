"""Which addresses of the internet may be called for somebody: the public ones, and what a name stands for.

Python's own `is_global` is not enough: it differs between versions and is true for multicast, NAT64, 6to4 and
IPv4-compatible addresses, behind which 127.0.0.1 can stand. The tables are the special-purpose registries of IANA.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import idna

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], list[str]]

CLOSED_V4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a provider's customers; 100.100.100.200 tells a cloud's secrets
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of a machine in Azure
        "169.254.0.0/16",  # link-local; 169.254.169.254 tells a cloud's secrets
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 tells a cloud's secrets
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# All public IPv6 addresses lie in here. Outside: ::/96 and ::ffff:0:0/96 (IPv4 inside), 64:ff9b::/96 and 64:ff9b:1::/48
# (NAT64), 100::/64, 5f00::/16, fc00::/7 (private), fe80::/10, fec0::/10 (link and site), ff00::/8 (multicast)
OPEN_V6 = ip_network("2000::/3")
CLOSED_V6 = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # Teredo (IPv4 inside), ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 (IPv4 inside)
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

_resolving = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolver")


class UnknownHost(Exception):
    """No address is known for the name, or nobody answered in time."""


def is_public(text: str) -> bool:
    """Whether this is the address of a machine out in the internet, and not of this one."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.scope_id is not None or address not in OPEN_V6 or any(address in net for net in CLOSED_V6):
            return False
    elif any(address in net for net in CLOSED_V4):
        return False
    return address.is_global and not is_own(address)


def is_own(address: Address) -> bool:
    """Whether a packet to the address would leave from that same address: it is one of this machine."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))  # a datagram socket: says which way it would go, and sends nothing
        except OSError:
            return False  # no way there at all; the connection will say so
        return ip_address(probe.getsockname()[0]) == address


def ascii_host(host: str) -> str:
    """The name as the name service wants it (`bücher.example` -> `xn--bcher-kva.example`); raises UnknownHost."""
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise UnknownHost(f"“{host}” is not a name that a computer can have.") from error


def resolve(host: str, port: int) -> list[str]:
    """All addresses of the name, asked of the system once. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_of(host: str, port: int, resolver: Resolver, seconds: float) -> list[str]:
    """The addresses of the name within `seconds`; raises UnknownHost when there is none or no answer."""
    answer = _resolving.submit(resolver, host, port)
    try:
        found = answer.result(timeout=max(seconds, 0))
    except TookTooLong as error:
        answer.cancel()
        raise UnknownHost(f"Nobody could say in time which address “{host}” has.") from error
    except (OSError, UnicodeError) as error:
        raise UnknownHost(f"There is no address for “{host}”.") from error
    if not found:
        raise UnknownHost(f"There is no address for “{host}”.")
    return found
