from collections.abc import Callable

import pytest

from fujita.routing import AnyMatches, Rule, RuleRouter
from fujita.routing.rule_list import RuleList, changes


def rule() -> Rule:
    return Rule(AnyMatches(), "math.floor")


@pytest.mark.parametrize(
    "change",
    [
        lambda rules: rules.append(rule()),
        lambda rules: rules.clear(),
        lambda rules: rules.extend([rule()]),
        lambda rules: rules.insert(0, rule()),
        lambda rules: rules.pop(),
        lambda rules: rules.remove(rules[0]),
        lambda rules: rules.reverse(),
        lambda rules: rules.sort(key=id),
        lambda rules: rules.__setitem__(0, rule()),
        lambda rules: rules.__setitem__(slice(0, 1), [rule()]),
        lambda rules: rules.__delitem__(0),
        lambda rules: rules.__iadd__([rule()]),
        lambda rules: rules.__imul__(2),
    ],
)
def test_a_change_does_what_a_list_does_and_counts(change: Callable[[list[Rule]], object]) -> None:
    start = [rule(), rule()]
    rules = RuleList(start)
    before = changes.count
    change(rules)
    assert changes.count > before
    plain = list(start)
    change(plain)
    assert len(rules) == len(plain)


def test_looking_does_not_count() -> None:
    rules = RuleList([rule()])
    before = changes.count
    assert list(rules) == [rules[0]] == rules[:]
    assert len(rules) == 1
    assert changes.count == before


def test_another_list_counts() -> None:
    router = RuleRouter()
    before = changes.count
    router.rules = [rule()]
    assert changes.count > before
    assert isinstance(router.rules, list)
    before = changes.count
    router.rules.append(rule())
    assert changes.count > before
