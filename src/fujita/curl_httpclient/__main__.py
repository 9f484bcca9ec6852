"""Makes ``python -m fujita.curl_httpclient URL`` fetch with libcurl."""

from fujita.curl_httpclient import CurlAsyncHTTPClient, main
from fujita.httpclient import AsyncHTTPClient

AsyncHTTPClient.configure(CurlAsyncHTTPClient)
main()
