"""An iterator has ``__iter__`` and ``__next__``. 迭代器实现 __iter__ 和 __next__。"""

from typing import Self


class Numbers:
    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self.current = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> int:
        if self.current >= self.maximum:
            raise StopIteration  # The end. 迭代结束。
        self.current += 1
        return self.current


def main() -> None:
    numbers = Numbers(3)
    # What a for loop does, by hand. for 循环内部就是这样做的。
    while True:
        try:
            print(next(numbers))
        except StopIteration:
            break
    # It goes forward only, and once. 只能向前，不能反复。
    print("again 再来一次:", list(numbers))


if __name__ == "__main__":
    main()
