from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta
from markupsafe import Markup

from digest.config.settings import Settings
from digest.disk import shipped
from digest.errors import TemplateError
from digest.model import Html
from digest.render.mail import render_mail
from digest.render.templates import Templates, looks, safe
from tests.support.sample import ON, SAMPLE, sample_entries, sample_settings


def look(tmp_path: Path, name: str = "mine", **files: str) -> Templates:
    folder = tmp_path / "templates" / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file.replace("__", ".")).write_text(text, encoding="utf-8")
    return Templates(name, tmp_path)


def test_a_projects_file_wins_and_the_rest_is_the_shipped_look(tmp_path: Path) -> None:
    templates = look(tmp_path, "brief", email__txt="mine: {{ title }}")
    assert templates.render("email.txt", title="x") == "mine: x"
    with pytest.raises(TemplateError, match=r"site\.html"):
        templates.render("page.html")  # the shipped one: it is found, and misses what it is not given


def test_a_look_of_ones_own_falls_back_to_brief(tmp_path: Path) -> None:
    templates = look(tmp_path, email__txt="{% include '_part.txt' %}", _part__txt="part")
    assert templates.render("email.txt") == "part"
    with pytest.raises(TemplateError, match="undefined"):
        templates.render("email.html")


def test_looks_are_folders_with_templates(tmp_path: Path) -> None:
    look(tmp_path, email__txt="")
    (tmp_path / "templates" / "words").mkdir()
    assert looks(tmp_path) == ("brief", "magazine", "mine", "plain")


@pytest.mark.parametrize("name", ["breif", "words", "../brief", "", "."])
def test_an_unknown_look_is_refused_with_the_looks_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Templates(name, tmp_path)
    assert "the looks are brief" in str(caught.value.hint)
    assert ('did you mean "brief"' in str(caught.value.hint)) == (name in {"breif", "../brief"})


def test_html_and_xml_are_escaped_and_text_is_not(tmp_path: Path) -> None:
    templates = look(tmp_path, a__html="{{ x }}", a__xml="{{ x }}", a__txt="{{ x }}")
    assert templates.render("a.html", x="<b>&") == "&lt;b&gt;&amp;"
    assert templates.render("a.xml", x="<b>") == "&lt;b&gt;"
    assert templates.render("a.txt", x="<b>") == "<b>"
    assert templates.render("a.html", x=safe(Html("<b>"))) == "<b>"
    assert isinstance(safe(Html("")), Markup)


def test_a_look_of_ones_own_changes_one_block_of_a_shipped_one(tmp_path: Path) -> None:
    own = """{% extends "magazine/email.html" %}
{% block source %}{{ super() }}<p>by day {{ loop.index }}</p>{% endblock %}"""
    settings = sample_settings(look="magazine")
    shown = _mail(look(tmp_path, "magazine", email__html=own), settings)
    assert "<p>by day 3</p>" in shown
    without = re.sub(r"<p>by day \d</p>", "", shown)
    assert without == _mail(Templates("magazine", tmp_path / "empty"), settings)


def test_a_look_of_ones_own_changes_one_macro(tmp_path: Path) -> None:
    own = """{% extends "_email.html" %}
{% macro told(source, led="") %}[{{ source.label }}]{% endmacro %}"""
    shown = _mail(look(tmp_path, email__html=own), sample_settings(look="mine"))
    assert ">[Lattice Lab]</p>" in shown
    assert ">Also in [Harbour Review]; [Public Choices]</p>" in shown


def test_a_fault_in_what_a_shipped_look_is_asked_for_names_the_shipped_file(tmp_path: Path) -> None:
    templates = look(tmp_path, email__html='{% extends "magazine/email.html" %}')
    with pytest.raises(TemplateError) as caught:
        templates.render("email.html")
    assert str(caught.value.template).endswith(("magazine/email.html", "brief/_email.html"))
    assert caught.value.line


def _mail(templates: Templates, settings: Settings) -> str:
    return render_mail(SAMPLE, settings=settings, templates=templates, entries=sample_entries(), number=12, on=ON).html


BROKEN = [
    ("a\n{% if x %}\n", 2, "end of template"),
    ("a\n\n{{ titel }}", 3, "'titel' is undefined"),
    ("{{ title.nothing }}", 1, "has no attribute 'nothing'"),
    ("\n{{ title + 1 }}", 2, "can only concatenate str"),
    ("{{ 1 / 0 }}", 1, "division by zero"),
    ("{{ title | no_such }}", 1, "No filter named 'no_such'"),
    ("{{ title.__class__ }}", 1, "unsafe"),
    ("\n{{ box.append(1) }}", 2, "is unsafe"),
    ("{% include 'gone.html' %}", 1, "there is no template gone.html"),
    ("{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}", 1, "recursion"),
    ("{{ '%d' % title }}", 1, "format"),
    ("{{ range(10 ** 9) }}", 1, "too big"),
    ("{{ 'a' | wrap(width='x') }}", 1, "unsupported operand"),
]


@pytest.mark.parametrize(("text", "line", "said"), BROKEN)
def test_every_fault_of_a_template_names_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    templates = look(tmp_path, email__html=text)
    with pytest.raises(TemplateError, match=r"templates/mine/email\.html") as caught:
        templates.render("email.html", title="T", box=[])
    assert said in caught.value.message
    assert (caught.value.template, caught.value.line) == ("templates/mine/email.html", line)
    assert caught.value.hint


def test_a_fault_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    templates = look(tmp_path, email__html="{% include '_in.html' %}", _in__html="\n\n{{ gone }}")
    with pytest.raises(TemplateError) as caught:
        templates.render("email.html")
    assert (caught.value.template, caught.value.line) == ("templates/mine/_in.html", 3)


def test_a_near_name_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        look(tmp_path, email__html="{{ sectoins }}").render("email.html", sections=())
    assert 'did you mean "sections"?' in str(caught.value.hint)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    templates = look(tmp_path, email__txt="")
    (tmp_path / "templates/mine/email.txt").write_bytes("é".encode("latin-1"))
    with pytest.raises(TemplateError, match="not UTF-8") as caught:
        templates.render("email.txt")
    assert caught.value.template == "templates/mine/email.txt"


@pytest.mark.parametrize("name", ["no.html", "../../digest.toml", "/etc/hostname"])
def test_a_template_that_is_not_in_a_look_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(TemplateError, match="no such template"):
        look(tmp_path).render(name) if (tmp_path / "templates").exists() else Templates("brief", tmp_path).render(name)


def test_the_readme_names_all_that_the_shipped_templates_use() -> None:
    folder = shipped("templates")
    said = (folder / "README.md").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True)
    environment.filters |= {"wrap": str, "columns": len}
    for path in sorted(folder.glob("*/*.html")) + sorted(folder.glob("*/*.txt")):
        text = path.read_text(encoding="utf-8")
        own = {"caller", *re.findall(r"{% (?:set|macro) (\w+)", text)}
        names = meta.find_undeclared_variables(environment.parse(text)) - own
        missing = sorted(name for name in names if f"`{name}`" not in said)
        assert (path.parent.name, path.name, missing) == (path.parent.name, path.name, [])
