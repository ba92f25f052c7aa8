"""An issue file, and the ways in which editors, programs and accidents break it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ISSUE = """\
---
issue: 2026-W47
title: The Trial
subject: Nine years for a cable
base: 00000000  # which generated version this file started from; leave it alone
---

A few words.

## World

### Wind farms wait {#s-00000001}

They wait for nine years.

Sources:

- [Grid Watch](https://gridwatch.example/wind), 17 November 2026 {#e-aaaaaaaaaaaa}
- also [Harbour Review](https://harbour.example/wind), 18 November 2026 {#e-bbbbbbbbbbbb}

## Energy

### A town heats itself {#s-00000002}

With sea water.

Sources:

- [Grid Watch](https://gridwatch.example/heat), 16 November 2026 {#e-cccccccccccc}

## Next week

## Candidates

### New network charges {#s-00000003}

Sources:

- [Grid Watch](https://gridwatch.example/charges), 15 November 2026 {#e-dddddddddddd}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to break a file."""

    name: str
    break_it: Callable[[bytes], bytes]
    line: int  # that the message names; 0: it is repaired, see ``says``
    says: str  # a part of the message; of a repair, what digest does


def swap(old: str, new: str, *, count: int = 1) -> Callable[[bytes], bytes]:
    """Put other words in place of some that are there."""

    def change(data: bytes) -> bytes:
        assert old.encode() in data, old
        return data.replace(old.encode(), new.encode(), count)

    return change


def add(text: str) -> Callable[[bytes], bytes]:
    return lambda data: data + text.encode()


def recode(encoding: str) -> Callable[[bytes], bytes]:
    return lambda data: data.decode().replace("few", "fëw").encode(encoding)


WIND = "### Wind farms wait {#s-00000001}"
LEAD = "- [Grid Watch](https://gridwatch.example/wind), 17 November 2026 {#e-aaaaaaaaaaaa}"
COPY = f"\n### A copy\n\nSources:\n\n{LEAD}\n"

REFUSED = (
    # The front matter
    Way(name="an empty file", break_it=lambda _: b"", line=1, says="expected ---"),
    Way(name="nothing but blank lines", break_it=lambda _: b"\n \n", line=1, says="expected ---"),
    Way(name="a blank line above the front matter", break_it=lambda data: b"\n" + data, line=1, says="expected ---"),
    Way(name="the opening line of the front matter deleted", break_it=swap("---\n", ""), line=1, says="expected ---"),
    Way(
        name="the closing line of the front matter deleted",
        break_it=swap("alone\n---\n", "alone\n"),
        line=1,
        says="never closed",
    ),
    Way(name="a front matter of TOML", break_it=swap("---", "+++", count=2), line=1, says="expected ---"),
    Way(name="a front matter closed as YAML may be", break_it=swap("\n---", "\n..."), line=1, says="never closed"),
    Way(name="an indented key", break_it=swap("title:", "  title:"), line=3, says="begins with a blank"),
    Way(
        name="a folded value", break_it=swap("subject: Nine", "subject: >\n  Nine"), line=5, says="begins with a blank"
    ),
    Way(
        name="a list in the front matter", break_it=swap("title:", "- x\ntitle:"), line=3, says="expected `key: value`"
    ),
    Way(name="a key misspelt", break_it=swap("subject:", "subejct:"), line=4, says="subejct is no key"),
    Way(name="a key twice", break_it=swap("base:", "subject: B\nbase:"), line=5, says="subject stands twice"),
    Way(name="the base doubled", break_it=swap("base:", "base: 11111111\nbase:"), line=6, says="base stands twice"),
    Way(name="no name", break_it=swap("issue: 2026-W47\n", ""), line=1, says="does not name the issue"),
    Way(
        name="a name that leads out of the folder",
        break_it=swap("2026-W47", "../x"),
        line=2,
        says="no name of an issue",
    ),
    Way(
        name="the name of another issue",
        break_it=swap("2026-W47", "2026-W48"),
        line=2,
        says="says it is issue 2026-W48",
    ),
    # Ids and options
    Way(
        name="a story's id twice",
        break_it=swap("s-00000002", "s-00000001"),
        line=23,
        says="stands twice (first in line 12)",
    ),
    Way(name="an entry's id twice", break_it=add(COPY), line=45, says="stands twice (first in line 18)"),
    Way(
        name="an entry twice in one story", break_it=swap("bbbbbbbbbbbb", "aaaaaaaaaaaa"), line=19, says="stands twice"
    ),
    Way(name="two ids in one heading", break_it=swap("00001}", "00001 #s-00000009}"), line=12, says="here are two"),
    Way(name="braces never closed", break_it=swap("s-00000001}", "s-00000001"), line=12, says="never closed"),
    Way(
        name="braces of a source never closed",
        break_it=swap("aaaaaaaaaaaa}", "aaaaaaaaaaaa"),
        line=18,
        says="never closed",
    ),
    Way(
        name="braces never opened",
        break_it=swap("{#s-00000001}", "#s-00000001}"),
        line=12,
        says="braces around #s-00000001",
    ),
    Way(
        name="braces of a source never opened", break_it=swap("{#e-aa", "#e-aa"), line=18, says="braces around #e-aaaa"
    ),
    Way(
        name="two pairs of braces", break_it=swap("00001}", "00001} {.pin}"), line=12, says="stands where none is read"
    ),
    Way(
        name="words behind the braces",
        break_it=swap("00001}", "00001} (new)"),
        line=12,
        says="stands where none is read",
    ),
    Way(
        name="a comment behind the braces",
        break_it=swap("00001}", "00001} <!-- ? -->"),
        line=12,
        says="where none is read",
    ),
    Way(name="an unknown option", break_it=swap("00001}", "00001 .pinn}"), line=12, says="'.pinn' is neither"),
    Way(name="an id made up", break_it=swap("s-00000001", "wind"), line=12, says="'#wind' is neither"),
    Way(name="an id in capitals", break_it=swap("#s-00000001", "#S-00000001"), line=12, says="is neither"),
    Way(
        name="options that contradict each other",
        break_it=swap("00001}", "00001 .full .headline}"),
        line=12,
        says=".headline and .full contradict",
    ),
    Way(
        name="a character without width in an id",
        break_it=swap("s-0000", "s-\u200b0000"),
        line=12,
        says="in it stands U+200B ZERO WIDTH SPACE",
    ),
    Way(
        name="a character without width in an entry's id",
        break_it=swap("e-aaaa", "e-\u2060aaaa"),
        line=18,
        says="in it stands U+2060 WORD JOINER",
    ),
    Way(
        name="a character without width behind the braces",
        break_it=swap("00001}", "00001}\u200b"),
        line=12,
        says="hard to see: U+200B",
    ),
    # Headings
    Way(
        name="a story before the first section",
        break_it=swap("## World\n\n", ""),
        line=10,
        says="before the first section",
    ),
    Way(
        name="a story's heading a level too deep",
        break_it=swap(WIND, f"#{WIND}"),
        line=12,
        says="{#s-00000001} stands where",
    ),
    Way(name="a story's heading a level too high", break_it=swap(WIND, WIND[1:]), line=12, says="where none is read"),
    Way(
        name="no blank behind a section's hashes",
        break_it=swap("## Energy", "##Energy"),
        line=21,
        says="no blank behind ##",
    ),
    Way(
        name="no blank behind a story's hashes",
        break_it=swap("### A town", "###A town"),
        line=23,
        says="no blank behind ###",
    ),
    Way(
        name="a character without width before the hashes",
        break_it=swap("## Energy", "\u200b## Energy"),
        line=21,
        says="hard to see: U+200B",
    ),
    Way(name="a section without a name", break_it=swap("## Energy", "##"), line=21, says="a section without a name"),
    Way(
        name="a story without a headline",
        break_it=swap("### A town heats itself {", "### {"),
        line=23,
        says="without a headline",
    ),
    Way(
        name="a section as a top heading",
        break_it=swap("## Energy", "# Energy"),
        line=21,
        says="does not read ends the text",
    ),
    Way(
        name="a section underlined",
        break_it=swap("## Energy", "Energy\n------"),
        line=22,
        says="does not read ends the text",
    ),
    Way(
        name="a section underlined twice",
        break_it=swap("## Energy", "Energy\n======"),
        line=22,
        says="does not read ends",
    ),
    Way(
        name="a heading pulled into the line above",
        break_it=swap(f"\n\n{WIND}", f" {WIND}"),
        line=10,
        says="where none is read",
    ),
    # Sources
    Way(
        name="the line Sources: deleted",
        break_it=swap(
            "Sources:\n\n- [Grid Watch](https://gridwatch.example/wind)",
            "- [Grid Watch](https://gridwatch.example/wind)",
        ),
        line=16,
        says="{#e-aaaaaaaaaaaa} stands where",
    ),
    Way(
        name="the bullet of a source deleted",
        break_it=swap("- [Grid Watch](https://gridwatch.example/w", "[Grid Watch](https://gridwatch.example/w"),
        line=18,
        says="stands where none is read",
    ),
    Way(
        name="a source moved above its list",
        break_it=swap("They wait for nine years.", LEAD.replace("a}", "f}")),
        line=14,
        says="stands where none is read",
    ),
    Way(
        name="a source wrapped by the editor",
        break_it=swap("17 November 2026 {", "17 November 2026\n  {"),
        line=19,
        says="stands where none is read",
    ),
    Way(
        name="words behind a source's braces",
        break_it=swap("aaaaaaaaaaaa}", "aaaaaaaaaaaa} (check)"),
        line=18,
        says="where none",
    ),
    Way(name="a link never closed", break_it=swap("example/wind), 17", "example/wind, 17"), line=18, says="not closed"),
    Way(
        name="two source lines joined",
        break_it=swap("aaaaaaaaaaaa}\n- also", "aaaaaaaaaaaa} - also"),
        line=18,
        says="where none",
    ),
    # Merges and programs
    Way(
        name="a merge conflict",
        break_it=swap("With sea", "<<<<<<< HEAD\nBy\n=======\nWith\n>>>>>>> her\nsea"),
        line=25,
        says="merge conflict",
    ),
    Way(
        name="a merge conflict of three",
        break_it=swap("With sea", "||||||| 1a2b\nBy\n=======\nWith\nsea"),
        line=25,
        says="merge conflict",
    ),
    Way(
        name="the separator left of a merge conflict",
        break_it=swap("With sea water.", "By\n=======\nWith sea water."),
        line=26,
        says="merge conflict",
    ),
    Way(
        name="two files in one",
        break_it=lambda data: data + data.replace(b"W47", b"W48"),
        line=40,
        says="a second issue",
    ),
    Way(
        name="two files in one, with a mark between",
        break_it=lambda data: data + b"\xef\xbb\xbf" + data,
        line=40,
        says="a second issue",
    ),
    Way(name="half saved, in a source", break_it=lambda data: data[: data.index(b"/heat")], line=29, says="not closed"),
    Way(name="half saved, in an id", break_it=lambda data: data[: data.index(b"002}")], line=23, says="never closed"),
    Way(name="half saved, in the front matter", break_it=lambda data: data[:40], line=1, says="never closed"),
    Way(name="UTF-16", break_it=recode("utf-16"), line=1, says="is not UTF-8"),
    Way(name="UTF-16 without a mark", break_it=lambda data: data.decode().encode("utf-16-le"), line=1, says="number 0"),
    Way(name="Latin-1", break_it=recode("latin-1"), line=8, says="is not UTF-8"),
    Way(name="a NUL", break_it=swap("nine years", "nine\0years"), line=14, says="number 0"),
    Way(name="the line ends of old Macs", break_it=lambda data: data.replace(b"\n", b"\r"), line=1, says="do not end"),
    Way(
        name="a code fence never closed", break_it=swap("They wait", "```\nThey wait"), line=14, says="``` opened here"
    ),
    Way(name="a comment never closed", break_it=swap("They wait", "<!-- They wait"), line=14, says="<!-- opened here"),
    Way(
        name="a comment closed by the next one",
        break_it=swap("They wait for nine years.", "<!-- They\n\n<!-- x -->"),
        line=14,
        says="<!-- opened here",
    ),
    Way(
        name="a preformatted text never closed",
        break_it=swap("They wait", "<pre>\nThey wait"),
        line=14,
        says="<pre> opened",
    ),
)

REPAIRED = (
    Way(name="the line ends of Windows", break_it=lambda data: data.replace(b"\n", b"\r\n"), line=0, says="same"),
    Way(name="line ends of both kinds", break_it=lambda data: data.replace(b"\n", b"\r\n", 12), line=0, says="same"),
    Way(name="a mark of byte order", break_it=lambda data: b"\xef\xbb\xbf" + data, line=0, says="same"),
    Way(name="no final line end", break_it=lambda data: data.rstrip(b"\n"), line=0, says="same"),
    Way(name="many final line ends", break_it=add("\n\n \n"), line=0, says="same"),
    Way(
        name="tabs behind the hashes", break_it=swap("## Energy\n\n### A", "##\tEnergy\n\n###\tA"), line=0, says="same"
    ),
    Way(
        name="a blank that does not break behind the hashes",
        break_it=swap("### A town", "###\u00a0A town"),
        line=0,
        says="same",
    ),
    Way(
        name="a blank that does not break before the braces",
        break_it=swap("itself {", "itself\u00a0{"),
        line=0,
        says="same",
    ),
    Way(name="no blank before the braces", break_it=swap("itself {", "itself{"), line=0, says="same"),
    Way(name="blanks at the end of a heading", break_it=swap("00002}", "00002} \t"), line=0, says="same"),
    Way(name="closing hashes", break_it=swap("00002}", "00002} ###"), line=0, says="same"),
    Way(name="sources indented by the editor", break_it=swap("- also", "\t- also"), line=0, says="same"),
    Way(name="sources with other bullets", break_it=swap("- also", "* also"), line=0, says="same"),
    Way(name="sources in bold", break_it=swap("Sources:", "**Sources:**", count=3), line=0, says="same"),
    Way(name="the colon outside the bold", break_it=swap("Sources:", "**sources**:", count=3), line=0, says="same"),
    Way(
        name="the base deleted",
        break_it=swap("base: 00000000  # which generated version this file started from; leave it alone\n", ""),
        line=0,
        says="same",
    ),
    Way(name="a base that nobody knows", break_it=swap("base: 00000000", "base: hello"), line=0, says="same"),
    Way(
        name="Candidates in bold, with a colon",
        break_it=swap("## Candidates", "## **Candidates:**"),
        line=0,
        says="same",
    ),
    Way(
        name="Candidates twice",
        break_it=swap("### New network", "## Candidates\n\n### New network"),
        line=0,
        says="same",
    ),
    Way(
        name="Candidates deleted", break_it=swap("## Candidates\n\n", ""), line=0, says="the story waits for next week"
    ),
    Way(
        name="an emoji in a headline", break_it=swap("### A town", "### 🔥 A town"), line=0, says="the headline has it"
    ),
    Way(name="a section called like another", break_it=swap("## Energy", "## World"), line=0, says="two sections"),
    Way(
        name="a source that leads nowhere",
        break_it=swap("(https://gridwatch.example/heat)", "()"),
        line=0,
        says="the name is printed without a link",
    ),
    Way(
        name="a smaller heading under a section",
        break_it=swap(
            "### A town heats itself {#s-00000002}\n", "#### In short\n\n### A town heats itself {#s-00000002}\n"
        ),
        line=0,
        says="it is text",
    ),
    Way(
        name="HTML never closed", break_it=swap("With sea water.", "<div>\nWith sea water."), line=0, says="it is text"
    ),
    Way(
        name="a link in a text never closed",
        break_it=swap("With sea water.", "With [sea](https://x water."),
        line=0,
        says="it is text",
    ),
)
