"""A decorator that runs a function in a thread. 用装饰器把函数放进线程里执行。

``async`` is a keyword since Python 3.7, so the decorator has another name.
Python 3.7 起 async 是关键字，所以装饰器换了名字。
"""

import functools
import threading
from collections.abc import Callable


def in_thread(function: Callable[..., None]) -> Callable[..., threading.Thread]:
    @functools.wraps(function)
    def wrapper(*args: object, **kwargs: object) -> threading.Thread:
        thread = threading.Thread(target=function, args=args, kwargs=kwargs)
        thread.start()
        return thread  # To be waited for. 调用者可以 join() 等待它。

    return wrapper


@in_thread
def function_a(b_is_done: threading.Event) -> None:
    b_is_done.wait()  # Slow work. 耗时的工作。
    print("function_a 执行了 (has run)")


def function_b() -> None:
    print("function_b 执行了 (has run)")


def main() -> None:
    b_is_done = threading.Event()
    thread = function_a(b_is_done)  # Returns at once. 立刻返回。
    function_b()
    b_is_done.set()
    thread.join()


if __name__ == "__main__":
    main()
