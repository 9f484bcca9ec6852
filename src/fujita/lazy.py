"""Attributes that are made when they are first asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


class made_on_demand(Generic[Value]):
    """An attribute that is computed when it is first read, and an ordinary one from then on.

    ``functools.cached_property`` without its lock, which 3.11 still takes on every first read.
    """

    def __init__(self, make: Callable[[Any], Value]) -> None:
        self.make = make
        self.name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> Self | Value:
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.make(instance)
        return value

    # Assignment writes to the instance's dictionary, which is read before this descriptor.
    if TYPE_CHECKING:

        def __set__(self, instance: object, value: Value) -> None: ...
