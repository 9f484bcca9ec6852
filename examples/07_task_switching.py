"""Generators as tasks that take turns. 用生成器交替执行任务。

Switching by hand gains no time: each one still waits alone; 08 switches when a task would wait.
手动切换并不节省时间，等待时谁也不能工作；08 在任务需要等待 I/O 时才切换。
"""

import time
from collections.abc import Iterator


def task(first: str, second: str, seconds: float) -> Iterator[None]:
    while True:
        print(first)
        yield  # The other one's turn. 轮到别的任务。
        print(second)
        time.sleep(seconds)


def main(seconds: float = 0.1) -> None:
    one = task("--1", "--2", seconds)
    two = task("--3", "--4", seconds)
    for _ in range(3):
        next(one)
        print("主程序! (main)")
        next(two)


if __name__ == "__main__":
    main()
