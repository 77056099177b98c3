"""Classes that are a few fields, for what is loaded whenever a script begins: a quarter of that was what dataclasses loads."""
import collections

OWN = {"__dict__", "__weakref__", "__annotations__"}  # that type() makes anew


def record(cls):
    """The annotated names are its fields, in their order; they do not change. It is a tuple of them."""
    names = list(cls.__annotations__)
    fields = collections.namedtuple(cls.__name__, names, defaults=[vars(cls)[name] for name in names if name in vars(cls)])
    others = {name: value for name, value in vars(cls).items() if name not in OWN.union(names)}
    return type(cls.__name__, (fields,), {**others, "__slots__": ()})
