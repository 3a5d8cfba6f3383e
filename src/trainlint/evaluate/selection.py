"""Which statements of a file train, or make what is trained; contents.py adds what these depend on."""

from __future__ import annotations

import ast
from collections.abc import Sequence, Set

from trainlint.syntax.chunks import Chunk, told_once
from trainlint.syntax.mentions import FunctionMentions

TRAINING_WORDS = frozenset(
    "backward zero_grad step fit fit_generator train_on_batch apply_gradients minimize GradientTape "
    "manual_backward training_step train_step compile fit_one_cycle fit_flat_cos fine_tune "
    "create_supervised_trainer LightningCLI Trainer Seq2SeqTrainer SFTTrainer DPOTrainer set_grad_enabled".split()
)
"""Methods that nobody calls who does not train."""

_BUILDING_WORDS = frozenset(
    "Sequential Model TrainingArguments Seq2SeqTrainingArguments configure_optimizers".split()
)

_ROOT_WORDS = TRAINING_WORDS | _BUILDING_WORDS

_NETWORK_BASES = ("Module", "Model", "Layer", "Net", "Network", "Sequential")


def training_names(chunks: Sequence[Chunk]) -> frozenset[str]:
    """Functions and methods of a file that train, directly or through each other."""
    defined = {chunk.definition.name for chunk in chunks if isinstance(chunk.definition, ast.FunctionDef)}
    said = _words_but_variables if _VARIABLES.isdisjoint(defined) else _words
    functions = [function for chunk in chunks for function in said(chunk)]
    training: set[str] = set()
    waiting = set(TRAINING_WORDS)
    while waiting:
        found = {name for name, words in functions if name not in training and not words.isdisjoint(waiting)}
        training |= found
        waiting = found
    return frozenset(training)


def is_variable(word: str) -> bool:
    """Whether a word that trains is a common name of a variable, too: it trains as a method only."""
    return word in _VARIABLES


_VARIABLES = frozenset({"step"})


@told_once
def _words(chunk: Chunk) -> tuple[tuple[str, Set[str]], ...]:
    """The functions and methods of a chunk, each with what its body mentions."""
    functions = chunk.mentions.functions
    return tuple((f.name, f.body.words) for f in functions if not f.name.startswith("__"))


@told_once
def _words_but_variables(chunk: Chunk) -> tuple[tuple[str, Set[str]], ...]:
    """The same without words that a function uses as variables alone."""
    functions = chunk.mentions.functions
    return tuple((f.name, _without_variables(f)) for f in functions if not f.name.startswith("__"))


def _without_variables(function: FunctionMentions) -> Set[str]:
    header, body = function.header, function.body
    variables = (header.names | body.names) & _VARIABLES
    return body.words - (variables - header.attributes - body.attributes) if variables else body.words


@told_once
def defines_network(chunk: Chunk) -> bool:
    """Whether a chunk is a class that looks like a network or a layer."""
    definition = chunk.definition
    return isinstance(definition, ast.ClassDef) and any(
        ast.unparse(base).rpartition(".")[2].endswith(_NETWORK_BASES) for base in definition.bases
    )


def roots(chunks: Sequence[Chunk], training: frozenset[str]) -> set[int]:
    """Chunks that train, build a network, or use one that does."""
    found = {number for number, chunk in enumerate(chunks) if _is_root(chunk)}
    if found:
        found |= {number for number, chunk in enumerate(chunks) if _sets_a_seed(chunk)}
    hot = training | {name for number in found if chunks[number].definition for name in chunks[number].binds}
    makers = [chunk for chunk in chunks if chunk.definition is not None]
    while more := [chunk for chunk in makers if not chunk.names.isdisjoint(hot) and not chunk.binds <= hot]:
        hot |= {name for chunk in more for name in chunk.binds}  # a function that makes a network, and so on
    return found | {
        number
        for number, chunk in enumerate(chunks)
        if chunk.definition is None and not chunk.names.isdisjoint(hot)
    }


@told_once
def _is_root(chunk: Chunk) -> bool:
    return (
        not chunk.words.isdisjoint(_ROOT_WORDS)
        or defines_network(chunk)
        or _starts(chunk)
        or _holds_settings(chunk)
    )


def _starts(chunk: Chunk) -> bool:
    """Whether a chunk is what a script does when it is run: what trains may lie in the files it imports."""
    if len(chunk.statements) != 1:
        return False
    statement = chunk.statements[0]
    if isinstance(statement, ast.If):
        return "__name__" in {node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)}
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and bool({"main", "train", "run"} & chunk.words)
    )


@told_once
def _sets_a_seed(chunk: Chunk) -> bool:
    """Whether a chunk says what is drawn at random after it, though it names nothing of the program."""
    only = chunk.statements[0] if len(chunk.statements) == 1 else None
    call = only.value if isinstance(only, ast.Expr) else None
    function = call.func if isinstance(call, ast.Call) else None
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return "seed" in name or name == "set_state"


def _holds_settings(chunk: Chunk) -> bool:
    """Whether a chunk tells a library something that programs read elsewhere: absl's flags, Hydra's store."""
    return chunk.definition is None and (
        "ConfigStore" in chunk.words or any(word.startswith("DEFINE_") for word in chunk.words)
    )
