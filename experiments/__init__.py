"""Flags, experiments and what they showed. Below, what the rest of the site asks:

    experiments.variation(request, "composer")       the flag's value for who asks; they are exposed to it
    experiments.peek(request, "composer")            the same, and nobody is exposed
    experiments.for_member(member_id, "composer")    in Celery, where there is no request
    experiments.differs(request)                     whether another visitor may see this page otherwise
    experiments.version()                            of the flags that this process goes by

None of them raises or asks Redis, and none reads the database but for what sticks (once a request), for segments and
groups (once a minute a member) and, in Celery, for whether a member is staff: where a rule asks for it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.assignment import differs, for_member, peek, variation, version

__all__ = ["differs", "for_member", "peek", "variation", "version"]


def __getattr__(name: str) -> Any:
    """Django imports this package before there are models, so what needs them comes when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from experiments import assignment  # noqa: PLC0415 - see above

    return globals().setdefault(name, getattr(assignment, name))
