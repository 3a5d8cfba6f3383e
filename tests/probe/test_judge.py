"""From statistics to answers: what is missing proves nothing, seeds must agree, a control never proves alone."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trainlint.probe.claims import CLAIMS, INPUTS_TOO_LARGE, RATE_TOO_HIGH, RATE_TOO_LOW, VANISHING
from trainlint.probe.judge import Seen, judge, with_symptoms
from trainlint.probe.protocol import number


def seen(**statistics: Any) -> Seen:
    return Seen({"steps": 60, "backward_passes": 60, **statistics})


def test_the_number_decides() -> None:
    assert judge(RATE_TOO_LOW, [seen(update_ratio=1e-8, rate_rises=0.0)]).answer == "confirmed"
    assert judge(RATE_TOO_LOW, [seen(update_ratio=1e-2)]).answer == "refuted"
    between = judge(RATE_TOO_LOW, [seen(update_ratio=1e-5)])
    assert between.answer == "inconclusive"
    assert "neither confirms nor refutes" in between.evidence[0].text


def test_a_warm_up_is_not_over_yet() -> None:
    assert judge(RATE_TOO_LOW, [seen(update_ratio=1e-8, rate_rises=1.0)]).answer == "inconclusive"


def test_a_missing_statistic_is_no_refutation() -> None:
    judgement = judge(RATE_TOO_LOW, [seen()])
    assert judgement.answer == "inconclusive"
    assert judgement.evidence[0].text == "The size of a step could not be measured"


def test_all_seeds_must_agree() -> None:
    runs = [seen(gradient_ratio=1e-6), seen(gradient_ratio=0.5), seen(gradient_ratio=1e-6)]
    judgement = judge(VANISHING, runs)
    assert judgement.answer == "inconclusive"
    assert "2 confirmed, 1 refuted" in judgement.evidence[0].text


def test_too_few_steps_say_nothing() -> None:
    judgement = judge(RATE_TOO_LOW, [Seen({"steps": 7, "update_ratio": 1e-9})])
    assert judgement.answer == "inconclusive"
    assert "7 steps" in judgement.evidence[0].text


def test_a_loss_that_is_no_number_needs_no_steps() -> None:
    assert judge(RATE_TOO_HIGH, [Seen({"steps": 3, "non_finite": 1})]).answer == "confirmed"


def test_a_control_run_adds_to_a_statistic_and_proves_nothing_alone() -> None:
    better = seen(loss_end=0.5, loss_first=2.3, loss_drop=0.8)
    slow = seen(update_ratio=1e-5, loss_end=2.2, loss_first=2.3, loss_drop=0.04)
    assert judge(RATE_TOO_LOW, [slow], [better]).answer == "inconclusive"
    large = seen(input_largest=255.0, output_spread=0.4, loss_end=2.2, loss_first=2.3, loss_drop=0.04)
    assert judge(INPUTS_TOO_LARGE, [large], [better]).answer == "confirmed"


def test_a_control_run_must_learn_itself() -> None:
    still = seen(loss_end=2.2, loss_first=2.3, loss_drop=0.05)
    large = seen(input_largest=255.0, output_spread=0.4, loss_end=2.9, loss_first=2.3, loss_drop=-0.3)
    judgement = judge(INPUTS_TOO_LARGE, [large], [still])
    assert judgement.answer == "inconclusive"
    assert "says nothing" in judgement.evidence[-1].text


def test_a_longer_pair_is_compared_and_settles_nothing() -> None:
    judged, beside = seen(gradient_ratio=1e-6, loss_drop=0.01), seen(loss_drop=0.02, steps=200)
    control = seen(loss_drop=0.65, steps=200)
    judgement = judge(VANISHING, [judged], [control], beside=[beside])
    assert judgement.answer == "confirmed"
    assert (
        judgement.evidence[-1].text == "With the fix the loss falls by 65 % in 200 steps; as written by 2.0 %"
    )


def test_symptoms_are_told_beside_an_answer_and_change_none() -> None:
    runs = [seen(update_ratio=1e-3, dead_units=0.97, dead_samples=1024, gradient_spike=3.0)] * 3
    judgement = with_symptoms(judge(RATE_TOO_LOW, runs), runs)
    assert judgement.answer == "refuted"
    assert [evidence.text for evidence in judgement.evidence[1:]] == [
        "Besides, 97 % of the units of a layer never fire"
    ]


def test_a_symptom_of_some_seeds_is_none() -> None:
    runs = [seen(update_ratio=1e-3, gradient_spike=spike) for spike in (5e3, 5.0, 5e3)]
    assert len(with_symptoms(judge(RATE_TOO_LOW, runs), runs).evidence) == 1


def test_a_symptom_that_settled_it_is_not_told_twice() -> None:
    runs = [seen(non_finite=3, gradient_spike=math.inf)]
    judgement = with_symptoms(judge(RATE_TOO_HIGH, runs), runs)
    assert [evidence.statistic for evidence in judgement.evidence] == ["non_finite"]


def test_a_sentence_stands_without_a_number_that_is_missing() -> None:
    judgement = judge(CLAIMS["parameters-not-registered"], [seen(weights_left_out=2)])
    assert judgement.evidence[0].text == "2 of ? weights are held by no optimizer"


def test_what_cannot_be_built_is_the_reason() -> None:
    judgement = judge(RATE_TOO_LOW, [Seen(cannot="cannot be built: `Unfold`")])
    assert (judgement.answer, judgement.evidence[0].text) == ("inconclusive", "Cannot be built: `Unfold`")


def test_a_program_that_fails_elsewhere_confirms_nothing() -> None:
    stops = Seen(misfit="`Linear (line 3)`: shapes", line=3)
    claim = CLAIMS["layer-shape-mismatch"]
    assert judge(claim, [stops], lines=frozenset({3})).answer == "confirmed"
    assert judge(claim, [stops], lines=frozenset({9})).answer == "inconclusive"


def test_a_failure_of_another_kind_confirms_nothing() -> None:
    claim = CLAIMS["logits-into-probability-loss"]
    assert (
        judge(
            claim, [Seen({"failure": "RuntimeError: all elements of input should be between 0 and 1"})]
        ).answer
        == "confirmed"
    )
    assert judge(claim, [Seen({"failure": "ValueError: target size differs"})]).answer == "inconclusive"


NUMBERS = st.one_of(st.none(), st.floats(), st.just("nan"), st.just("inf"), st.just("word"), st.booleans())
NAMES = sorted(
    {c.statistic for claim in CLAIMS.values() for group in (*claim.confirm, *claim.refute) for c in group}
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no reason to fail
@given(st.dictionaries(st.sampled_from(NAMES), NUMBERS), st.sampled_from(sorted(CLAIMS)))
def test_no_statistics_break_a_judgement(statistics: dict[str, Any], rule: str) -> None:
    try:
        steps = int(number(statistics.get("steps")) or 0)
    except (OverflowError, ValueError):
        steps = 0
    statistics = {**statistics, "steps": steps, "backward_passes": 60, "scores": 10, "failure": "x"}
    judgement = judge(CLAIMS[rule], [Seen(statistics)])
    assert judgement.answer in ("confirmed", "refuted", "inconclusive")
    assert judgement.evidence
    for evidence in judgement.evidence:
        assert not isinstance(evidence.value, float) or math.isfinite(evidence.value)
