"""Under which heading each story stands, and why.

What the editor said comes first: the section of a feed, the ``sources`` of a section, a tag. The words of ``about``
place the others, and with them what they teach: which words go with those seeds in this batch, and under which heading
the editor let such stories stand in past issues.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from digest.config.settings import SectionRule
from digest.curate.labels import FEWEST, MOST, Example, weight
from digest.curate.lexicon import Lexicon, seeds_of, term
from digest.curate.origin import slug
from digest.curate.topics import Known, Verdict, judge
from digest.model import Entry, Reason, Source

_MOST_SEEDS = 4  # named in a reason
_MOST_LEARNT = 3
_MOST_SAID = 1000  # stories of a batch that teach what the configuration says of them

Found = tuple[str, Reason]
"""A section's title, and the ground."""


def sections_of(
    groups: Sequence[Sequence[Entry]],
    *,
    rules: Sequence[SectionRule],
    sources: Mapping[str, Source],
    languages: Sequence[str],
    examples: Sequence[Example] = (),
    other: str = "Other",
    news: str = "News",
) -> tuple[Found, ...]:
    """The section of each story, with the ground, in the order of the groups; their order decides nothing.

    The feed's own section, then a rule that names the feed or the organisation, then a tag that is a section's title,
    then the words of ``about`` and what is learnt from them, then ``other``; ``news`` for all if there are no rules.
    A section without ``about`` takes by its words only what past issues taught it with FEWEST examples or more.

    Args:
        groups: the entries that tell each story, the lead first; disjoint.
        rules: ``[[section]]`` of digest.toml, in order.
        sources: by id.
        languages: the two-letter code of each group's lead.
        examples: what past issues teach, newest first.
        other: the title for what fits no section, in the newsletter's language.
        news: the title for everything where no sections are configured.
    """
    if not rules:
        return tuple((news, Reason(points=0.0, text="no sections are configured")) for _ in groups)
    said = [said_section(group, rules=rules, sources=sources) for group in groups]
    in_order = sorted(range(len(groups)), key=lambda place: groups[place][0].id)
    unknown = [place for place in in_order if said[place] is None]
    past = examples[:MOST]
    reader = _Reader.of(rules, {*languages, *(one.language for one in past)}, past, other)
    texts = [reader.count(groups[place], languages[place]) for place in unknown]
    taught = islice(_from_batch(groups, languages, said, in_order, reader), _MOST_SAID)
    known = [*taught, *_from_past(past, reader, other)] if unknown else []
    verdicts = judge(texts, reader.seeds, known) if reader.rules else [Verdict(topic=None)] * len(texts)
    judged = {
        place: reader.found(verdict, languages[place], other)
        for place, verdict in zip(unknown, verdicts, strict=True)
    }  # fmt: skip
    return tuple(found or judged[place] for place, found in enumerate(said))


def said_section(
    group: Sequence[Entry], *, rules: Sequence[SectionRule], sources: Mapping[str, Source]
) -> Found | None:
    """The section that the editor's feeds, rules or tags name for a story; None if they say nothing."""
    for grounds in (_by_feed, _by_rule, _by_tag):
        for found in grounds(group, rules, sources):
            return found
    return None


def _found(title: str, why: str) -> Found:
    return title, Reason(points=0.0, text=f"section {title}: {why}")


def _by_feed(group: Sequence[Entry], rules: Sequence[SectionRule], sources: Mapping[str, Source]) -> Iterator[Found]:
    titles = {rule.title.casefold(): rule.title for rule in rules}
    for entry in group:
        source = sources.get(entry.source_id)
        if source is not None and source.section and (title := titles.get(source.section.casefold())):
            yield _found(title, f"{source.name} is set so in feeds.toml")


def _by_rule(group: Sequence[Entry], rules: Sequence[SectionRule], _: Mapping[str, Source]) -> Iterator[Found]:
    named = {slug(name): (rule.title, name) for rule in reversed(rules) for name in rule.sources}
    for entry in group:
        for who in (entry.organisation, entry.source_id):
            if who and (rule := named.get(slug(who))):
                yield _found(rule[0], f"its sources name “{rule[1]}”")


def _by_tag(group: Sequence[Entry], rules: Sequence[SectionRule], sources: Mapping[str, Source]) -> Iterator[Found]:
    titles = {slug(rule.title): rule.title for rule in reversed(rules)}
    for entry in group:
        source = sources.get(entry.source_id)
        for tag in (*entry.tags, *(source.tags if source else ())):
            if title := titles.get(slug(tag)):
                yield _found(title, f"tagged “{tag}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """The sections that are found by words, and the words of each language."""

    rules: tuple[SectionRule, ...]  # those with seeds, or with examples enough
    seeds: tuple[frozenset[str], ...]  # of each, as terms of all the languages
    shown: tuple[Mapping[str, str], ...]  # each of them as the editor wrote it
    lexicons: Mapping[str, Lexicon]  # by language

    @classmethod
    def of(cls, rules: Sequence[SectionRule], languages: set[str], examples: Sequence[Example], other: str) -> _Reader:
        taught = Counter(one.section for one in examples)
        used = tuple(
            rule for rule in rules if rule.about.strip() or (rule.title != other and taught[rule.title] >= FEWEST)
        )
        named = {code: [seeds_of(rule.about, code) for rule in used] for code in sorted(languages)}
        shown = tuple(
            {term(phrase): seed for seeds in named.values() for phrase, seed in seeds[place].items()}
            for place in range(len(used))
        )
        return cls(
            rules=used,
            seeds=tuple(frozenset(seeds) for seeds in shown),
            shown=shown,
            lexicons={
                code: Lexicon(code, [phrase for own in seeds for phrase in own]) for code, seeds in named.items()
            },
        )

    def count(self, group: Sequence[Entry], language: str) -> Mapping[str, int]:
        return self.lexicons[language].count(group)

    def topic(self, title: str) -> int | None:
        return next((place for place, rule in enumerate(self.rules) if rule.title == title), None)

    def found(self, verdict: Verdict, language: str, other: str) -> Found:
        """The verdict in words."""
        if verdict.topic is None:
            return other, Reason(points=0.0, text="no section's words fit")
        seeds = [self.shown[verdict.topic][seed] for seed in verdict.seeds[:_MOST_SEEDS]]
        told = {word for seed in verdict.seeds for word in seed.split()}
        new = [one for one in verdict.learnt if not told.issuperset(one.split())]
        learnt = [self._written(one, language) for one in new[:_MOST_LEARNT]]
        said = [f"speaks of {', '.join(seeds)}"] if seeds else []
        said += [f"shares {', '.join(learnt)} with its other stories"] if learnt else []
        said += [f"{self.rules[verdict.next].title} is nearly as likely"] if verdict.next is not None else []
        return _found(self.rules[verdict.topic].title, "; ".join(said) or "most stories stand there")

    def _written(self, term: str, language: str) -> str:
        return " ".join(map(self.lexicons[language].written, term.split()))


def _from_batch(
    groups: Sequence[Sequence[Entry]],
    languages: Sequence[str],
    said: Sequence[Found | None],
    in_order: Sequence[int],
    reader: _Reader,
) -> Iterator[Known]:
    """What the stories teach whose section the editor's feeds, rules and tags name."""
    for place in in_order:
        found = said[place]
        if found is not None and (topic := reader.topic(found[0])) is not None:
            yield Known(terms=reader.count(groups[place], languages[place]), topic=topic)


def _from_past(examples: Sequence[Example], reader: _Reader, other: str) -> Iterator[Known]:
    for one in examples:
        topic = reader.topic(one.section)
        if topic is not None or one.section == other:
            yield Known(terms=reader.count(one.entries, one.language), topic=topic, weight=weight(one))
