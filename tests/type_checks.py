"""The run-time type checker that conftest.py puts around the game and the measuring.

A function inside another comes into being with every call of that one. To put its checks together
takes milliseconds, which came to a minute of the tests, so it is done once for its code, and what
comes later is put into a copy.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import CellType, CodeType, FunctionType
from typing import Any

import jaxtyping
from beartype import BeartypeConf, beartype

# Whoever asks for a float takes an int, as for any static type checker (PEP 484).
checked = beartype(conf=BeartypeConf(is_pep484_tower=True))

_jaxtyped = jaxtyping.jaxtyped
_decorated: dict[CodeType, FunctionType] = {}


def check_inner_functions_quickly() -> None:
    """Have what jaxtyping's import hook decorates decorated by `_once_for_its_code`."""
    jaxtyping.jaxtyped = lambda *, typechecker: functools.partial(_once_for_its_code, typechecker)


def _once_for_its_code(typechecker: Any, function: Any) -> Any:
    """What jaxtyping makes of a function, or of anything else that can be decorated."""
    inner = isinstance(function, FunctionType) and "<locals>" in function.__qualname__
    if not inner or function.__defaults__ or function.__kwdefaults__:
        return _jaxtyped(function, typechecker=typechecker)
    first = _decorated.get(function.__code__)
    if first is None:
        decorated = _jaxtyped(function, typechecker=typechecker)
        _decorated[function.__code__] = decorated
        return decorated
    return functools.update_wrapper(_about(function, first), function)


def _about(function: Callable[..., Any], decorated: FunctionType) -> FunctionType:
    """The decorated function once more, but about this function, in all that it closes over."""
    cells = dict(zip(decorated.__code__.co_freevars, decorated.__closure__ or (), strict=True))
    cells["fn"] = CellType(function)
    if "wrapped_fn_impl" in cells:
        cells["wrapped_fn_impl"] = CellType(
            _about(function, cells["wrapped_fn_impl"].cell_contents)
        )
    closure = tuple(cells[name] for name in decorated.__code__.co_freevars)
    return FunctionType(decorated.__code__, decorated.__globals__, closure=closure)
