"""A scheduler for generators that switches when a task would wait for a socket.

生成器调度器：任务将要等待 socket 时才切换。这就是事件循环的原理。

A task yields what it waits for; ``selectors`` asks the system who may go on. That is what
``gen.coroutine``, asyncio and Fujita's IOLoop do.
"""

import selectors
import socket
from collections import deque
from collections.abc import Generator
from selectors import EVENT_READ, EVENT_WRITE

Task = Generator[tuple[socket.socket, int], None, None]


class Scheduler:
    def __init__(self) -> None:
        self.ready: deque[Task] = deque()
        self.selector = selectors.DefaultSelector()

    def start(self, task: Task) -> None:
        self.ready.append(task)

    def run(self) -> None:
        """Runs until no task is left. 一直运行到没有任务为止。"""
        with self.selector:
            while self.ready or self.selector.get_map():
                while self.ready:
                    self.step(self.ready.popleft())
                # Everybody waits: so do we, for all of them at once. 大家都在等，就一起等。
                for key, _ in self.selector.select() if self.selector.get_map() else []:
                    self.selector.unregister(key.fileobj)
                    self.ready.append(key.data)

    def step(self, task: Task) -> None:
        try:
            sock, event = next(task)
        except StopIteration:
            return
        self.selector.register(sock, event, task)


def serve(scheduler: Scheduler, listener: socket.socket, clients: int) -> Task:
    for number in range(1, clients + 1):
        yield listener, EVENT_READ
        connection, _ = listener.accept()
        connection.setblocking(False)
        print(f"server: client {number} 已连接 (connected)")
        scheduler.start(echo(connection))
    listener.close()


def echo(connection: socket.socket) -> Task:
    with connection:
        while True:
            yield connection, EVENT_READ
            data = connection.recv(1024)
            if not data:
                return
            yield connection, EVENT_WRITE
            connection.sendall(data.upper())


def client(name: str, address: tuple[str, int], rounds: int) -> Task:
    with socket.create_connection(address) as connection:
        connection.setblocking(False)
        for number in range(rounds):
            yield connection, EVENT_WRITE
            connection.sendall(f"{name} {number}".encode())
            yield connection, EVENT_READ  # Others work meanwhile. 此时别的任务在工作。
            print("client:", connection.recv(1024).decode())


def main(clients: int = 3, rounds: int = 2) -> None:
    scheduler = Scheduler()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    scheduler.start(serve(scheduler, listener, clients))
    for number in range(1, clients + 1):
        scheduler.start(client(f"client {number}", listener.getsockname(), rounds))
    scheduler.run()


if __name__ == "__main__":
    main()
