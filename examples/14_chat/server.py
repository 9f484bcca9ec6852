"""A chat room: every message goes to everybody. 案例：聊天室。

``fujita chat`` is the grown-up version. 完整的版本请运行 fujita chat。

usage: python examples/14_chat/server.py [--port=8888]
"""

import datetime
import itertools
from pathlib import Path
from typing import ClassVar

from fujita import ioloop, web, websocket
from fujita.options import define, options, parse_command_line

define("port", 8888, help="the port to listen on 监听的端口")


class Index(web.RequestHandler):
    def get(self) -> None:
        self.render("chat.html")


class Chat(websocket.WebSocketHandler):
    users: ClassVar["set[Chat]"] = set()  # Shared by all connections. 所有连接共用。
    numbers = itertools.count(1)  # A number stays its owner's. 编号固定不变。

    def open(self) -> None:
        self.number = next(self.numbers)
        self.users.add(self)
        self.tell_everybody("登录 (joined)")

    def on_message(self, message: str | bytes) -> None:
        self.tell_everybody(f"发送 (says)：{message!s}")

    def on_close(self) -> None:
        self.users.discard(self)
        self.tell_everybody("退出 (left)")

    def tell_everybody(self, what: str) -> None:
        now = datetime.datetime.now().strftime("%H:%M:%S")
        line = f"[{self.request.remote_ip}]-{self.number:02d}-[{now}]-{what}"
        for user in list(self.users):
            try:
                user.write_message(line)
            except websocket.WebSocketClosedError:
                pass  # Its on_close() comes next. 稍后会调用它的 on_close()。


def main() -> None:
    parse_command_line()
    app = web.Application(
        [(r"/", Index), (r"/chat", Chat)],
        template_path=str(Path(__file__).with_name("templates")),
    )
    app.listen(options.port, "127.0.0.1")
    print(f"http://127.0.0.1:{options.port}/", flush=True)
    ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main()
