"""No process that starts with this on its path reaches a network; each try is noted."""

import os
import socket

_connect = socket.socket.connect


def _cut(self, address):
    if self.family == getattr(socket, "AF_UNIX", None):
        return _connect(self, address)
    with open(os.environ["NETWORK_TRIES"], "a", encoding="utf-8") as file:
        file.write(f"{address}\n")
    raise OSError("the network is cut")


def _unresolved(host, *_, **__):
    with open(os.environ["NETWORK_TRIES"], "a", encoding="utf-8") as file:
        file.write(f"{host}\n")
    raise socket.gaierror("the network is cut")


socket.socket.connect = _cut
socket.socket.connect_ex = _cut
socket.getaddrinfo = _unresolved
