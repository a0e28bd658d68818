"""The user at the other end of a TCP connection on this machine.

The kernel records the user of each socket. Linux provides it through `NETLINK_SOCK_DIAG` or, if that is unavailable,
`/proc/net/tcp`. Other systems have no such interface for ordinary users.
"""

import errno
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Final

SUPPORTED: Final = sys.platform == "linux"
"""Whether this system names the owner of a connection."""

_LOOPBACK: Final = "127.0.0.1"
_SOCK_DIAG: Final = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY: Final = 20  # SOCK_DIAG_BY_FAMILY
_REQUEST: Final = 1  # NLM_F_REQUEST
_ERROR: Final = 2  # NLMSG_ERROR
_ESTABLISHED: Final = 1
_HEADER: Final = struct.Struct("=IHHII")
_QUERY: Final = struct.Struct("=BBBxI")
_SOCKET_ID: Final = struct.Struct("!HH16s16s")
_ANSWER: Final = struct.Struct("=BBBB48xIIIII")
_NO_COOKIE: Final = b"\xff" * 8


def owner(local: int, remote: int) -> int | None:
    """The user id that holds port `remote` of the loopback connection to port `local` of this machine.

    None if there is no such established connection: a socket that its process has closed has no owner, and the kernel
    then reports the superuser. Raises `OSError` if the kernel gives no answer.
    """
    try:
        return _asked(local, remote)
    except OSError as error:
        if error.errno == errno.ENOENT:
            return None
    return _listed(local, remote)


def _asked(local: int, remote: int) -> int | None:
    address = socket.inet_aton(_LOOPBACK).ljust(16, b"\0")
    body = _QUERY.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 1 << _ESTABLISHED)
    body += _SOCKET_ID.pack(remote, local, address, address) + struct.pack("=I", 0) + _NO_COOKIE
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG) as kernel:
        kernel.settimeout(5)
        kernel.send(_HEADER.pack(_HEADER.size + len(body), _BY_FAMILY, _REQUEST, 1, 0) + body)
        answer = kernel.recv(8192)
    kind = _HEADER.unpack_from(answer)[1]
    if kind == _ERROR:
        number = -struct.unpack_from("=i", answer, _HEADER.size)[0]
        raise OSError(number, os.strerror(number))
    _, state, _, _, _, _, _, user, inode = _ANSWER.unpack_from(answer, _HEADER.size)
    return int(user) if state == _ESTABLISHED and inode else None


def _listed(local: int, remote: int) -> int | None:
    loopback = f"{int.from_bytes(socket.inet_aton(_LOOPBACK), sys.byteorder):08X}"
    ends = (f"{loopback}:{remote:04X}", f"{loopback}:{local:04X}")
    with Path("/proc/net/tcp").open(encoding="ascii") as table:
        for line in table:
            words = line.split()
            if (words[1], words[2]) == ends and int(words[3], 16) == _ESTABLISHED and words[9] != "0":
                return int(words[7])
    return None
