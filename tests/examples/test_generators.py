import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import PATIENCE, environment

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

EXPECTED = {
    "01_blocking.py": """
开始处理请求 1-1 (request 1 begins)
完成处理请求 1-2 (request 1 is done)
开始处理请求 2-1 (request 2 begins)
完成处理请求 2-2 (request 2 is done)
""",
    "02_thread_decorator.py": """
function_b 执行了 (has run)
function_a 执行了 (has run)
""",
    "03_iterables.py": """
红色 red
橙色 orange
紫色 purple
黄色 yellow
list Iterable: True
list Iterator: False
iter(list) Iterator: True
int Iterable: False
""",
    "04_iterator.py": """
1
2
3
again 再来一次: []
""",
    "05_generators_and_send.py": """
4
继续 (on we go)
4
继续 (on we go)
5
继续 (on we go)
6
生成器结束 (the generator ends)
>>>>> 嘟嘟，开车了 (off we go)
第0次 (time 0)
接收了 (received) 苹果 apple
第1次 (time 1)
接收了 (received) 芒果 mango
第2次 (time 2)
""",
    "06_yield_from.py": """
0
1
4
9
16
结束原因 (why it ended): 负数 (a negative number)
StopIteration
""",
    "07_task_switching.py": """
--1
主程序! (main)
--3
--2
--1
主程序! (main)
--4
--3
--2
--1
主程序! (main)
--4
--3
""",
}


def output_of(name: str) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLES / name],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("name", EXPECTED)
def test_what_it_prints(name: str) -> None:
    assert output_of(name) == EXPECTED[name].lstrip("\n")


def test_the_scheduler_switches_when_a_task_would_wait() -> None:
    lines = output_of("08_generator_scheduler.py").splitlines()
    assert sorted(lines) == sorted(
        [f"server: client {number} 已连接 (connected)" for number in (1, 2, 3)]
        + [f"client: CLIENT {number} {turn}" for number in (1, 2, 3) for turn in (0, 1)]
    )
    # Every client had its first answer before any had its second: they took turns.
    turns = [line[-1] for line in lines if line.startswith("client:")]
    assert turns == sorted(turns)


def test_each_example_has_a_test() -> None:
    tested = {*EXPECTED, "08_generator_scheduler.py", "09_fetch.py", "10_gen_coroutine.py"}
    tested |= {"11_gen_return.py", "12_parallel_coroutines.py", "13_websocket", "14_chat"}
    assert {path.name for path in EXAMPLES.iterdir() if path.name[0].isdigit()} == tested
