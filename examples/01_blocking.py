"""Synchronous: one task after the other. 同步：一个任务完成以后才执行下一个。"""

import time


def client_a(seconds: float) -> None:
    print("开始处理请求 1-1 (request 1 begins)")
    time.sleep(seconds)  # Nothing else can happen meanwhile. 此时整个程序都在等待。
    print("完成处理请求 1-2 (request 1 is done)")


def client_b() -> None:
    print("开始处理请求 2-1 (request 2 begins)")
    print("完成处理请求 2-2 (request 2 is done)")


def main(seconds: float = 0.5) -> None:
    client_a(seconds)
    client_b()


if __name__ == "__main__":
    main()
