"""NumPy: functions, and methods of arrays."""

from __future__ import annotations

import math

from trainlint.frameworks.arrays import computing, creating, moving
from trainlint.frameworks.arrays.computing import elementwise, fixed, monotone, reduction
from trainlint.frameworks.arrays.subject import Operation, as_function, as_method, shuffled_alone, tensor_of
from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.facts import ShuffledAlone
from trainlint.frameworks.passing_on import seed
from trainlint.values.tensor import Tensor
from trainlint.values.value import Known, Unknown, Value, number

OPERATIONS: dict[str, Operation] = {
    "reshape": moving.reshape,
    "ravel": moving.flatten,
    "transpose": moving.transpose,
    "swapaxes": moving.swapaxes,
    "squeeze": moving.squeeze,
    "repeat": moving.repeat,
    "clip": computing.clip,
    "copy": moving.unchanged("identity"),
    "sum": reduction("sum"),
    "prod": reduction("prod"),
    "mean": reduction("mean", keeps_bounds=True),
    "std": reduction("std"),
    "var": reduction("var"),
    "min": reduction("min", keeps_bounds=True),
    "max": reduction("max", keeps_bounds=True),
    "argmax": reduction("argmax"),
    "argmin": reduction("argmin"),
    "all": reduction("all"),
    "any": reduction("any"),
    "cumsum": elementwise("cumsum"),
    "cumprod": elementwise("cumprod"),
    "round": elementwise("round", monotone(round)),
}
"""Operations that exist as functions and as methods."""

FUNCTIONS_ONLY: dict[str, Operation] = {
    "expand_dims": moving.expand_dims,
    "moveaxis": moving.moveaxis,
    "tile": moving.tile,
    "pad": moving.pad,
    "flip": moving.unchanged("flip"),
    "fliplr": moving.unchanged("flip"),
    "flipud": moving.unchanged("flip"),
    "roll": moving.unchanged("roll"),
    "sort": moving.unchanged("sort"),
    "median": reduction("median", keeps_bounds=True),
    "average": reduction("mean", keeps_bounds=True),
    "amin": reduction("min", keeps_bounds=True),
    "amax": reduction("max", keeps_bounds=True),
    "nanmean": reduction("mean", keeps_bounds=True),
    "nanstd": reduction("std"),
    "around": elementwise("round", monotone(round)),
    "floor": elementwise("floor", monotone(math.floor)),
    "ceil": elementwise("ceil", monotone(math.ceil)),
    "abs": elementwise("abs", computing.absolute),
    "absolute": elementwise("abs", computing.absolute),
    "fabs": elementwise("abs", computing.absolute),
    "square": elementwise("square", computing.square),
    "sqrt": elementwise("sqrt", computing.SQUARE_ROOT),
    "exp": elementwise("exponential", computing.EXPONENTIAL),
    "log": elementwise("log", computing.LOGARITHM),
    "log1p": elementwise("log", monotone(math.log1p)),
    "log10": elementwise("log", monotone(math.log10)),
    "log2": elementwise("log", monotone(math.log2)),
    "sin": elementwise("sin", fixed(-1.0, 1.0)),
    "cos": elementwise("cos", fixed(-1.0, 1.0)),
    "tanh": elementwise("tanh", fixed(-1.0, 1.0)),
    "sign": elementwise("sign", fixed(-1.0, 1.0)),
    "nan_to_num": elementwise("identity"),
    "isnan": elementwise("compare", fixed(0.0, 1.0)),
    "logical_not": elementwise("logical", fixed(0.0, 1.0)),
    "ascontiguousarray": moving.unchanged("identity"),
}

_METHODS_ONLY: dict[str, Operation] = {
    "astype": moving.cast,
    "flatten": moving.flatten,
    "numpy": moving.unchanged("identity"),
    "to_numpy": moving.unchanged("identity"),
    "view": moving.unchanged("identity"),
    "fill": moving.unchanged("identity"),
}

_BINARY = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "true_divide": "/",
    "floor_divide": "//",
    "power": "**",
    "mod": "%",
    "greater": ">",
    "less": "<",
    "equal": "==",
}


def load_scalar(name: str) -> Handler:
    """np.float32(x): a cast of an array, else the number itself."""

    def handler(call: Call) -> Value:
        value = call.argument(0, "x")
        if isinstance(value, Tensor):
            return value.changed(dtype=name)
        found = number(value)
        if value is not None and found is not None:
            return Known(int(found) if name.startswith(("int", "uint")) else float(found), value.origin)
        return Unknown("a number")

    return handler


def sort_in_place(call: Call) -> Value:
    return Known(None)


def shuffle_in_place(call: Call) -> Value:
    """`numpy.random.shuffle(x)`, `rng.shuffle(x)`."""
    given = call.argument(0, "x")
    if given is not None:
        call.machine.note(ShuffledAlone(given, call.receiver, call.site))
    return Known(None)


_NUMPY: dict[str, Handler] = (
    {name: as_function(operation, "numpy") for name, operation in (OPERATIONS | FUNCTIONS_ONLY).items()}
    | {name: computing.binary(sign, "numpy") for name, sign in _BINARY.items()}
    | {
        name: load_scalar(name)
        for name in "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()
    }
    | {
        "zeros": creating.filled("zeros", "numpy", 0.0),
        "ones": creating.filled("ones", "numpy", 1.0),
        "empty": creating.filled("empty", "numpy", None),
        "full": creating.filled("full", "numpy", None),
        "zeros_like": creating.like("zeros", 0.0),
        "ones_like": creating.like("ones", 1.0),
        "empty_like": creating.like("empty", None),
        "arange": creating.arange("numpy"),
        "linspace": creating.linspace("numpy"),
        "eye": creating.eye("numpy"),
        "identity": creating.eye("numpy"),
        "array": creating.array("numpy"),
        "asarray": creating.array("numpy"),
        "load": creating.from_file("numpy"),
        "loadtxt": creating.from_file("numpy"),
        "genfromtxt": creating.from_file("numpy"),
        "fromfile": creating.from_file("numpy"),
        "concatenate": moving.concatenate("numpy"),
        "append": moving.concatenate("numpy"),
        "vstack": moving.vertical("numpy"),
        "row_stack": moving.vertical("numpy"),
        "hstack": moving.horizontal("numpy"),
        "stack": moving.stack("numpy"),
        "split": moving.split("numpy"),
        "dot": computing.matmul("numpy"),
        "matmul": computing.matmul("numpy"),
        "where": computing.where("numpy"),
        "maximum": computing.extremum("maximum", max, "numpy"),
        "minimum": computing.extremum("minimum", min, "numpy"),
        "shape": moving.shape_of,
    }
)
del _NUMPY["append"]  # it flattens its arguments

_UNIT: creating.Bounds = (0.0, 1.0)
_ANY: creating.Bounds = (None, None)

_RANDOM: dict[str, Handler] = {
    "rand": creating.random_sizes("numpy", _UNIT),
    "randn": creating.random_sizes("numpy", _ANY, "standardised"),
    "random": creating.random_shape("numpy", 0, _UNIT, "float64"),
    "random_sample": creating.random_shape("numpy", 0, _UNIT, "float64"),
    "standard_normal": creating.random_shape("numpy", 0, _ANY, "float64", "standardised"),
    "normal": creating.random_shape("numpy", 2, _ANY, "float64"),
    "uniform": creating.random_shape("numpy", 2, creating.uniform_bounds(0), "float64"),
    "randint": creating.random_shape("numpy", 2, creating.integer_bounds, "int64"),
    "integers": creating.random_shape("numpy", 2, creating.integer_bounds, "int64"),
    "binomial": creating.random_shape("numpy", 2, (0, None), "int64"),
    "poisson": creating.random_shape("numpy", 1, (0, None), "int64"),
    "exponential": creating.random_shape("numpy", 1, (0.0, None), "float64"),
    "beta": creating.random_shape("numpy", 2, _UNIT, "float64"),
    "choice": creating.choice,
    "permutation": creating.permutation,
    "shuffle": shuffle_in_place,
    "seed": seed,
    "set_state": seed,
}

FUNCTIONS: dict[str, Handler] = (
    {f"numpy.{name}": handler for name, handler in _NUMPY.items()}
    | {f"numpy.random.{name}": handler for name, handler in _RANDOM.items()}
    | {
        "numpy.random.default_rng": creating.generator,
        "numpy.random.RandomState": creating.generator,
        "numpy.random.Generator": creating.generator,
        "numpy.linalg.norm": as_function(reduction("norm"), "numpy"),
    }
)

METHODS = {"numpy.random.Generator": _RANDOM}


def _dot(call: Call) -> Value:
    assert isinstance(call.receiver, Tensor)
    other = tensor_of(call.argument(0, "b"), "numpy", call)
    if other is None:
        return call.unknown()
    inner = Call("dot", type(call.arguments)((call.receiver, other)), call.site, call.machine)
    return computing.matmul("numpy")(inner)


def _resized(call: Call) -> Value:
    """`x.resize((30, 1))`: the array itself takes the shape."""
    return as_method((OPERATIONS | _METHODS_ONLY)["reshape"])(call)


def _sampled(call: Call) -> Value:
    """`column.sample(frac=1)` of a data frame."""
    assert isinstance(call.receiver, Tensor)
    return shuffled_alone(call, call.receiver)


TENSOR_METHODS: dict[str, Handler] = {
    name: as_method(operation) for name, operation in (OPERATIONS | _METHODS_ONLY).items()
} | {
    "dot": _dot,
    "__len__": moving.length,
    "item": moving.to_constant,
    "tolist": moving.to_constant,
    "sort": sort_in_place,
    "resize": _resized,
    "sample": _sampled,
}

TENSOR_ATTRIBUTES: dict[str, Handler] = {
    "shape": moving.shape_of,
    "ndim": moving.rank_of,
    "size": moving.size_of,
    "dtype": moving.type_of,
    "T": moving.transposed,
    "values": as_method(moving.unchanged("identity")),  # of a column of a data frame
}

CONSTANTS = {
    "numpy.pi": math.pi,
    "numpy.e": math.e,
    "numpy.inf": math.inf,
    "numpy.nan": math.nan,
    "numpy.newaxis": None,
}
