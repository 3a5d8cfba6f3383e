"""What trainlint reports about its own work: a file it could not read, a rule that broke."""

from __future__ import annotations

from trainlint.engine.rule import Rule
from trainlint.plan.plan import TrainingPlan


class OwnRule(Rule):
    """Base of the findings that the engine itself makes; there is nothing to ask the plan."""

    family = "tool"
    since = "0.1.0"
    frameworks = ()
    good = []
    bad = []

    def check(self, plan: TrainingPlan) -> None:
        """Nothing: the engine reports these findings itself."""


class FileNotParsed(OwnRule):
    """A file that cannot be read, decoded or parsed is not checked.

    ## What it does
    Reports a file that cannot be opened, whose bytes do not fit its declared encoding, or whose text is no
    Python 3.

    ## Why is this bad?
    Nothing in such a file was looked at. Other files are checked as usual.

    ## When it stays silent
    A file that mentions no deep-learning package is never parsed, so its syntax errors are not reported here.
    """

    name = "file-not-parsed"
    code = "TL900"
    severity = "error"
    message = "{reason}"
    help = "nothing else in this file was checked"


class RuleFailed(OwnRule):
    """A rule, or a package of rules, broke; its findings are missing.

    ## What it does
    Reports a rule that raised an exception while it looked at a program, and a package of rules that could
    not be imported. All other rules ran.

    ## Why is this bad?
    What this rule would have found is not in the report.

    ## When it stays silent
    A rule that is not selected does not run, so it cannot fail.
    """

    name = "rule-failed"
    code = "TL904"
    severity = "warning"
    message = "{reason}"
    help = "the fault is in the rule, not in your program: tell its authors, or switch it off with `ignore`"


class AnalysisGaveUp(OwnRule):
    """The program could not be worked out; no rule looked at it.

    ## What it does
    Reports a program on which trainlint itself failed or ran out of memory or stack.

    ## Why is this bad?
    Nothing in such a file was checked. Other files are checked as usual.

    ## When it stays silent
    A value that cannot be worked out is no failure: it is unknown, and rules are silent about it.
    """

    name = "analysis-gave-up"
    code = "TL905"
    severity = "warning"
    message = "{reason}"
    help = "the fault is in trainlint, not in your program: nothing else in this file was checked"


OWN_RULES: tuple[type[Rule], ...] = (FileNotParsed, RuleFailed, AnalysisGaveUp)
