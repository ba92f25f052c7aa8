"""What the gate says of the mail of a slice."""

from __future__ import annotations

from dataclasses import replace

from digest.check.gate import check_edition, check_letter
from digest.check.letter import letter_of
from digest.config.settings import CheckSettings
from digest.edit.slices import slice_of, topics_of
from digest.model import Mail
from digest.render.mail import render_mails
from tests.render.mailed import TEMPLATES
from tests.render.test_mail_slices import NAMED, serving
from tests.support.sample import ON, SAMPLE, UPDATES, sample_entries

CHECKS = CheckSettings()


def part() -> Mail:
    chosen = serving()
    return render_mails(
        NAMED, [slice_of(("World",), SAMPLE, topics_of(chosen))], settings=chosen, templates=TEMPLATES,
        entries=sample_entries(), number=12, on=ON, updates=UPDATES,
    )[1]  # fmt: skip


def rules(mail: Mail, whole: Mail | None = None) -> set[str]:
    said = check_letter(letter_of(whole, clients=()), CHECKS, {}) if whole else ()
    return {one.rule for one in check_edition(letter_of(mail, clients=()), CHECKS, {}, whole=said)}


def test_the_mail_of_a_slice_has_nothing_wrong_with_its_own_marks() -> None:
    found = check_edition(letter_of(part(), clients=()), CHECKS, {}, whole=())
    assert [one for one in found if one.blocks] == []
    assert [one for one in found if "@@" in one.message] == []


def test_a_slice_that_lost_its_way_out_is_found() -> None:
    mail = part()
    lost = replace(mail, html=mail.html.replace("@@unsubscribe@@", "https://a.example/").replace("Unsubscribe", "Go"))
    assert "unsubscribe" in rules(lost)


def test_a_slice_that_is_too_long_is_found() -> None:
    mail = part()
    assert "size" in rules(replace(mail, html=mail.html.replace("</body>", "<p>Long.</p>" * 9000 + "</body>")))


def test_what_is_wrong_with_the_whole_too_is_not_said_again() -> None:
    mail = part()
    wrong = replace(mail, html=mail.html.replace("</body>", '<a href="">Nowhere</a></body>'))
    assert "link-target" in rules(wrong)
    assert "link-target" not in rules(wrong, replace(wrong, html="<!-- another line -->\n" + wrong.html))
