"""Which addresses a feed may be fetched from."""

import socket
import threading
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.guard import AddressRefusedError, TooMuchError, check_address, guarded_sockets

REFUSED = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "localhost",
    "",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "193.0.0.1",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "::8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80b::200e",
]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused_by_name_and_with_the_setting(address: str) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        check_address(address)
    assert str(refused.value) == f"{address} is not a public address (DATELINE_ALLOW_NETWORKS can allow it)"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    ("address", "network", "passes"),
    [
        ("127.0.0.1", "127.0.0.1/32", True),
        ("127.0.0.2", "127.0.0.1/32", False),
        ("::ffff:127.0.0.1", "127.0.0.1/32", True),
        ("64:ff9b::a00:1", "10.0.0.0/8", True),
        ("10.0.0.1", "::ffff:10.0.0.0/104", False),
        ("::1", "::1/128", True),
        ("::1", "127.0.0.0/8", False),
        ("fd00::5", "fd00::/8", True),
        ("fe80::1%eth0", "fe80::/10", True),
        ("169.254.169.254", "10.0.0.0/8", False),
    ],
)
def test_allowed_networks(address: str, network: str, passes: bool) -> None:
    if passes:
        check_address(address, [ip_network(network)])
    else:
        with pytest.raises(AddressRefusedError):
            check_address(address, [ip_network(network)])


def _passes(address: str) -> bool:
    try:
        check_address(address)
    except AddressRefusedError:
        return False
    return True


@given(st.ip_addresses(v=4))
def test_no_dress_makes_an_ipv4_address_more_public(address: IPv4Address) -> None:
    number = int(address)
    dresses = (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80, number)
    assert {_passes(str(IPv6Address(dress))) for dress in dresses} == {_passes(str(address))}


@given(st.ip_addresses(v=6))
def test_nothing_outside_the_unicast_space_is_public(address: IPv6Address) -> None:
    embedding = ("::/96", "::ffff:0:0/96", "64:ff9b::/96")
    if address in ip_network("2000::/3") or any(address in ip_network(one) for one in embedding):
        return
    assert not _passes(str(address))


def test_the_factory_checks_before_it_opens() -> None:
    open_socket = guarded_sockets([ip_network("127.0.0.1/32")], most_bytes=1)
    with open_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))) as opened:
        assert opened.type == socket.SOCK_STREAM
    with pytest.raises(AddressRefusedError, match=r"127\.0\.0\.2"):
        open_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.2", 80)))


def test_a_socket_reads_only_so_much_in_answer() -> None:
    open_socket = guarded_sockets([ip_network("127.0.0.1/32")], most_bytes=2_000_000)
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = server.getsockname()
        with open_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place)) as asking:
            asking.connect(place)
            peer, _ = server.accept()
            with peer:
                buffer = bytearray(1_000_000)
                for _ in range(2):  # each question has an answer of its own
                    assert asking.send(b"?") == 1
                    for _ in range(2):
                        threading.Thread(target=peer.sendall, args=(buffer,)).start()
                        left = memoryview(buffer)
                        while left:
                            left = left[asking.recv_into(left) :]
                peer.sendall(b"x")
                with pytest.raises(TooMuchError, match="sent more than 2 MB"):
                    asking.recv(1)
