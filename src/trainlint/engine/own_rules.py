"""What trainlint reports about its own work: a file it could not read, a rule that broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainlint.engine.rule import Rule

if TYPE_CHECKING:
    from trainlint.plan.plan import TrainingPlan


class OwnRule(Rule):
    """Base of the findings that the engine itself makes; there is nothing to ask the plan. `always`: the rule
    runs whatever is selected, because without it a finding would be missing unseen."""

    always = True
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


class UnusedSuppression(OwnRule):
    """A comment that silences nothing hides the next finding on its line.

    ## What it does
    Reports `# trainlint: ignore[...]`, `ignore-file` and `off` comments, and `# noqa` with one of our codes,
    that silence no finding, and names in them that are no rules.

    ## Why is this bad?
    A comment that outlived its finding silences the next one that appears there, unseen.

    ## When it stays silent
    Rules that were not asked say nothing about a comment: those that are not selected, and all of them in a
    file that could not be parsed. A bare `# noqa`, and codes of other linters, are not ours to judge.

    ## Fix safety
    Safe where the program trains something itself. A module without any training may be imported by another
    file for whose sake the comment is there, so removing it is unsafe.

    ## Known problems
    A finding may lie in a file that another one imports. When only the imported file is checked, a comment
    for such a finding looks unused.
    """

    always = False
    name = "unused-suppression"
    code = "TL901"
    severity = "warning"
    message = "{reason}"
    help = "remove it, or what of it is not needed"


class BareSuppression(OwnRule):
    """A comment that names no rule silences all of them.

    ## What it does
    Reports `# trainlint: ignore`, `ignore-file` and `off` without names in brackets.

    ## Why is this bad?
    It was written for one finding, and silences every other one that will ever appear there.

    ## When it stays silent
    `# noqa` without codes is for all linters, and passed over.
    """

    always = False
    name = "bare-suppression"
    code = "TL902"
    severity = "info"
    profile = "strict"
    message = "{reason}"
    help = "name the rules in brackets, as in `# trainlint: ignore[learning-rate-too-low]`"


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
    Reports a program on which trainlint itself failed or ran out of memory or stack, that ended the process
    it was checked in, or that took longer than a minute there.

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


OWN_RULES: tuple[type[Rule], ...] = (
    FileNotParsed,
    UnusedSuppression,
    BareSuppression,
    RuleFailed,
    AnalysisGaveUp,
)
