"""The HTTPS proxy to the deployed APIs, which terminates TLS for their host names."""

import datetime
import select
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class ProxyHandler(StreamRequestHandler):
    """Handles CONNECT to a deployed API, and GET of a function's code; CONNECT to another host gets 502."""

    server: "Proxy"

    def handle(self) -> None:
        method, target, _ = self.rfile.readline(8192).decode("latin-1").split()
        while self.rfile.readline(8192).strip():
            pass
        if method == "GET":
            code = self.server.get_code(target.removeprefix("/"))
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(code) + code)
        elif gateway := self.server.find_gateway(target):
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self.connect(gateway)
        else:
            self.wfile.write(b"HTTP/1.1 502 Only APIs that are deployed here can be reached\r\n\r\n")

    def connect(self, address: tuple[str, int]) -> None:
        with (
            self.server.tls.wrap_socket(self.connection, server_side=True) as client,
            socket.create_connection(address) as gateway,
        ):
            relay(client, gateway)


def relay(client: ssl.SSLSocket, gateway: socket.socket) -> None:
    """Copy data both ways until either side closes its connection."""
    while True:
        for source in select.select([client, gateway], [], [])[0]:
            data = source.recv(65_536)
            while source is client and client.pending():
                data += client.recv(65_536)
            if not data:
                return
            (gateway if source is client else client).sendall(data)


class Proxy(ThreadingTCPServer):
    """A proxy for the variable HTTPS_PROXY.

    `find_gateway` returns the address of the gateway for a host name and port, or None; `get_code` returns the
    package of a function.
    """

    daemon_threads = True

    def __init__(
        self,
        certificate: Path,
        find_gateway: Callable[[str], tuple[str, int] | None],
        get_code: Callable[[str], bytes],
    ) -> None:
        self.find_gateway, self.get_code = find_gateway, get_code
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


def make_certificate(path: Path, host: str) -> bytes:
    """Write a key and a self-signed certificate for a host such as *.example.com; return the certificate as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "AWS on this machine")])
    now = datetime.datetime.now(datetime.UTC)
    hosts = x509.SubjectAlternativeName([x509.DNSName(host)])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(hosts, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()) + pem)
    return pem
