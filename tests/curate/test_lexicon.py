from digest.curate.lexicon import Lexicon, seeds_of
from tests.curate.making import entry


def counted(title: str, text: str = "", *, about: str = "", language: str = "en") -> dict[str, int]:
    return dict(Lexicon(language, seeds_of(about, language)).count([entry(title, text=text)]))


def test_the_words_of_a_title_count_twice_and_stop_words_not_at_all() -> None:
    assert counted("The fees rise", "All fees of 2026 rise again") == {"fee": 3, "rise": 3}


def test_a_phrase_is_a_term_of_its_own() -> None:
    found = counted("Price caps", "The price cap. A cap on the price.", about="price cap")

    assert found["price cap"] == 3


def test_a_seed_counts_though_it_is_a_stop_word() -> None:
    assert counted("A computer") == {}
    assert counted("A computer", about="computers") == {"comput": 2}


def test_entries_of_a_story_share_the_room() -> None:
    long = " ".join(f"w{number}a" for number in range(900))
    lexicon = Lexicon("en", ())

    assert len(lexicon.count([entry("A", text=long)])) == 300
    assert len(lexicon.count([entry("A", text=long), entry("B", text=long.replace("w", "f"))])) == 300


def test_a_standfirst_that_is_not_in_the_text_is_read_too() -> None:
    lexicon = Lexicon("en", ())

    assert lexicon.count([entry("", summary="Whales", text="Whales came.")])["whale"] == 1
    assert lexicon.count([entry("", summary="Whales", text="Ships came.")])["whale"] == 1


def test_a_stem_is_shown_as_its_shortest_word() -> None:
    lexicon = Lexicon("en", ())
    lexicon.count([entry("Policies and policy")])

    assert lexicon.written("polici") == "policy"
    assert lexicon.written("unread") == "unread"


def test_seeds_stand_apart_by_commas_or_semicolons_and_like_ones_are_one() -> None:
    assert seeds_of("ports; ships, port, , —", "en") == {("port",): "ports", ("ship",): "ships"}
