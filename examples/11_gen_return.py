"""A coroutine that returns a value to another one. 把请求抽取成独立的协程，并返回结果。

In Python 2 a generator could not ``return`` a value: ``raise gen.Return(value)`` dates from then.
It still works. Python 2 的生成器不能 return 值，所以有 gen.Return；现在直接 return 即可。

usage: python examples/11_gen_return.py [--port=8888] [--upstream=http://ip-api.com]
"""

import json

from fujita import gen, httpclient, ioloop, web
from fujita.options import define, options, parse_command_line

define("port", 8888, help="the port to listen on 监听的端口")
define("upstream", "http://ip-api.com", help="where IP addresses are looked up 查询 IP 的服务器")


class Home(web.RequestHandler):
    @gen.coroutine
    def get(self):
        data = yield self.get_ip_info(self.get_argument("ip", "123.112.18.111"))
        if data["status"] == "success":
            self.write(f"国家：{data['country']} 省份: {data['regionName']} 城市: {data['city']}")
        else:
            self.write(data["message"])

    @gen.coroutine
    def get_ip_info(self, ip):
        url = f"{options.upstream}/json/{ip}?lang=zh-CN"
        try:
            response = yield httpclient.AsyncHTTPClient().fetch(url, connect_timeout=5)
        except (httpclient.HTTPClientError, OSError) as error:
            self.set_status(502)
            message = f"cannot reach 无法访问 {options.upstream}: {error}"
            # Then: raise gen.Return(...). 旧写法。
            raise gen.Return({"status": "fail", "message": message}) from None
        # Now: return. 新写法。
        return {"message": "查询IP信息错误", **json.loads(response.body)}


if __name__ == "__main__":
    parse_command_line()
    web.Application([(r"/", Home)]).listen(options.port, "127.0.0.1")
    print(f"http://127.0.0.1:{options.port}/", flush=True)
    ioloop.IOLoop.current().start()
