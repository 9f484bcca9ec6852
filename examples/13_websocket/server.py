"""The quick start with WebSockets. WebSocket 快速使用。

usage: python examples/13_websocket/server.py [--port=8888]
"""

from pathlib import Path

from fujita import ioloop, web, websocket
from fujita.options import define, options, parse_command_line

define("port", 8888, help="the port to listen on 监听的端口")


class Index(web.RequestHandler):
    def get(self) -> None:
        self.render("index.html")


class Home(websocket.WebSocketHandler):
    def open(self) -> None:
        self.write_message("欢迎来到 (welcome to) index.html")

    def on_message(self, message: str | bytes) -> None:
        print(f"接收数据 (received)：{message!r}", flush=True)

    def on_close(self) -> None:
        print("socket连接断开 (the connection is closed)", flush=True)

    # check_origin() stays as it is: only our own page may connect. 默认只允许同源的页面连接。


def main() -> None:
    parse_command_line()
    app = web.Application(
        [(r"/", Index), (r"/home", Home)],
        template_path=str(Path(__file__).with_name("templates")),
    )
    app.listen(options.port, "127.0.0.1")
    print(f"http://127.0.0.1:{options.port}/", flush=True)
    ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main()
