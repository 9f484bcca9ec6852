"""A list of rules that tells when it has been changed."""

from collections.abc import Callable
from typing import Any, TypeVar

from fujita.routing.rules import Rule

Function = TypeVar("Function", bound=Callable[..., Any])


class _Changes:
    """Counts the changes to all lists of rules there are.

    Programs change their rules when they start, so one number for all of them is enough to
    tell that what was remembered of any may be out of date.
    """

    count = 0


changes = _Changes()


def _counted(method: Function) -> Function:
    def change(self: list[Rule], *args: Any, **kwargs: Any) -> Any:
        changes.count += 1
        return method(self, *args, **kwargs)

    change.__name__ = method.__name__
    change.__doc__ = method.__doc__
    return change  # type: ignore[return-value]


class RuleList(list[Rule]):
    """An ordinary list, each change of which is counted in ``changes``."""

    append = _counted(list.append)
    clear = _counted(list.clear)
    extend = _counted(list.extend)
    insert = _counted(list.insert)
    pop = _counted(list.pop)
    remove = _counted(list.remove)
    reverse = _counted(list.reverse)
    sort = _counted(list.sort)
    __setitem__ = _counted(list.__setitem__)
    __delitem__ = _counted(list.__delitem__)
    __iadd__ = _counted(list.__iadd__)
    __imul__ = _counted(list.__imul__)
