"""Generators: ``yield`` gives out, ``send`` takes in. 生成器：yield 送出值，send 传入值。"""

from collections.abc import Generator, Iterator


def returning() -> int | None:
    for item in [4, 5, 6]:
        return item  # Ends the function. return 会终止函数。
    return None


def yielding() -> Iterator[int]:
    for item in [4, 5, 6]:
        print("继续 (on we go)")
        yield item  # Only pauses it. yield 只是暂停。
    print("生成器结束 (the generator ends)")


def eating() -> Generator[str, str, None]:
    number = 0
    print(">>>>> 嘟嘟，开车了 (off we go)")
    while True:
        food = yield f"第{number}次 (time {number})"
        print(f"接收了 (received) {food}")
        number += 1


def main() -> None:
    print(returning())
    for item in yielding():
        print(item)

    eater = eating()
    # Runs to the first yield; only then can something be sent. 预激活：先执行到第一个 yield。
    print(next(eater))
    for food in ["苹果 apple", "芒果 mango"]:
        print(eater.send(food))


if __name__ == "__main__":
    main()
