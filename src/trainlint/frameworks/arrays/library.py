"""What the names of NumPy, pandas, scikit-learn and imbalanced-learn mean, put together from the tables here."""

from __future__ import annotations

from trainlint.frameworks.arrays import (
    numpy,
    oversampling,
    pandas,
    sklearn_data,
    sklearn_learning,
    sklearn_metrics,
    sklearn_preparing,
)
from trainlint.frameworks.call import Call
from trainlint.frameworks.library import Library, merged
from trainlint.values.value import Instance, Reference, Value


def fallback(call: Call) -> Value:
    """A name that stands in no table: a class gives an object with the arguments that were passed."""
    if call.title[:1].isupper():
        positional = {f"*{index}": value for index, value in enumerate(call.arguments.positional)}
        return Instance(Reference(call.name), positional | call.arguments.keyword, call.origin)
    return call.unknown()


LIBRARY = Library(
    functions=merged(
        numpy.FUNCTIONS,
        oversampling.FUNCTIONS,
        pandas.FUNCTIONS,
        sklearn_data.FUNCTIONS,
        sklearn_metrics.FUNCTIONS,
        sklearn_learning.FUNCTIONS,
        sklearn_preparing.FUNCTIONS,
    ),
    methods=merged(
        numpy.METHODS,
        oversampling.METHODS,
        pandas.METHODS,
        sklearn_data.METHODS,
        sklearn_learning.METHODS,
        sklearn_preparing.METHODS,
    ),
    attributes=pandas.ATTRIBUTES,
    tensor_methods=numpy.TENSOR_METHODS,
    tensor_attributes=numpy.TENSOR_ATTRIBUTES,
    constants=numpy.CONSTANTS,
    fallback=fallback,
)
