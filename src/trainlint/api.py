"""What rule authors import, and nothing else."""

from trainlint.engine.diagnostic import Edit, Fix
from trainlint.engine.lines import (
    line_after,
    line_before,
    line_of,
    line_taken_out,
    loop_around,
    moved_behind,
    put_into_block,
    run_together,
    see_the_same,
)
from trainlint.engine.mending import beside, called_instead, put_before, safe, unsafe, unwrapped, without
from trainlint.engine.rule import Example, Options, Rule, add_argument, replace_value
from trainlint.plan import context, kinds
from trainlint.plan.data import Data, Rescaling
from trainlint.plan.decisions import WrongDecision
from trainlint.plan.evaluation import Evaluation
from trainlint.plan.loop import Branch, Event, Loop, Sequence
from trainlint.plan.misfit import Misfit
from trainlint.plan.modes import WrongMode
from trainlint.plan.monitor import Monitor
from trainlint.plan.network import Layer, Network, Shape
from trainlint.plan.objective import Metric, Objective, Target
from trainlint.plan.optimizer import Optimizer, ParameterGroup
from trainlint.plan.plan import TrainingPlan
from trainlint.plan.preparation import Leak, ShuffledApart
from trainlint.plan.run import TrainingRun
from trainlint.plan.schedule import Schedule
from trainlint.plan.setting import Setting, spoken
from trainlint.plan.training_step import IncompleteStep
from trainlint.plan.unfit_metrics import UnfitMetric
from trainlint.plan.unused import Unused
from trainlint.values.origin import Certainty, Origin, weakest

__all__ = [
    "Branch", "Certainty", "Data", "Edit", "Evaluation", "Event", "Example", "Fix", "IncompleteStep", "Layer",
    "Leak", "Loop", "Metric", "Misfit", "Monitor", "Network", "Objective", "Optimizer", "Options", "Origin",
    "ParameterGroup", "Rescaling", "Rule", "Schedule", "Sequence", "Setting", "Shape", "ShuffledApart", "Target",
    "TrainingPlan", "TrainingRun", "UnfitMetric", "Unused", "WrongDecision", "WrongMode", "add_argument", "beside",
    "called_instead",
    "context", "kinds", "line_after", "line_before", "line_of", "line_taken_out", "loop_around",
    "moved_behind", "put_before", "put_into_block", "replace_value", "run_together", "safe", "see_the_same", "spoken", "unsafe",
    "unwrapped", "weakest", "without",
]  # fmt: skip
