"""A network that the program does not train is put to the test alone, where nothing else matters."""

from __future__ import annotations

import pytest

from tests.probe.answers import answers
from tests.probe.programs import in_torch
from trainlint.engine.verdict import Verdict
from trainlint.probe.probe import Options, Workers

NETWORK = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {layers}

    def forward(self, x):
        {forward}
"""

STRAIGHT = NETWORK.format(
    layers="self.first, self.second = nn.Linear(20, 30), nn.Linear(30, 5)",
    forward="return self.second(self.first(x))",
)
LISTED = NETWORK.format(
    layers="self.parts, self.head = [nn.Linear(20, 20)], nn.Linear(20, 2)",
    forward="for part in self.parts:\n            x = torch.relu(part(x))\n        return self.head(x)",
)
STACKED = NETWORK.format(
    layers="self.all = nn.Sequential(nn.Linear(20, 20), nn.Sigmoid(), nn.Linear(20, 20), nn.Sigmoid(), nn.Linear(20, 20), "
    "nn.Sigmoid(), nn.Linear(20, 20), nn.Sigmoid(), nn.Linear(20, 20), nn.Sigmoid(), nn.Linear(20, 2))",
    forward="return self.all(x)",
)
IMPORTS = "import torch\nfrom torch import nn\n"


def judged(program: str, rule: str, workers: Workers, options: Options) -> Verdict:
    verdict = answers(program, workers, options)[rule].probe
    assert verdict is not None
    return verdict


@pytest.mark.parametrize(
    ("rule", "network"), [("missing-nonlinearity", STRAIGHT), ("parameters-not-registered", LISTED)]
)
def test_a_file_of_networks_only(rule: str, network: str, workers: Workers, options: Options) -> None:
    verdict = judged(f"{IMPORTS}{network}", rule, workers, options)
    assert verdict.verdict == "confirmed", verdict.sentence
    assert "the squared error and SGD train it" in " ".join(verdict.assumptions)


def test_beside_a_network_that_is_trained(workers: Workers, options: Options) -> None:
    program = in_torch(after=STRAIGHT)
    assert judged(program, "missing-nonlinearity", workers, options).verdict == "confirmed"


def test_what_depends_on_loss_and_optimizer_stays_open(workers: Workers, options: Options) -> None:
    verdict = judged(f"{IMPORTS}{STACKED}", "saturating-activation-stack", workers, options)
    assert (verdict.verdict, verdict.sentence) == ("inconclusive", "No training run is understood")


def test_a_finding_whose_place_is_no_layer_is_judged_by_the_only_run(
    workers: Workers, options: Options
) -> None:
    layers = "nn.Linear(64, 128), nn.Linear(\n    128,\n    64,\n), nn.Linear(64, 10)"
    assert judged(in_torch(layers), "missing-nonlinearity", workers, options).verdict == "confirmed"
