"""What stands between a deployer and the APIs that are deployed here: a proxy that ends TLS for them."""

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


class Tunnel(StreamRequestHandler):
    """Ends TLS for the APIs that are deployed, and hands out the code of functions; nothing else is reachable."""

    server: "Proxy"

    def handle(self) -> None:
        method, target, _ = self.rfile.readline(8192).decode("latin-1").split()
        while self.rfile.readline(8192).strip():
            pass
        if method == "GET":
            code = self.server.code(target.removeprefix("/"))
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(code) + code)
        elif upstream := self.server.address(target):
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self.connect(upstream)
        else:
            self.wfile.write(b"HTTP/1.1 502 Nothing leaves this machine\r\n\r\n")

    def connect(self, upstream: tuple[str, int]) -> None:
        with (
            self.server.tls.wrap_socket(self.connection, server_side=True) as client,
            socket.create_connection(upstream) as front,
        ):
            relay(client, front)


def relay(client: ssl.SSLSocket, front: socket.socket) -> None:
    """Copy both ways until either side ends."""
    while True:
        for source in select.select([client, front], [], [])[0]:
            data = source.recv(65_536)
            while source is client and client.pending():
                data += client.recv(65_536)
            if not data:
                return
            (front if source is client else client).sendall(data)


class Proxy(ThreadingTCPServer):
    """What HTTPS_PROXY names.

    `address` tells where an API's host and port are served, if they are; `code` gives the package of a function.
    """

    daemon_threads = True

    def __init__(
        self, certificate: Path, address: Callable[[str], tuple[str, int] | None], code: Callable[[str], bytes]
    ) -> None:
        self.address, self.code = address, code
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


def make_certificate(path: Path, host: str) -> bytes:
    """Write a key and a certificate for a host, such as *.example.com, and return the certificate."""
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
