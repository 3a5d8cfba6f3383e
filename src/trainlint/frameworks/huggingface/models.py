"""Models of transformers: known architectures that compute their loss themselves when they get labels.

transformers 5 (src/transformers/modeling_utils.py, models/auto/modeling_auto.py). A model is a PyTorch module;
TF… and Flax… classes are not.
"""

from __future__ import annotations

import re

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.passing_on import first, itself, nothing, unknown
from trainlint.frameworks.torch.module import applied
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Operation, Shape, Tensor
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Value, integer

MODEL = "transformers.PreTrainedModel"
CONFIG = "transformers.PretrainedConfig"

_MODEL = re.compile(r"^(?!TF[A-Z]|Flax)([A-Z]\w*(Model|LMHead)|[A-Z]\w*For[A-Z]\w*|AutoModel\w*)$")
_NO_MODEL = re.compile(
    r"(Config|Tokenizer\w*|Processor|Extractor|Collator\w*|Criteria|Trainer|Arguments)$|^DataCollator"
)
_HEAD = re.compile(r"For[A-Z]|LMHead")
_LABELS_BY_DEFAULT = 2
"""`num_labels` when nobody sets it (src/transformers/configuration_utils.py)."""


def is_model_name(name: str) -> bool:
    """Whether a canonical name is that of a model class: `transformers.BertForMaskedLM`."""
    package, _, short = name.rpartition(".")
    return package in ("transformers", "peft", "trl", "diffusers") and bool(
        _MODEL.match(short) and not _NO_MODEL.search(short)
    )


def fallback(call: Call) -> Value | None:
    """A class of a model, its `from_pretrained` or `from_config`; None for other names."""
    cls, _, way = call.name.rpartition(".")
    if is_model_name(call.name):
        return _made(call, call.name, pretrained=False, config=call.argument(0, "config"))
    if is_model_name(cls) and way in ("from_config", "_from_config"):
        return _made(call, cls, pretrained=False, config=call.argument(0, "config"))
    if is_model_name(cls) and way == "from_pretrained":
        return _made(call, cls, pretrained=True, config=call.argument(-1, "config"))
    if call.title.endswith("Config") or cls.endswith("Config"):
        return Instance(Reference(CONFIG), dict(call.arguments.keyword), call.origin)
    return None


def _made(call: Call, name: str, *, pretrained: bool, config: Value | None) -> Instance:
    arguments = dict(call.arguments.keyword)
    arguments["pretrained"] = Known(pretrained, call.origin)
    made = Instance(Reference(name), arguments, call.origin)
    made.slots["config"] = config if isinstance(config, Instance) else Instance(Reference(CONFIG), arguments)
    # What `parameters()` of a module gives belongs to the module itself.
    made.slots["owners"] = Items([made], "tuple")
    return made


def _labels(model: Instance) -> Value:
    """The number of classes of a classification head."""
    config = model.slots.get("config")
    for holder in (model, config):
        if isinstance(holder, Instance) and "num_labels" in holder.arguments:
            return holder.arguments["num_labels"]
    return Known(_LABELS_BY_DEFAULT, Origin(Made.LIBRARY, None, f"default of {model.title}"))


def _forward(call: Call) -> Value:
    """Logits or features, in front of them the loss when labels go in."""
    model = call.receiver
    if not isinstance(model, Instance):
        return call.unknown()
    given = [tensor for value in call.arguments if (tensor := as_tensor(value)) is not None]
    inputs = given[:1] or [Tensor(operation=Operation("input", "input"), library="torch")]
    short = _class_of(model)
    batch = inputs[0].shape[0] if inputs[0].shape else None
    shape: Shape | None = None
    settings: dict[str, Value] = {"pretrained": model.arguments.get("pretrained", Known(None))}
    if short.endswith(("ForSequenceClassification", "ForImageClassification")):
        units = integer(_labels(model))
        shape, settings["units"] = (batch, units), _labels(model)
    made = call.tensor(
        "backbone", inputs, shape, layer=model, settings=settings, parameters=None, title=short,
        dtype="float32", library="torch", data=None,
    )  # fmt: skip
    if not _HEAD.search(short):
        return _named(call, last_hidden_state=made, pooler_output=made)
    if not _has_labels(call):
        return _named(call, logits=made)
    loss = call.tensor("loss", (made,), (), title="loss", dtype="float32", library="torch", data=None)
    return _named(call, loss=loss, logits=made)


def _class_of(model: Instance) -> str:
    names = [name.rpartition(".")[2] for name in model.library_names if is_model_name(name)]
    return names[0] if names else model.title


def _has_labels(call: Call) -> bool:
    labels = call.arguments.keyword.get("labels")
    if labels is None:
        return not call.arguments.complete  # `model(**batch)`: batches of such data hold labels
    return not (isinstance(labels, Known) and labels.value is None)


def _named(call: Call, **values: Tensor) -> Items:
    """A model output: a tuple whose items have names."""
    output = Items(values.values(), "tuple", origin=call.origin)
    output.fields = tuple(values)
    return output


def loss_of(output: Value) -> Value | None:
    """The loss in what a model gave: by name, or in front."""
    if isinstance(output, Items) and output.items:
        found = output.items[output.fields.index("loss")] if "loss" in output.fields else output.items[0]
        return found if not output.fields or "loss" in output.fields else None
    if isinstance(output, Mapped):
        entry = output.slots.get("loss")
        return entry if isinstance(entry, Value) else None
    if isinstance(output, Instance):
        entry = output.slots.get("loss", output.arguments.get("loss"))
        return entry if isinstance(entry, Value) else None
    return output


FUNCTIONS: dict[str, Handler] = {
    # Adapters train a few weights of their own within the model that they are given.
    "peft.get_peft_model": first("model"),
    "peft.prepare_model_for_kbit_training": first("model"),
    "peft.prepare_model_for_int8_training": first("model"),
    "peft.PeftModel.from_pretrained": first("model"),
}

METHODS: dict[str, dict[str, Handler]] = {
    MODEL: {
        **dict.fromkeys(
            "gradient_checkpointing_enable gradient_checkpointing_disable save_pretrained push_to_hub tie_weights "
            "resize_token_embeddings init_weights post_init print_trainable_parameters enable_input_require_grads "
            "config_use_cache".split(),
            nothing,
        ),
        "merge_and_unload": itself,
        "generate": unknown("what a model generates"),
        "num_parameters": unknown("the number of weights of a model"),
    },
}

CALLS: dict[str, Handler] = {MODEL: applied(_forward, container=True)}
