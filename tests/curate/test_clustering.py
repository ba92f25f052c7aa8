"""Which items tell of one event: the properties that hold for any batch, and what the measures are for."""

from random import Random

from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from digest.curate.clustering import Clusters, Item, cluster
from digest.curate.features import features_of
from digest.curate.frequencies import Frequencies, count_frequencies
from tests.curate.making import entry

STRIKE = "Dockers at Marlow harbour began a strike over night shifts, the Ofgate union said."
STRIKE_TOO = "The Ofgate union says a strike over night shifts has closed Marlow harbour."
WHALES = "Two grey whales were seen off the northern cape, the first since 1987."
BAKERY = "A bakery on Elm Street sells bread made of acorns and chestnuts."
FILLER = tuple(
    f"{name} council votes on {thing} for {place} residents"
    for name in ("Harwick", "Selby", "Corran")
    for thing in ("lamps", "buses", "libraries", "drains")
    for place in ("northern", "elderly", "island")
)


def item(text: str, name: str, day: float | None = 3.0, language: str = "en") -> Item:
    title, _, rest = text.partition(", ")
    features = features_of(entry(title, text=rest), language)
    return Item(id=name, day=day or 0.0, dated=day is not None, features=features)


def found(*items: Item, strictness: str = "strict", carried: Frequencies | None = None) -> set[frozenset[str]]:
    made = cluster(items, carried=carried or Frequencies(), strictness=strictness)  # type: ignore[arg-type]
    return names(made)


def names(made: Clusters) -> set[frozenset[str]]:
    return {frozenset(made.ids[place] for place in places) for places in made.merged.stories}


def filler() -> list[Item]:
    return [item(text, f"f{number}") for number, text in enumerate(FILLER)]


def test_two_reports_of_one_event_are_one_story_and_others_are_not() -> None:
    stories = found(item(STRIKE, "a"), item(STRIKE_TOO, "b"), item(WHALES, "c"), item(BAKERY, "d"), *filler())

    assert {frozenset("ab"), frozenset("c"), frozenset("d")} <= stories


def test_the_same_words_weeks_apart_are_two_stories() -> None:
    assert found(item(STRIKE, "a", 1.0), item(STRIKE_TOO, "b", 15.0), *filler()) >= {frozenset("a"), frozenset("b")}


def test_undated_reports_can_be_one_story() -> None:
    assert frozenset("ab") in found(item(STRIKE, "a", None), item(STRIKE_TOO, "b", None), *filler())


def test_one_word_in_common_makes_no_story() -> None:
    assert found(item("Whales in sight", "a"), item("Whales on stamps", "b")) == {frozenset("a"), frozenset("b")}


def test_a_story_that_hears_of_something_every_few_days_stays_open() -> None:
    told = [item(STRIKE, f"s{day}", float(day)) for day in range(0, 21, 1)]

    assert frozenset(one.id for one in told) in found(*told, *filler(), strictness="lenient")


def test_a_script_without_spaces_is_grouped_too() -> None:
    stories = found(
        item("マーロー港で夜勤に抗議するストライキが始まる", "a", language="ja"),
        item("夜勤に抗議してマーロー港でストライキ、荷役止まる", "b", language="ja"),
        item("北の岬で灰色のクジラ二頭が目撃される", "c", language="ja"),
        item("商店街のパン屋がどんぐりのパンを売り出した", "d", language="ja"),
    )

    assert stories == {frozenset("ab"), frozenset("c"), frozenset("d")}


def test_words_that_earlier_weeks_were_full_of_join_less() -> None:
    table = "Premier Cup weekend round, Marlow beat Selby by three goals"
    other = "Premier Cup weekend round, Corran drew with Harwick after rain"
    carried = count_frequencies(features_of(entry(f"Premier Cup weekend round {n}"), "en") for n in range(300))
    two = (item(table, "a"), item(other, "b"))

    assert frozenset("ab") in found(*two, *filler())
    assert frozenset("ab") not in found(*two, *filler(), carried=carried)


def test_links_make_a_tree_of_each_story() -> None:
    reports = [item(STRIKE, "a"), item(STRIKE_TOO, "b"), item(STRIKE + " Ferries wait.", "c")]
    made = cluster([*reports, *filler()], carried=Frequencies(), strictness="strict")
    (story,) = [places for places in made.merged.stories if len(places) == 3]
    links = [link for link in made.merged.links if link.one in story]

    assert len(links) == 2
    assert {link.one for link in links} | {link.other for link in links} == set(story)
    assert all(0.5 <= link.probability <= 1.0 for link in links)


def test_what_may_be_one_story_is_told_and_not_done() -> None:
    near = [item(f"Marlow harbour strike {word}, talks on {word}s resume", f"n{word}") for word in ("tug", "ferry")]
    made = cluster([*near, *filler()], carried=Frequencies(), strictness="strict")

    joined = {place: number for number, places in enumerate(made.merged.stories) for place in places}
    assert all(joined[link.one] != joined[link.other] and link.probability >= 0.3 for link in made.merged.weak)
    assert list(made.merged.weak) == sorted(made.merged.weak, key=lambda link: -link.probability)


some_items = st.lists(
    st.tuples(
        st.sampled_from([STRIKE, STRIKE_TOO, WHALES, BAKERY, *FILLER[:12], "", "strike", "Marlow 1987"]),
        st.sampled_from([None, 0.0, 0.5, 1.0, 3.0, 6.5, 9.0, 30.0]),
    ),
    max_size=40,
)


@run(max_examples=60, deadline=None)
@given(some_items, st.sampled_from(["strict", "lenient"]), st.randoms(use_true_random=False))
def test_every_item_is_in_one_story_whatever_the_order(
    told: list[tuple[str, float | None]], strictness: str, random: Random
) -> None:
    items = [item(text, f"{number:03}", day) for number, (text, day) in enumerate(told)]
    made = cluster(items, carried=Frequencies(), strictness=strictness)  # type: ignore[arg-type]
    shuffled = random.sample(items, len(items))

    assert sorted(place for places in made.merged.stories for place in places) == list(range(len(items)))
    assert len(made.merged.links) == len(items) - len(made.merged.stories)
    assert cluster(shuffled, carried=Frequencies(), strictness=strictness) == made  # type: ignore[arg-type]
