"""
Lets handlers with a hard-coded endpoint reach the emulator: port 443 of a host that it answers for has the emulator's
address, TLS and certificate names as they were. Nothing else is touched.

POSTERN_REDIRECT_TO is "HOST PORT", then the custom domain names: "127.0.0.1 3001 ws.example.com *.example.org".
"""

import re
import socket

EXECUTE_API = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?", re.IGNORECASE)
HTTPS_PORTS = (443, "443", "https")


def redirect(value):
    host, port, *domains = value.split(" ")
    names = {domain.lower() for domain in domains}
    getaddrinfo = socket.getaddrinfo

    def is_ours(name):
        name = name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
        name = name.lower()
        return bool(EXECUTE_API.fullmatch(name)) or name in names or re.sub(r"^[^.]+", "*", name) in names

    def find_address(name, service, *args, **kwargs):
        if service in HTTPS_PORTS and name and is_ours(name):
            name, service = host, int(port)
        return getaddrinfo(name, service, *args, **kwargs)

    socket.getaddrinfo = find_address
