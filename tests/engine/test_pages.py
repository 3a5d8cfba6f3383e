"""A rule's page holds all that the rule says of itself."""

from pydantic import Field

from tests.engine.conftest import RateTooLow
from trainlint.engine.pages import page_of, page_url
from trainlint.engine.registry import registry
from trainlint.engine.rule import Example, Options


class Bounds(Options):
    low: float = Field(default=1e-7, description="Rates below this are reported.")


class Documented(RateTooLow):
    """A rate that moves nothing.

    ## What it does
    Looks at rates.
    """

    options_model = Bounds
    bad = [Example("tiny", "\n    for x in y:\n        opt = Adam(1e-8)\n", fixed="opt = Adam(1e-3)")]
    good = [Example("ordinary", "opt = Adam(LR)", files={"config.yaml": "lr: 0.1"})]


def test_the_page_holds_everything() -> None:
    page = page_of(Documented)
    for part in (
        "# rate-too-low (TL101)\n",
        "| error | default | optimizer | PyTorch | 0.1.0 |",
        "## What it does\nLooks at rates.",
        "| `low` | `1e-07` | Rates below this are reported. |",
        "Tiny:\n\n```python\nfor x in y:\n    opt = Adam(1e-8)\n```",
        "The fix makes of it:\n\n```python\nopt = Adam(1e-3)\n```",
        "with `config.yaml`:\n\n```\nlr: 0.1\n```",
        "`# trainlint: ignore[rate-too-low]`",
    ):
        assert part in page


def test_a_link_opens_a_page_or_is_empty() -> None:
    assert page_url(registry().rules["file-not-parsed"]).startswith("file://")
    assert page_url(Documented) == ""
