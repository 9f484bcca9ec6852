"""``yield from`` hands everything on to another generator. yield from：委派给另一个生成器。"""

from collections.abc import Generator


def squares() -> Generator[int, int, str]:
    number = 0
    while number >= 0:
        number = yield number**2
    return "负数 (a negative number)"


def delegating() -> Generator[int, int, None]:
    # What is sent arrives in squares(); what that returns is the value here.
    # send 的值直接到达 squares()；它 return 的值就是 yield from 的值。
    reason = yield from squares()
    print("结束原因 (why it ended):", reason)


def main() -> None:
    generator = delegating()
    next(generator)
    for number in range(5):
        print(generator.send(number))
    try:
        generator.send(-1)
    except StopIteration:
        print("StopIteration")


if __name__ == "__main__":
    main()
