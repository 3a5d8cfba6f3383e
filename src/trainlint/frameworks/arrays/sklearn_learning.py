"""scikit-learn: what fills gaps, chooses or combines features, and counts words, by what it has seen."""

from __future__ import annotations

from trainlint.frameworks.arrays.sklearn_preparing import data_of, fit, inverse, noted
from trainlint.frameworks.arrays.subject import Subject
from trainlint.frameworks.call import Call
from trainlint.values.tensor import Shape
from trainlint.values.value import Instance, Items, Reference, Value, constant, integer

_HOMES = {
    "impute": "SimpleImputer KNNImputer IterativeImputer",
    "feature_selection": "SelectKBest SelectPercentile SelectFdr SelectFpr SelectFromModel RFE RFECV VarianceThreshold",
    "decomposition": "TruncatedSVD KernelPCA IncrementalPCA SparsePCA FastICA NMF FactorAnalysis",
    "discriminant_analysis": "LinearDiscriminantAnalysis",
    "preprocessing": "KBinsDiscretizer TargetEncoder",
    "feature_extraction.text": "CountVectorizer TfidfVectorizer TfidfTransformer",
}

VOCABULARIES = ("CountVectorizer", "TfidfVectorizer")

LEARNERS = tuple(name for names in _HOMES.values() for name in names.split())

_WIDTHS = {"SelectKBest": (1, "k"), "RFE": (1, "n_features_to_select")} | dict.fromkeys(
    _HOMES["decomposition"].split(), (0, "n_components")
)
"""The argument that says how many features come out."""

PIPELINES = ("sklearn.pipeline.Pipeline", "sklearn.pipeline.make_pipeline", "sklearn.compose.ColumnTransformer",
             "sklearn.compose.make_column_transformer")  # fmt: skip


def construct(call: Call) -> Value:
    named = dict(call.arguments.keyword)
    if call.title in _WIDTHS:
        place, name = _WIDTHS[call.title]
        if (width := call.argument(place, name)) is not None:
            named["width"] = width
    if call.title == "SimpleImputer" and constant(call.argument(-1, "strategy")) == "constant":
        return call.unknown("gaps are filled with a constant")
    return Instance(Reference(NAMES[call.title]), named, call.origin)


def combine(call: Call) -> Value:
    """A pipeline goes by the name of the first of its steps that learns, and learns what that does."""
    learner = next((step for value in call.arguments for step in _steps(value)), None)
    return (
        call.unknown() if learner is None else Instance(Reference(_PIPELINE + learner.title), {}, call.origin)
    )


def _steps(value: Value) -> list[Instance]:
    if isinstance(value, Items):
        return [step for item in value.items for step in _steps(item)]
    return [value] if isinstance(value, Instance) and value.title in _STEPS else []


def transform(call: Call) -> Value:
    learner, tensor = call.receiver, data_of(call, "X", "raw_documents")
    assert isinstance(learner, Instance)
    if tensor is None:
        return call.unknown()
    if call.title == "fit_transform":
        noted(call, tensor)
    counts = learner.title in VOCABULARIES
    shape: Shape | None = (None, None)
    if tensor.shape:
        same = learner.title in _HOMES["impute"]
        shape = tensor.shape if same else (tensor.shape[0], integer(learner.arguments.get("width")))
    return Subject(call, tensor, 1).made(
        "normalization", shape, low=0.0 if counts else None, high=None, scale=None, dtype="float64",
        library="numpy", settings={"scaler": learner},
    )  # fmt: skip


NAMES = {name: f"sklearn.{home}.{name}" for home, names in _HOMES.items() for name in names.split()}

_PIPELINE = "sklearn.pipeline.steps."

_STEPS = frozenset(
    {*LEARNERS, "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "PowerTransformer",
     "QuantileTransformer", "PCA"}
)  # fmt: skip

FUNCTIONS = dict.fromkeys(NAMES.values(), construct) | dict.fromkeys(PIPELINES, combine)

METHODS = {
    name: {"fit": fit, "transform": transform, "fit_transform": transform, "inverse_transform": inverse}
    for name in [*NAMES.values(), *(_PIPELINE + step for step in _STEPS)]
}
