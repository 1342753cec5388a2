"""The guard of every socket that is opened towards a feed: public addresses only, and what the operator allows besides;
and no more bytes in answer than allowed, whatever they are called.

It looks at the address that is about to be connected to, at every hop and after name resolution, so that neither a
redirect, an odd spelling of an address nor a name that changes its answer gets past it. It must not know about HTTP.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""As `socket.getaddrinfo` gives it: family, type, protocol, canonical name, (address, port, …)."""

# What `ipaddress.is_global` takes for public all the same: it follows the IANA registries of special purpose addresses,
# and these stand in other registries, or are newer than Python's copy.
_NOT_PUBLIC = tuple(map(ip_network, ("224.0.0.0/4", "192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
_UNICAST = IPv6Network("2000::/3")  # the only IPv6 space that is given out (RFC 4291, 2.4; IANA)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291, 2.5.5.1; holds :: and ::1 too


class AddressRefusedError(OSError):
    """A connection that the guard did not let happen; its text says which address, and how to allow it."""

    def __init__(self, address: str) -> None:
        super().__init__(errno.EACCES, f"{address} is not a public address (DATELINE_ALLOW_NETWORKS can allow it)")

    def __str__(self) -> str:
        return str(self.strerror)


class TooMuchError(OSError):
    """An answer that went on and on."""


class BoundedSocket(socket.socket):
    """A socket that receives only so many bytes in answer to what was sent last: after that it raises TooMuchError.

    Heads count, and whatever else a client would read over without end (RFC 9110, 15.2: interim answers).
    """

    most_bytes: int
    _left = 0
    """Nothing may come before anything was sent."""

    def send(self, data: Any, flags: int = 0) -> int:
        self._left = self.most_bytes
        return super().send(data, flags)

    def recv(self, size: int, flags: int = 0) -> bytes:
        received = super().recv(size, flags)
        self._count(len(received))
        return received

    def recv_into(self, buffer: Any, size: int = 0, flags: int = 0) -> int:  # what asyncio calls under TLS
        received = super().recv_into(buffer, size, flags)
        self._count(received)
        return received

    def _count(self, received: int) -> None:
        self._left -= received
        if self._left < 0:
            raise TooMuchError(errno.EMSGSIZE, f"sent more than {self.most_bytes // 1_000_000} MB")


def check_address(address: str, allowed: Sequence[Network] = ()) -> None:
    """Raise AddressRefusedError unless ``address``, a literal IPv4 or IPv6 address, is public or lies in ``allowed``.

    An IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4) is judged as the IPv4 address it leads to.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        raise AddressRefusedError(address) from None
    target = _embedded(parsed)
    if any(one in network for network in allowed for one in (parsed, target)):
        return
    if not _is_public(target):
        raise AddressRefusedError(address)


def guarded_sockets(allowed: Sequence[Network], *, most_bytes: int) -> Callable[[AddressInfo], socket.socket]:
    """Return a factory for `aiohttp.TCPConnector(socket_factory=…)`: sockets to checked addresses only, each bounded to
    ``most_bytes`` an answer.
    """

    def open_socket(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, place = info
        check_address(str(place[0]), allowed)
        opened = BoundedSocket(family, kind, protocol)
        opened.most_bytes = most_bytes
        return opened

    return open_socket


def _embedded(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or address in _COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)
