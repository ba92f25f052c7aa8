"""A site of its own making, as tangled as an archive: issues and stories lead to each other, lists to both.

And what must hold of it on disk at every moment; links are found by a parser here, not by digest's pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from digest.archive.site import SitePage, publish_pages

POLICY = "default-src 'none'; img-src 'self' https: http: data:; style-src 'sha256-{}'; base-uri 'none'"


@dataclass(frozen=True)
class Small:
    """What the site is made of."""

    issues: dict[str, tuple[str, ...]]  # name → its stories
    sections: tuple[str, ...] = ("world",)
    look: str = "calm"  # of lists; the leaves have another
    leaf: str = "bold"
    words: str = "Ministers agree."  # in every story
    extra: dict[str, str] = field(default_factory=dict)  # path → text of further files


def pages(site: Small) -> list[SitePage]:
    """Every file of the site, not in order."""
    files = {**_leaves(site), **_lists(site), **site.extra}
    return [
        SitePage(path=path, key=sha256(text.encode()).hexdigest(), make=text.encode, stage=_stage(path))
        for path, text in reversed(files.items())
    ]


def _stage(path: str) -> int:
    if path.endswith(".png"):
        return 0
    return 3 if "/" not in path else 2 if path.startswith("sections/") else 1


def _leaves(site: Small) -> dict[str, str]:
    files = {}
    names = list(site.issues)
    for number, name in enumerate(names):
        around = [f"../{other}/index.html" for other in names[max(0, number - 1) : number + 2] if other != name]
        stories = site.issues[name]
        links = [*around, "../index.html", *(f"{story}/index.html#top" for story in stories)]
        files[f"{name}/cover.png"] = f"a picture of {name}"
        files[f"{name}/index.html"] = html(name, links, look=site.leaf, head="../feed.xml", picture="cover.png")
        for story in stories:
            so_far = [f"../../{other}/{story}/index.html" for other in names if story in site.issues[other]]
            lists = [f"../../sections/{section}/index.html" for section in site.sections]
            files[f"{name}/{story}/index.html"] = html(
                f"{story}: {site.words}", ["../index.html", *so_far, *lists], look=site.leaf, head="../../feed.xml"
            )
    return files


def _lists(site: Small) -> dict[str, str]:
    leaves = [f"{name}/{story}/index.html" for name, stories in site.issues.items() for story in stories]
    files = {
        f"sections/{section}/index.html": html(
            section, [f"../../{leaf}" for leaf in leaves], look=site.look, head="../../feed.xml"
        )
        for section in site.sections
    }
    files["feed.xml"] = f"<feed>{''.join(leaves)}</feed>"
    links = [*(f"{name}/index.html" for name in site.issues), *(f"sections/{one}/index.html" for one in site.sections)]
    files["index.html"] = html("home", links, look=site.look, head="feed.xml")
    return files


def html(title: str, links: list[str], *, look: str = "calm", head: str = "", picture: str = "") -> str:
    """A page as templates write it, its style inside."""
    from base64 import b64encode

    style = f"\nbody {{ font-family: {look}; }}\n"
    policy = POLICY.format(b64encode(sha256(style.encode()).digest()).decode())
    ways = "\n".join(
        f'<p>See <a class="quiet" href="{link}" title="{link} &gt; more">{link}</a>.</p>' for link in links
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<title>{title}</title>\n'
        + (f'<link rel="alternate" type="application/atom+xml" href="{head}">\n' if head else "")
        + f"<style>{style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        + (f'<img class="picture" src="{picture}" alt="">\n' if picture else "")
        + f'{ways}\n<p><a href="https://wire.example/x.html">Elsewhere</a></p>\n</body>\n</html>\n'
    )


def publish(folder: Path, site: Small) -> list[str]:
    """Publish it to ``folder/site``; the files written, from there on."""
    written = publish_pages(folder / "site", pages(site), manifest=folder / "site.json")
    return [path.relative_to(folder / "site").as_posix() for path in written]


def fresh(tmp_path: Path, site: Small) -> dict[str, bytes]:
    """The files of a site published where there was none."""
    publish(tmp_path / "fresh", site)
    return every_file(tmp_path / "fresh" / "site")


def one(path: str, text: str = "some text", *, key: str = "k", stage: int = 1) -> SitePage:
    return SitePage(path=path, key=key, make=text.encode, stage=stage)


def put(folder: Path, *files: SitePage) -> list[str]:
    written = publish_pages(folder / "site", files, manifest=folder / "site.json")
    return [path.relative_to(folder / "site").as_posix() for path in written]


def every_file(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def faults(site: Path) -> list[str]:
    """What is wrong with the pages on disk: halves, and links that lead nowhere."""
    return [fault for page in sorted(site.rglob("*.html")) for fault in _faults(site, page)]


def _faults(site: Path, page: Path) -> Iterator[str]:
    place = page.relative_to(site).as_posix()
    text = page.read_text("utf-8")
    if not text.endswith("</html>\n"):
        yield f"{place} is not whole"
    for address in addresses(text):
        parts = urlsplit(address)
        target = normpath(join(dirname(place), unquote(parts.path)))
        if parts.path and not parts.scheme and not (site / target).is_file():
            yield f"{place} leads to {target}"


def addresses(text: str) -> list[str]:
    """Every ``href`` and ``src`` of a page."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value for name, value in attrs if name in {"href", "src"} and value)

    Reader().feed(text)
    return found
