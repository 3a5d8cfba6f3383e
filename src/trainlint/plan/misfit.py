"""A layer that cannot read what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainlint.plan.setting import Setting
from trainlint.values.origin import Certainty

if TYPE_CHECKING:
    from trainlint.plan.network import Layer


@dataclass(frozen=True)
class Misfit:
    """`layer` reads `given` where it is made for `wanted`.

    `kind` says what: `size` of an axis; `rank`, the number of axes; `flatten`, a map that goes into a linear
    layer as it is; `window`, a window larger than its map; `groups` that do not divide the channels; `reshape`
    into rows of `wanted` where a sample has `given` values; `join` and `sum` of two maps of different size.
    """

    kind: str
    layer: Layer
    wanted: int
    given: int
    setting: Setting[object] | None = None
    certainty: Certainty = Certainty.EXACT
