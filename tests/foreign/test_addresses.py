"""Outgoing requests reach no address of our own network, however it is spelled (OWASP ASVS 1.3.6, 15.3.2)."""

from __future__ import annotations

import ipaddress
import socket
import time

import pytest

from crm.foreign.addresses import is_public
from crm.foreign.requests import RequestError, RequestFailed, RequestRefused, Rules, fetch
from tests.foreign.listeners import HERE, OK, Listener, hang_up, rules_for, served

# every way to write an address of our own network that we know of
INSIDE = """
127.0.0.1 127.0.0.2 127.255.255.254 127.1 127.0.1 2130706433 017700000001 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1
0177.0.0.01 127.0.0.1. 0 0.0.0.0 0x0 localhost LOCALHOST localhost. １２７.０.０.１ ①②⑦.⓪.⓪.① 127。0。0。1 127．0．0．1
[::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::] [::ffff:127.0.0.1] [::ffff:7f00:1]
[0:0:0:0:0:ffff:7f00:1] [::127.0.0.1] [::7f00:1] [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1]
[64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:a00:1::1] [2001:0:7f00:1::] [2001:db8::1] [3fff::1] [fc00::1] [fd00:ec2::254]
[fe80::1] [fec0::1] [ff02::1] [100::1] [5f00::1] [4000::1] 10.0.0.1 10.1 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1
169.254.169.254 0xa9fea9fe 2852039166 0251.0376.0251.0376 100.64.0.1 100.100.100.200 168.63.129.16 192.0.0.192 192.0.2.1
198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
[::ffff:8.8.8.8] [::8.8.8.8] [64:ff9b::808:808] [2002:808:808::]
""".split()  # noqa: RUF001

PUBLIC = (
    "8.8.8.8 1.1.1.1 93.184.215.14 2606:4700:4700::1111 2a00:1450:4001:80b::200e 9.9.9.9 172.32.0.1 100.128.0.1".split()
)


def test_table_has_forty_spellings_and_more():
    assert len(INSIDE) >= 70


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_spelling_of_an_inner_address_reaches_nobody(host, scheme, tripwires):
    rules = Rules(ports=frozenset({tripwires[0].port}), seconds=2)
    with pytest.raises(RequestError):
        fetch(f"{scheme}://{host}:{tripwires[0].port}/", rules=rules)
    time.sleep(0.002)
    assert [listener.connections for listener in tripwires] == [0, 0]


def test_table_has_teeth_where_the_rule_is_taken_out(tripwires):
    rules = Rules(allows=lambda address: True, ports=frozenset({tripwires[0].port}), seconds=0.3)
    for host in INSIDE[:35]:
        with pytest.raises(RequestFailed):
            fetch(f"http://{host}:{tripwires[0].port}/", rules=rules)
    assert tripwires[0].connections >= 15


@pytest.mark.parametrize("address", PUBLIC)
def test_address_of_the_internet_is_public(address):
    assert is_public(address)


def test_every_special_network_of_iana_is_closed():
    networks = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24"
    networks += " 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 ::/96"
    networks += " ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20"
    networks += " 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8"
    for network in map(ipaddress.ip_network, networks.split()):
        assert not is_public(str(network[0]))
        assert not is_public(str(network[-1]))
        assert not is_public(str(network[network.num_addresses // 2]))


@pytest.mark.parametrize(
    "text", ["", "localhost", "8.8.8.8/32", "fe80::1%lo", "2606:4700::1%eth0", "08.8.8.8", "8.8.8"]
)
def test_what_is_no_address_is_not_public(text):
    assert not is_public(text)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example/",
        "file:///etc/passwd",
        "gopher://x.example/",
        "//x.example/",
        "x.example",
        "",
        "http://",
        "http:///path",
        "http://x.example:22/",
        "http://x.example:0x50/",
        "http://x.example:99999/",
        "http://user@x.example/",
        "http://user:word@x.example/",
        "http://x.example\\@127.0.0.1/",
        "http://x.example/a b",
        "http://x.example/\r\nX: 1",
        "http://x.example/\x00",
        "http://x.example\t/",
        "http://x%2eexample/",
        "http://[::1%25lo]/",
        "http://[::1/",
        "http://x_😀.example/",
        "http://x.example/\ud800",
        "http://x.example/" + "a" * 3_000,
        "http://\u202ex.example/",
        "http://x..example/" + "é",
    ],
)
def test_address_that_can_be_read_in_two_ways_is_refused(url):
    rules = Rules(allows=lambda address: True, resolver=lambda host, port: [], seconds=1)
    with pytest.raises((RequestRefused, RequestFailed)):
        fetch(url, rules=rules)


def test_only_the_two_ports_of_the_web_are_called():
    with pytest.raises(RequestRefused, match="Port 5432 may not be called; only 80 and 443"):
        fetch("http://x.example:5432/")


def test_name_is_asked_once_and_the_answer_is_what_is_called(tripwires):
    with served(OK) as server:
        with Listener(hang_up, "127.0.0.1", server.port) as tripwire:
            answers = [[HERE], ["127.0.0.1"], ["127.0.0.1"]]
            rules = rules_for(server, resolver=lambda host, port: answers.pop(0))
            assert fetch(f"http://rebinding.example:{server.port}/", rules=rules).status == 200
            with pytest.raises(RequestRefused, match="not out in the internet"):
                fetch(f"http://rebinding.example:{server.port}/", rules=rules)
            assert tripwire.connections == 0
        assert len(answers) == 1
        assert server.connections == 1


def test_name_with_one_inner_address_among_public_ones_is_refused():
    with served(OK) as server:
        rules = rules_for(server, resolver=lambda host, port: [HERE, "127.0.0.1"])
        with pytest.raises(RequestRefused):
            fetch(f"http://mixed.example:{server.port}/", rules=rules)
        assert server.connections == 0


def test_address_at_the_other_end_is_looked_at_again():
    with served(OK) as server:
        answers = [True, False]  # before and after it is called
        with pytest.raises(RequestRefused):
            fetch(f"http://x.example:{server.port}/", rules=rules_for(server, allows=lambda address: answers.pop(0)))
        assert answers == []


def test_own_public_address_of_this_machine_is_refused():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("8.8.8.8", 9))
        except OSError:
            pytest.skip("this machine has no way out")
        assert not is_public(probe.getsockname()[0])
