"""Under which heading a story stands, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from digest.config.settings import SectionRule
from digest.curate.interests import count_phrase
from digest.curate.origin import slug
from digest.model import Entry, Reason, Source
from digest.text.words import stems

_TITLE_COUNTS = 3  # times a word of the text
_FLOOR = 2  # points: one word of the title, or two of the text
_LOOK_AT = 3000  # characters of a text


def section_of(
    group: Sequence[Entry],
    *,
    rules: Sequence[SectionRule],
    sources: Mapping[str, Source],
    language: str,
    other: str = "Other",
    news: str = "News",
) -> tuple[str, Reason]:
    """The title of the section a story belongs under, with the ground.

    The feed's own section, then a rule that names the feed or the organisation, then a tag that is a section's title,
    then the words of ``about`` (stemmed), then ``other``; ``news`` for all if no sections are configured.

    Args:
        group: the entries that tell the story, the lead first.
        rules: ``[[section]]`` of digest.toml, in order.
        sources: by id.
        language: the lead's two-letter code.
        other: the title for what fits no section, in the newsletter's language.
        news: the title for everything where no sections are configured.
    """
    if not rules:
        return news, Reason(points=0.0, text="no sections are configured")
    for grounds in (_by_feed, _by_rule, _by_tag):
        for found in grounds(group, rules, sources):
            return found
    return _by_words(group[0], rules, language) or (other, Reason(points=0.0, text="no section's words fit"))


Found = tuple[str, Reason]


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


def _by_words(lead: Entry, rules: Sequence[SectionRule], language: str) -> Found | None:
    title = stems(lead.title, language)
    text = stems(f"{lead.summary}\n{lead.text}"[:_LOOK_AT], language)
    best: tuple[int, int, list[str]] = (0, 0, [])
    best_rule = None
    for rule in rules:
        points = {
            seed: _TITLE_COUNTS * count_phrase(title, phrase) + count_phrase(text, phrase)
            for seed, phrase in _seeds(rule.about, language)
        }
        matched = [seed for seed, count in points.items() if count]
        score = (sum(points.values()), len(matched), matched)
        if score[:2] > best[:2]:
            best, best_rule = score, rule
    if best_rule is None or best[0] < _FLOOR:
        return None
    return _found(best_rule.title, f"speaks of {', '.join(best[2])}")


@lru_cache
def _seeds(about: str, language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each seed of ``about``, as written and as stems; two that stem alike are one."""
    seeds = {stems(seed, language): seed.strip() for seed in reversed(about.replace(";", ",").split(","))}
    return tuple((seed, phrase) for phrase, seed in reversed(seeds.items()) if phrase)
