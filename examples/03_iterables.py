"""Iterables: what a ``for`` loop goes through. 可迭代对象：可以用 for 遍历的对象。"""

# Since Python 3.10 these are in collections.abc only. Python 3.10 起只能从 collections.abc 导入。
from collections.abc import Iterable, Iterator


class Colors:
    def __init__(self) -> None:
        self.data = ["红色 red", "橙色 orange", "紫色 purple", "黄色 yellow"]

    def __iter__(self) -> Iterator[str]:
        # Must return an iterator. 必须返回一个迭代器。
        return iter(self.data)


def main() -> None:
    for color in Colors():
        print(color)

    data = [1, 2, 3, 4]
    print("list Iterable:", isinstance(data, Iterable))  # True
    print("list Iterator:", isinstance(data, Iterator))  # False
    print("iter(list) Iterator:", isinstance(iter(data), Iterator))  # True
    print("int Iterable:", isinstance(123, Iterable))  # False


if __name__ == "__main__":
    main()
