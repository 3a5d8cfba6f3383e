"""Which statements of a file training depends on: the others are never run."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence, Set

from trainlint.syntax.chunks import Chunk
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

_NETWORK_BASES = ("Module", "Model", "Layer", "Net", "Network", "Sequential")


def training_names(chunks: Sequence[Chunk]) -> frozenset[str]:
    """Functions and methods of a file that train, directly or through each other."""
    words: dict[str, set[str]] = {}
    defined = {chunk.definition.name for chunk in chunks if isinstance(chunk.definition, ast.FunctionDef)}
    for chunk in chunks:
        for function in chunk.mentions.functions:
            if not function.name.startswith("__"):
                words.setdefault(function.name, set()).update(_words(function, _VARIABLES - defined))
    training: set[str] = set()
    waiting = set(TRAINING_WORDS)
    while waiting:
        found = {name for name, mentioned in words.items() if name not in training and mentioned & waiting}
        training |= found
        waiting = found
    return frozenset(training)


def is_variable(word: str) -> bool:
    """Whether a word that trains is a common name of a variable, too: it trains as a method only."""
    return word in _VARIABLES


_VARIABLES = frozenset({"step"})


def _words(function: FunctionMentions, often_variables: Set[str]) -> Set[str]:
    """What the body of a function mentions, but for words that the function uses as variables alone."""
    header, body = function.header, function.body
    variables = (header.names | body.names) & often_variables
    return body.words - (variables - header.attributes - body.attributes) if variables else body.words


def defines_network(chunk: Chunk) -> bool:
    """Whether a chunk is a class that looks like a network or a layer."""
    definition = chunk.definition
    return isinstance(definition, ast.ClassDef) and any(
        ast.unparse(base).rpartition(".")[2].endswith(_NETWORK_BASES) for base in definition.bases
    )


def roots(chunks: Sequence[Chunk], training: frozenset[str]) -> set[int]:
    """Chunks that train, build a network, or use one that does."""
    found = {
        number
        for number, chunk in enumerate(chunks)
        if chunk.words & TRAINING_WORDS or chunk.words & _BUILDING_WORDS or defines_network(chunk)
    }
    found |= {number for number, chunk in enumerate(chunks) if _starts(chunk) or _holds_settings(chunk)}
    if found:
        found |= {number for number, chunk in enumerate(chunks) if _sets_a_seed(chunk)}
    hot = training | {name for number in found if chunks[number].definition for name in chunks[number].binds}
    makers = [chunk for chunk in chunks if chunk.definition is not None]
    while more := [chunk for chunk in makers if chunk.names & hot and not chunk.binds <= hot]:
        hot |= {name for chunk in more for name in chunk.binds}  # a function that makes a network, and so on
    return found | {
        number for number, chunk in enumerate(chunks) if chunk.definition is None and chunk.names & hot
    }


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


def selected(chunks: Sequence[Chunk], start: Collection[int]) -> set[int]:
    """The chunks that some chunks depend on, themselves included.

    A chunk depends on those that bind what it mentions, and what a statement binds (no `def`, no import) may
    be changed by every later statement that mentions it: `parser.add_argument`, `config["lr"] = …`.
    """
    chosen = set(start)
    while True:
        mentioned: set[str] = set()
        changeable: set[str] = set()
        for number in chosen:
            chunk = chunks[number]
            mentioned |= chunk.names
            if chunk.definition is None and not chunk.is_import:
                changeable |= chunk.binds
        more = {
            number
            for number, chunk in enumerate(chunks)
            if number not in chosen
            and (
                chunk.binds & mentioned
                or _is_star(chunk)
                or (chunk.definition is None and not chunk.is_import and chunk.names & changeable)
            )
        }
        if not more:
            return chosen
        chosen |= more


def _is_star(chunk: Chunk) -> bool:
    """`from x import *` may bind anything."""
    return "*" in chunk.binds
