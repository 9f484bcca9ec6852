"""A handler that waits without holding up others: gen.coroutine. 基于 gen.coroutine 的协程异步。

usage: python examples/10_gen_coroutine.py [--port=8888] [--upstream=http://ip-api.com]
"""

import json

from fujita import gen, httpclient, ioloop, web
from fujita.options import define, options, parse_command_line

define("port", 8888, help="the port to listen on 监听的端口")
define("upstream", "http://ip-api.com", help="where IP addresses are looked up 查询 IP 的服务器")


class Home(web.RequestHandler):
    @gen.coroutine
    def get(self):
        ip = self.get_argument("ip", "123.112.18.111")
        url = f"{options.upstream}/json/{ip}?lang=zh-CN"
        try:
            # Other requests are served while this one waits. 等待期间可以处理其他请求。
            response = yield httpclient.AsyncHTTPClient().fetch(url, connect_timeout=5)
        except (httpclient.HTTPClientError, OSError) as error:
            self.set_status(502)
            self.write(f"cannot reach 无法访问 {options.upstream}: {error}")
            return
        data = json.loads(response.body)
        if data["status"] == "success":
            self.write(f"国家：{data['country']} 省份: {data['regionName']} 城市: {data['city']}")
        else:
            self.write("查询IP信息错误")


if __name__ == "__main__":
    parse_command_line()
    web.Application([(r"/", Home)]).listen(options.port, "127.0.0.1")
    print(f"http://127.0.0.1:{options.port}/", flush=True)
    ioloop.IOLoop.current().start()
