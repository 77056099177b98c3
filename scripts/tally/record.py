"""Classes that are a few fields, for modules that every script loads: loading dataclasses took a quarter of a script's
start."""
import collections

OWN = {"__dict__", "__weakref__", "__annotations__"}  # type() makes these itself


def record(cls):
    """Makes a class an immutable tuple whose fields are the annotated names, in their order."""
    names = list(cls.__annotations__)
    fields = collections.namedtuple(cls.__name__, names, defaults=[vars(cls)[name] for name in names if name in vars(cls)])
    others = {name: value for name, value in vars(cls).items() if name not in OWN.union(names)}
    return type(cls.__name__, (fields,), {**others, "__slots__": ()})
