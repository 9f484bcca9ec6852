"""The certificate that an application is served with."""

import ssl

from fujita.cli.errors import CommandError


class Certificate:
    """Files of a certificate and its key, and what they make.

    Args:
        certificate: The file with the certificate chain (PEM).
        key: The file with the private key; None if that is in the same file.
    """

    def __init__(self, certificate: str, key: str | None) -> None:
        self._files = (certificate, key)
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """Gives the TLS settings of the server, made when first asked for.

        Raises:
            CommandError: The files cannot be used.
        """
        if self._context is None:
            self._context = self._read()
        return self._context

    def renew(self) -> None:
        """Reads the files again; connections made from now on get what is there.

        Raises:
            CommandError: The files cannot be used. The context stays as it is.
        """
        # In a context of its own first: a key that does not fit would spoil the one in use.
        self._read()
        self._load(self.context())

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # RFC 8996: TLS 1.0 and 1.1 must not be used.
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._load(context)
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        certificate, key = self._files
        place = f"--certificate {certificate}" + (f" --key {key}" if key else "")
        try:
            context.load_cert_chain(certificate, key, password=_no_password)
        except ssl.SSLError as error:
            raise CommandError(f"{place}: {_advice(error)}") from None
        except OSError as error:
            raise CommandError(f"{place}: {error.strerror}") from None


def _no_password() -> str:
    # Asked for at the terminal otherwise, where nobody may sit.
    return ""


def _advice(error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return "the key is not that of the certificate"
    if error.reason in ("BAD_DECRYPT", "BAD_PASSWORD_READ"):
        return "the key is encrypted, which cannot be served with; decrypt it by 'openssl pkey'"
    return f"expected a certificate and its private key in PEM format ({error.reason or error})"
