from collections.abc import Sequence

from digest.curate.labels import Example, examples_of, weight
from digest.model import Entry, Issue, IssueSection, IssueStory, SourceRef
from tests.curate.making import entry

GAS, SHIP, TREATY = (entry(title) for title in ("Gas", "Ship", "Treaty"))
ENTRIES = {one.id: one for one in (GAS, SHIP, TREATY)}


def issue(**sections: list[Entry]) -> Issue:
    return Issue(
        name="2026-W46",
        title="",
        subject="",
        preheader="",
        base=None,
        intro="",
        sections=tuple(
            IssueSection(title=title, stories=tuple(told(one) for one in found)) for title, found in sections.items()
        ),
    )


def told(*members: Entry) -> IssueStory:
    refs = tuple(SourceRef(label="x", url=None, entry_id=one.id) for one in members)
    return IssueStory(id=None, title="x", sources=refs)


def examples(final: Issue, generated: Issue | None, *, said: str | None = None) -> dict[str, tuple[str, bool]]:
    def configured(_: Sequence[Entry]) -> str | None:
        return said

    found = examples_of(final, generated=generated, entries=ENTRIES, language=lambda _: "en", said=configured)
    return {one.entries[0].title: (one.section, one.moved) for one in found}


def test_a_story_that_changed_its_section_was_moved_and_another_stood() -> None:
    assert examples(issue(Energy=[GAS, SHIP]), issue(Energy=[GAS], Sea=[SHIP])) == {
        "Gas": ("Energy", False), "Ship": ("Energy", True),
    }  # fmt: skip


def test_a_story_that_came_up_from_the_candidates_was_put_there() -> None:
    assert examples(issue(Energy=[GAS]), issue()) == {"Gas": ("Energy", True)}


def test_without_the_version_it_started_from_nothing_is_known_to_have_moved() -> None:
    assert examples(issue(Energy=[GAS]), None) == {"Gas": ("Energy", False)}


def test_what_stands_where_the_configuration_puts_it_teaches_nothing_unless_the_editor_overruled_it() -> None:
    assert examples(issue(Energy=[GAS]), issue(Energy=[GAS]), said="Energy") == {}
    assert examples(issue(Energy=[GAS]), issue(Sea=[GAS]), said="Sea") == {"Gas": ("Energy", True)}


def test_a_story_written_by_hand_has_no_text_to_learn_from() -> None:
    assert examples(issue(Energy=[entry("unknown to the store")]), None) == {}


def test_all_its_entries_tell_what_it_is_about() -> None:
    final = Issue(
        name="2026-W46", title="", subject="", preheader="", base=None, intro="",
        sections=(IssueSection(title="Energy", stories=(told(GAS, TREATY),)),),
    )  # fmt: skip
    (found,) = examples_of(final, generated=None, entries=ENTRIES, language=lambda _: "en", said=lambda _: None)

    assert found.entries == (GAS, TREATY)


def test_what_the_editor_moved_weighs_more() -> None:
    stood = Example(entries=(GAS,), language="en", section="Energy", moved=False)
    moved = Example(entries=(GAS,), language="en", section="Energy", moved=True)

    assert weight(moved) > weight(stood) > 0
