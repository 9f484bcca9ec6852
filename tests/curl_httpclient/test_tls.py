import asyncio
import ssl

import pytest

from fujita.curl_httpclient import CurlError
from tests.curl_httpclient.clients import curl_client
from tests.simple_httpclient.servers import CERTIFICATE, KEY, Connection, serve, server_context


def test_certificates_are_verified() -> None:
    async def main() -> None:
        async with serve(tls=server_context()) as server:
            with curl_client() as client:
                url = server.url(host="localhost")
                assert (await client.fetch(url, ca_certs=CERTIFICATE)).body == b"ok"
                assert (await client.fetch(url, validate_cert=False)).body == b"ok"
                # Not over a connection that was made with other wishes.
                with pytest.raises(CurlError):
                    await client.fetch(url)

    asyncio.run(main())


def test_a_client_certificate_is_shown_for_its_own_request_only() -> None:
    async def main() -> None:
        async def answer(connection: Connection, request: bytes) -> bytes:
            shown = bool(connection.writer.get_extra_info("peercert"))
            return b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % shown

        context = server_context()
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(CERTIFICATE)
        async with serve(answer, tls=context) as server:
            with curl_client(max_clients=1) as client:
                url = server.url(host="localhost")
                first = await client.fetch(
                    url, ca_certs=CERTIFICATE, client_cert=CERTIFICATE, client_key=KEY
                )
                second = await client.fetch(url, ca_certs=CERTIFICATE)
            assert (first.body, second.body) == (b"1", b"0")

    asyncio.run(main())
