"""Narrows what is typed wide: each function asserts what its test knows, and returns it with the type to go with it."""

from __future__ import annotations

from typing import Any, TypeVar

from actorlive.results import Error, Ok
from actorlive.runtime import Pid, whereis
from actorlive.runtime.process import Process
from actorlive.runtime.signals import Entity

__all__ = ["entity_of", "pid_of", "present", "process_of", "reason_of", "untyped", "value_of"]

T = TypeVar("T")
R = TypeVar("R")


def present(value: T | None) -> T:
    """The value, which is there."""
    assert value is not None
    return value


def value_of(result: Ok[T] | Error[Any]) -> T:
    """What went well."""
    assert isinstance(result, Ok), result
    return result.value


def reason_of(result: Ok[Any] | Error[R]) -> R:
    """Why it was refused."""
    assert isinstance(result, Error), result
    return result.reason


def pid_of(name: str) -> Pid:
    """The process that is registered under `name` now."""
    return present(whereis(name))


def entity_of(pid: Pid) -> Entity:
    """The living process or port behind a Pid."""
    return present(pid.entity)


def process_of(pid: Pid) -> Process:
    """The living process behind a Pid."""
    entity = entity_of(pid)
    assert isinstance(entity, Process)
    return entity


def untyped(value: Any) -> Any:
    """The value without its type: for a call that no type checker lets pass, and that is refused as it runs."""
    return value
