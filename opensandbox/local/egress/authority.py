"""The certificate authority of one server process, and the TLS settings of both sides of an intercepted connection.

The keys exist in memory only and end with the process.
"""

from __future__ import annotations

import datetime
import os
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from opensandbox.local.egress.destination import normal_name

if TYPE_CHECKING:
    from pathlib import Path

_SINCE = datetime.timedelta(days=1)
_LIFETIME = datetime.timedelta(days=3650)
# Requests and answers are read here, and what reads them knows this version.
_PROTOCOLS = ["http/1.1"]


class Authority:
    """Issues a certificate for each name that is intercepted."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "OpenSandbox local egress proxy")])
        self._certificate = (
            _builder(name, name, self._key.public_key(), self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM)
        self.server_context = lru_cache(maxsize=1024)(self._server_context)

    def _server_context(self, host: str) -> ssl.SSLContext:
        """How to answer a program that believes to talk to `host`; a hello for any other name is refused."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(_PROTOCOLS)

        def check_name(_tls: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
            asked = normal_name(name or "")
            return None if asked == host else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

        context.sni_callback = check_name
        # OpenSSL takes files only; this one is never on a disk.
        file = os.memfd_create("egress-certificate")
        try:
            os.write(file, self._leaf(host))
            context.load_cert_chain(f"/proc/self/fd/{file}")
        finally:
            os.close(file)
        return context

    def _leaf(self, host: str) -> bytes:
        certificate = (
            _builder(
                # Names are in the extension; the old field is too short for long ones.
                x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "intercepted by OpenSandbox")]),
                self._certificate.subject,
                self._leaf_key.public_key(),
                self._key.public_key(),
            )
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        key = self._leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + certificate.public_bytes(serialization.Encoding.PEM)


def upstream_context(more: Path | None) -> ssl.SSLContext:
    """How the real servers are verified: by the authorities of this machine and those in the file `more`.

    Raises OSError when that file cannot be read or holds no certificate.
    """
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and paths.capath is None:
        import certifi

        context.load_verify_locations(certifi.where())
    if more is not None:
        context.load_verify_locations(more)
    context.set_alpn_protocols(_PROTOCOLS)
    return context


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer_public: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SINCE)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public),
            critical=False,
        )
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
