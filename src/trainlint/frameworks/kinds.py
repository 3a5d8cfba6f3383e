"""The words for layers; they belong to the plan, whose questions need them as well."""

from trainlint.plan.kinds import ACTIVATIONS, NORMALISATIONS, RECURRENT, SATURATING, TRANSPARENT, WEIGHTED

__all__ = ["ACTIVATIONS", "NORMALISATIONS", "RECURRENT", "SATURATING", "TRANSPARENT", "WEIGHTED"]
