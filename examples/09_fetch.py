"""AsyncHTTPClient: fetch, HTTPRequest, HTTPResponse. 异步 HTTP 客户端。

usage: python examples/09_fetch.py [--upstream=http://ip-api.com] [--ip=123.112.18.111]
"""

import json
import sys

from fujita import httpclient, ioloop
from fujita.options import define, options, parse_command_line

define("upstream", "http://ip-api.com", help="where IP addresses are looked up 查询 IP 的服务器")
define("ip", "123.112.18.111", help="the address to look up 要查询的 IP")


async def main() -> None:
    request = httpclient.HTTPRequest(
        f"{options.upstream}/json/{options.ip}?lang=zh-CN",
        method="GET",
        headers={"Accept": "application/json"},
        connect_timeout=5,
        request_timeout=10,
    )
    try:
        response = await httpclient.AsyncHTTPClient().fetch(request)
    except (httpclient.HTTPClientError, OSError) as error:
        # One line, no traceback. 一行说明，没有 traceback。
        sys.exit(f"cannot reach 无法访问 {options.upstream}: {error}")
    print("code:", response.code)
    print("reason:", response.reason)
    data = json.loads(response.body)
    if data["status"] != "success":
        sys.exit(f"no such address 查询IP信息错误: {options.ip}")
    print(f"国家：{data['country']} 省份: {data['regionName']} 城市: {data['city']}")


if __name__ == "__main__":
    parse_command_line()
    ioloop.IOLoop.current().run_sync(main)
