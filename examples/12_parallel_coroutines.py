"""Several coroutines at once: yield a list or a dict. 并行协程：yield 列表或字典。

usage: python examples/12_parallel_coroutines.py [--port=8888] [--upstream=http://ip-api.com]
"""

import json

from fujita import gen, httpclient, ioloop, web
from fujita.options import define, options, parse_command_line

define("port", 8888, help="the port to listen on 监听的端口")
define("upstream", "http://ip-api.com", help="where IP addresses are looked up 查询 IP 的服务器")

IPS = ["123.112.18.111", "112.112.233.89", "119.112.23.3", "120.223.70.76"]


class Home(web.RequestHandler):
    @gen.coroutine
    def get(self):
        # Both look-ups are under way at the same time. 两个查询同时进行。
        first, second = yield [self.get_ip_info(IPS[0]), self.get_ip_info(IPS[1])]
        self.write_line(IPS[0], first)
        self.write_line(IPS[1], second)
        # By name, too. 也可以用字典。
        found = yield {"third": self.get_ip_info(IPS[2]), "fourth": self.get_ip_info(IPS[3])}
        self.write_line(IPS[2], found["third"])
        self.write_line(IPS[3], found["fourth"])

    def write_line(self, ip, data):
        if data["status"] == "success":
            place = f"国家：{data['country']} 省份: {data['regionName']} 城市: {data['city']}"
        else:
            place = data["message"]
        self.write(f"IP:{ip} {place}<br>")

    @gen.coroutine
    def get_ip_info(self, ip):
        url = f"{options.upstream}/json/{ip}?lang=zh-CN"
        try:
            response = yield httpclient.AsyncHTTPClient().fetch(url, connect_timeout=5)
        except (httpclient.HTTPClientError, OSError) as error:
            self.set_status(502)
            message = f"cannot reach 无法访问 {options.upstream}: {error}"
            return {"status": "fail", "message": message}
        return {"message": "查询IP信息错误", **json.loads(response.body)}


if __name__ == "__main__":
    parse_command_line()
    web.Application([(r"/", Home)]).listen(options.port, "127.0.0.1")
    print(f"http://127.0.0.1:{options.port}/", flush=True)
    ioloop.IOLoop.current().start()
