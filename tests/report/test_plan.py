"""A plan can be shown, whatever is in it and whatever is missing."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console

from trainlint.plan.loop import Branch, Event, Loop, Sequence
from trainlint.plan.network import Layer, Network
from trainlint.plan.objective import Metric, Objective
from trainlint.plan.optimizer import Optimizer, ParameterGroup
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.run import TrainingRun
from trainlint.plan.schedule import Schedule
from trainlint.plan.setting import Setting
from trainlint.report import plan_json, plan_text
from trainlint.syntax.positions import Place, TextSite
from trainlint.values.origin import Certainty, Made, Origin


def origin(row: int, made: Made = Made.WRITTEN, label: str = "") -> Origin:
    return Origin(made, TextSite(Place("train.py", row, 1, row, 5), "1e-8"), label)


def known(value: Any, row: int = 1, **changes: Any) -> Setting[Any]:
    return Setting(values=(value,), origins=(origin(row),), **changes)


NETWORK = Network(
    name="Net",
    framework="torch",
    layers=(
        Layer(index=0, kind="input", title="input", output_shape=("batch", 784)),
        Layer(
            index=1, kind="linear", title="Linear", inputs=(0,), output_shape=("batch", 10), parameters=7850
        ),
        Layer(index=2, kind="softmax", title="softmax", inputs=(1,), parameters=None, output_shape=None),
    ),
    origin=origin(3),
)
PLAN = TrainingPlan(
    filename="train.py",
    optimizers=(
        Optimizer(
            name="Adam",
            framework="torch",
            learning_rate=known(1e-8, certainty=Certainty.DEFAULT),
            settings={
                "betas": known((0.9, 0.999)),
                "eps": Setting(reason="read from a file"),
                "odd": known(object()),
            },
            groups=(ParameterGroup(learning_rate=known(0.1), weight_decay=Setting()),),
            schedule=Schedule(name="StepLR", framework="torch", settings={"gamma": known(float("inf"))}),
            origin=origin(5),
        ),
    ),
    networks=(NETWORK,),
    objectives=(
        Objective(
            loss="cross_entropy",
            title="CrossEntropyLoss",
            framework="torch",
            takes_logits=known(True),
            network=NETWORK,
            prediction=2,
            metrics=(Metric(name="accuracy", framework="torch"),),
        ),
    ),
    runs=(TrainingRun(framework="torch", network=0, optimizer=0, epochs=known(3)),),
    events=(
        Sequence(
            items=(
                Loop(
                    over="batches",
                    times=3,
                    body=Sequence(
                        items=(
                            Event(kind="backward", origin=origin(9)),
                            Branch(
                                condition="i % 4 == 0",
                                paths=(Sequence(items=(Event(kind="step"),)), Sequence()),
                            ),
                        )
                    ),
                ),
            )
        ),
    ),
    context=frozenset({"fine-tuning", "a", "b", "c"}),
    unknowns=(("a call of `load`", 3),),
)


def shown(plan: TrainingPlan) -> str:
    console = Console(width=120, record=True, quiet=True)
    with console.capture() as capture:
        console.quiet = False
        for part in plan_text.render(plan):
            console.print(part)
    return capture.get()


def test_every_part_is_shown() -> None:
    text = shown(PLAN)
    for part in (
        "Optimizer Adam (torch) at train.py:5",
        "1e-08",
        "default",
        "written at train.py:1",
        "? (read from a file)",
        "StepLR",
        "(batch, 784)",
        "7,850",
        "? parameters",
        "CrossEntropyLoss",
        "accuracy",
        "loop over batches, 3 times",
        "backward at train.py:9",
        "one of: i % 4 == 0",
        "Circumstances: a, b, c, fine-tuning",
        "Not known (3x): a call of `load`",
    ):
        assert part in text


def test_a_plan_of_nothing_says_so() -> None:
    assert "nothing that trains" in shown(TrainingPlan(filename="a.py"))


def test_parts_about_which_nothing_is_known_are_shown() -> None:
    shown(
        TrainingPlan(
            filename="a.py",
            optimizers=(Optimizer(name="Adam", framework="keras", learning_rate=Setting()),),
            networks=(Network(name="", framework="keras", complete=False),),
            objectives=(Objective(loss="mse", title="mse", framework="keras", takes_logits=Setting()),),
            runs=(TrainingRun(framework="keras"),),
            events=(Sequence(), Sequence()),
        )
    )


def test_json_holds_values_and_where_they_come_from() -> None:
    data = json.loads(plan_json.render(PLAN))
    rate = data["optimizers"][0]["learning_rate"]
    assert rate["values"] == [1e-8]
    assert rate["certainty"] == "default"
    assert rate["origins"] == [[{"made": "written", "label": "", "place": "train.py:1:1"}]]
    assert data["context"] == ["a", "b", "c", "fine-tuning"]
    assert data["objectives"][0]["network"] == 0
    assert data["optimizers"][0]["schedule"]["settings"]["gamma"]["values"] == ["Infinity"]
