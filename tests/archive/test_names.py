"""A page of the archive is about somebody who certainly is meant."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.archive.names import Known, is_person, names_of
from digest.config.settings import NamedSettings, Newsletter, Settings
from digest.model import Entry, Named, Quote
from digest.text.spelling import folded


def settings(organisation: tuple[NamedSettings, ...] = (), person: tuple[NamedSettings, ...] = ()) -> Settings:
    newsletter = Newsletter(title="The Week", sender="week@example.org")
    return Settings(newsletter=newsletter, organisation=organisation, person=person)


def entry(text: str = "", *, organisation: str | None = None, speakers: tuple[str, ...] = ()) -> Entry:
    return Entry(
        id="a00000000001",
        source_id="wire",
        title="A reserve for grain",
        text=text,
        organisation=organisation,
        quotes=tuple(Quote(text="We have waited.", speaker=one) for one in speakers),
        first_seen=datetime(2026, 11, 18, tzinfo=UTC),
    )


NOTHING_KNOWN = Known.of(settings(), ())


@pytest.mark.parametrize(
    ("speaker", "text"),
    [
        ("Ilse Varga", "“We have waited,” said Ilse Varga, chair of the Compact."),
        ("Ilse Varga", "“We have waited,” said Ilse Varga, the Compact’s deputy director."),
        ("Ilse Varga", "“We have waited,” said Dr Ilse Varga. The works begin in March."),
        ("Ilse Varga", "„Wir haben gewartet“, sagte Ilse Varga, Geschäftsführerin des Verbands."),
        ("Amélie Roux", "« Nous avons attendu », a déclaré Amélie Roux, directrice du port."),
        ("Inés Prado", "«Hemos esperado», dijo Inés Prado, portavoz del puerto."),
        ("Ilse Varga", "“We have waited,” said Ilse Varga, curator and director of the museum."),
        ("Ilse Varga", "“We have waited,” said Ilse Varga, 2nd vice-president of the Compact."),
        ("Dr Ilse Varga", "“We have waited,” said Dr Ilse Varga. The works begin in March."),
        ("Don Varga", "“We have waited,” said Don Varga, head of the port."),
        ("Inés Prado", "«Hemos esperado», dijo Doña Inés Prado."),
        ("Ilse van der Varga", "“We have waited,” said Ilse van der Varga, chairwoman of the Compact."),
        ("Ilse Varga", "The rest of Ilse Varga is silence. “We have waited,” said Ilse Varga, who leads the board."),
    ],
)
def test_who_is_quoted_with_a_title_or_a_role_is_a_person(speaker: str, text: str) -> None:
    assert is_person(speaker, text)


@pytest.mark.parametrize(
    ("speaker", "text"),
    [
        ("Marlow House", "“We have waited,” said Marlow House."),
        ("Northern Waters Commission", "“We have waited,” said the Northern Waters Commission, chair of the talks."),
        ("Ilse Varga", "“We have waited,” said Ilse Varga."),
        ("Varga", "“We have waited,” said Varga, chair of the Compact."),
        ("Ilse Varga", "Nobody of that name is here."),
        ("Green Harbour", "“We have waited,” said Green Harbour, a port in the north."),
        ("Radio 4", "“We have waited,” said Radio 4, director of nothing."),
        ("", "“We have waited.”"),
        # A surname is not one person's alone.
        ("Mr Varga", "“We have waited,” said Mr Varga, who leads the board."),
        ("Dr. Varga", "“We have waited,” said Dr. Varga, director of the board."),
        # The words begin another sentence, or say what a firm may be too.
        ("Marlow Post", "According to the Marlow Post, the president has asked for quiet."),
        ("Evening Courier Marlow", "According to Evening Courier Marlow, the president has asked for quiet."),
        ("Marlow Bridge", "Builders of the Marlow Bridge, director of nothing, waited."),
        ("Marlow Ferries", "Marlow Ferries, according to its spokeswoman, has waited."),
        ("Marlow Ferries", "Marlow Ferries, and its chief executive, have waited."),
        ("Marlow Ferries", "“We have waited,” said Marlow Ferries, headquartered in Selby."),
        ("Marlow Ferries", "“We have waited,” said Marlow Ferries, partner in the works."),
        ("Marlow Ferries", "“We have waited,” said Marlow Ferries, whose chief executive is new."),
        ("Marlow Ferries", "“We have waited,” said Marlow Ferries, who have thirty ships."),
        ("Marlow Ferries", "“We have waited,” said Marlow Ferries, the minister’s pet."),
        ("Local Residents", "“We have waited,” said Local Residents, who opposed it."),
        # Read too far: an office, a newspaper, the place.
        ("Prime Minister", "“We have waited,” said the Prime Minister, who leads the board."),
        ("Corran Attorney General Ilse Varga", "said Corran Attorney General Ilse Varga, who leads the board."),
        ("Courier's Ilse Varga", "Courier's Ilse Varga, who lives in Corran, said so."),
        ("MRT Mundo Ilse Varga", "« Non », explique à MRT Mundo Ilse Varga, analyste du port."),
        ("Ann Lee", "“We have waited,” said Joann Lee, director of the port."),
    ],
)
def test_who_could_be_something_else_has_no_page(speaker: str, text: str) -> None:
    assert not is_person(speaker, text)


def test_who_published_it_comes_first_and_each_name_once() -> None:
    told = entry(
        "“We have waited,” said Ilse Varga, chair of the Compact. “No,” said the Northern Compact.",
        organisation="Northern Compact",
        speakers=("Ilse Varga", "Northern Compact", "Ilse  Varga", "Marlow House"),
    )

    assert names_of((told, told), "", Known.of(settings(), ("Northern Compact",))) == (
        Named(kind="organisation", name="Northern Compact", why="published it"),
        Named(kind="person", name="Ilse Varga", why="is quoted in it"),
    )


def test_one_person_has_one_page_with_a_title_or_without() -> None:
    told = entry(
        "“We have waited,” said Professor Dr. Ilse Varga. “No,” said Ilse Varga, chair of the Compact.",
        speakers=("Professor Dr. Ilse Varga", "Ilse Varga"),
    )

    assert [one.name for one in names_of((told,), "", NOTHING_KNOWN)] == ["Ilse Varga"]


@pytest.mark.parametrize(("one", "other"), [("MÜLLER", "Muller"), ("Ｍarlow  House", "marlow house"), ("𝐀cme", "ACME")])
def test_case_accents_and_width_make_no_other_name(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("かき", "がき"), ("ハス", "バス"), ("ज़मीन", "जमीन"), ("क्षमा", "कषमा")])
def test_marks_that_make_another_letter_make_another_name(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    "name", ["lists.marlow.example", "news@marlow.example", "https://marlow.example/", "7", " ", "…"]
)
def test_what_is_an_address_or_nothing_has_no_page_as_a_publisher(name: str) -> None:
    assert names_of((entry(organisation=name),), "", NOTHING_KNOWN) == ()
    listed = Known.of(settings(organisation=(NamedSettings(name="Marlow House", also=(name,)),)), ())
    assert [one.name for one in names_of((entry(organisation=name),), "", listed)] == ["Marlow House"]


def test_a_person_who_publishes_or_sends_a_mail_is_no_organisation() -> None:
    blog = replace(entry(organisation="Ilse  Varga"), authors=("Ilse Varga",))
    mail = replace(entry(organisation="Ilse Varga"), path="feeds/mail/thoughts.EML")
    release = replace(mail, organisation="Marlow House", kind="Press release")

    assert names_of((blog, mail), "", NOTHING_KNOWN) == ()
    assert [one.name for one in names_of((release,), "", NOTHING_KNOWN)] == ["Marlow House"]


def test_a_name_is_found_however_its_accents_and_apostrophes_are_typed() -> None:
    listed = Known.of(settings(organisation=(NamedSettings(name="Médecins d'Élan-Nord"),)), ())

    assert names_of((), unicodedata.normalize("NFD", "The Médecins d’Élan\u2011Nord met."), listed)
    assert folded("Children’s\u00ad Fund") == folded("Children's Fund")


def test_names_of_the_configuration_are_found_in_the_words_of_the_issue_only_as_they_are_written() -> None:
    listed = Known.of(
        settings(
            organisation=(NamedSettings(name="Northern Waters Commission", also=("NWC", "Rat")),),
            person=(NamedSettings(name="Ines Marlowe", also=("I. Marlowe",)),),
        ),
        (),
    )

    def found(text: str) -> list[str]:
        return [one.name for one in names_of((), text, listed)]

    assert found("The NWC met; I. Marlowe chaired.") == ["Northern Waters Commission", "Ines Marlowe"]
    assert found("Rates rise. The rat ran. nwc.") == []
    assert found("Northern Waters Commission’s report, and the NWC") == ["Northern Waters Commission"]


def test_another_spelling_is_the_name_of_the_configuration() -> None:
    listed = Known.of(settings(organisation=(NamedSettings(name="École du Port", also=("EDP",)),)), ())

    assert names_of((entry(organisation="ecole du  port"),), "", listed)[0].name == "École du Port"
    assert names_of((entry(organisation="EDP"),), "", listed)[0].name == "École du Port"


def test_a_second_spelling_of_an_organisation_goes_under_the_first() -> None:
    known = Known.of(settings(), ("Court of Audit",))

    assert names_of((entry(organisation="COURT OF AUDIT"),), "", known)[0].name == "Court of Audit"
    assert names_of((entry(organisation="Court of Appeal"),), "", known)[0].name == "Court of Appeal"


def test_a_name_of_regular_expression_marks_is_only_a_name() -> None:
    known = Known.of(settings(organisation=(NamedSettings(name="C++ (Group) [x"),)), ())

    assert [one.name for one in names_of((), "The C++ (Group) [x met.", known)] == ["C++ (Group) [x"]
    assert names_of((), "A quiet week.", NOTHING_KNOWN) == ()


def test_the_newsletter_itself_is_no_organisation_of_its_archive() -> None:
    assert names_of((entry(organisation="the  week"),), "", Known.of(settings(), ())) == ()
