"""Runs the rules and says which findings block."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from digest.check.rules import ALONE_RULES, EDITION_RULES, ISSUE_RULES, LETTER_RULES, OWN_RULES
from digest.model import Finding

if TYPE_CHECKING:
    from digest.check.galley import Galley, Part, Remark
    from digest.check.letter import Letter
    from digest.config.settings import CheckSettings

ALWAYS_BLOCK = frozenset({"embargo", "empty", "unsubscribe"})
"""An embargo is a promise to somebody else, and a mail without content or a way out is nobody's wish."""

_ECHOES: Final = {
    "image-alt": "alt", "link-name": "link-text", "link-target": "link", "insecure-link": "insecure-link",
    "tracking": "tracking", "shortener": "shortener",
}  # fmt: skip
"""What a rule says of the mail → the rule that says it of the issue file, where it is to be corrected."""
_PRINTED: Final = 30
_SHORT: Final = 8
_NUMBER: Final = re.compile(r"\d[\d,.]*")
_TOLD: Final = re.compile(r"“[^”]*”|[a-z]+:[^\s…]*")


def check_issue(galley: Galley, paths: Mapping[Part, str]) -> tuple[Finding, ...]:
    """Every finding about an issue and its mail, blocking ones first, then by place.

    Args:
        galley: what is looked at.
        paths: where a reader finds each part, below the project's folder.
    """
    remarks = [remark for rule in ISSUE_RULES for remark in rule(galley)]
    said = {(remark.rule, word) for remark in remarks for word in _told(remark)}
    in_mail = (remark for rule in (*LETTER_RULES, *OWN_RULES) for remark in rule(galley.letter))
    remarks += [
        remark for remark in in_mail if not any((_ECHOES.get(remark.rule), word) in said for word in _told(remark))
    ]
    return _findings(remarks, galley.settings.check, paths)


def check_letter(letter: Letter, settings: CheckSettings, paths: Mapping[Part, str]) -> tuple[Finding, ...]:
    """Every finding about a mail alone, as another program may have written it."""
    rules = (*LETTER_RULES, *ALONE_RULES)
    return _findings([_placed(remark, letter) for rule in rules for remark in rule(letter)], settings, paths)


def check_edition(
    letter: Letter, settings: CheckSettings, paths: Mapping[Part, str], *, whole: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Every finding about the mail of a slice that the whole issue's mail has not; ``whole`` are those of that one."""
    said = {alike_in_mails(finding) for finding in whole}
    found = _findings([remark for rule in EDITION_RULES for remark in rule(letter)], settings, paths)
    return tuple(finding for finding in found if alike_in_mails(finding) not in said)


def alike_in_mails(finding: Finding) -> tuple[str, str]:
    """What two findings share that are the same in two mails: not the line, nor another number."""
    return finding.rule, _NUMBER.sub("0", finding.message)


def _placed(remark: Remark, letter: Letter) -> Remark:
    """The remark at its line of the file, if its part is one of a whole message; without one if that is not known."""
    if remark.line is None or remark.part not in letter.places:
        return remark
    places = letter.places[remark.part]
    return replace(remark, line=places[remark.line - 1] if remark.line <= len(places) else None)


def _told(remark: Remark) -> Iterator[str]:
    """The words or the address that a remark is about, as far as both rules print them."""
    return (found.group()[:_PRINTED] for found in _TOLD.finditer(remark.message) if len(found.group()) > _SHORT)


def check_rule(
    rule: Callable[[Galley], Iterable[Remark]], galley: Galley, paths: Mapping[Part, str]
) -> tuple[Finding, ...]:
    """What one rule finds."""
    return _findings(rule(galley), galley.settings.check, paths)


def count_by_rule(findings: Sequence[Finding]) -> dict[str, int]:
    """How many findings each rule has, by its id."""
    counts: dict[str, int] = {}
    for finding in sorted(findings, key=lambda one: one.rule):
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    return counts


def _findings(remarks: Iterable[Remark], settings: CheckSettings, paths: Mapping[Part, str]) -> tuple[Finding, ...]:
    block = ALWAYS_BLOCK | set(settings.block)
    found = [
        Finding(
            rule=remark.rule,
            blocks=remark.rule in block and not remark.advice,
            message=remark.message,
            path=paths.get(remark.part),
            line=remark.line,
            hint=remark.hint,
        )
        for remark in remarks
        if remark.rule not in settings.ignore or remark.rule in ALWAYS_BLOCK
    ]
    return tuple(sorted(set(found), key=_place))


def _place(found: Finding) -> tuple[bool, str, int, str, str]:
    return (not found.blocks, found.path or "", found.line or 0, found.rule, found.message)
