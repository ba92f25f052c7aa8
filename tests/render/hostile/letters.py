# ruff: noqa: E501  what is nasty is long
"""Characters: those nobody sees, those that change what others say, and the scripts of the world.

Those that no file should hold are written as escapes here.
"""

from __future__ import annotations

from tests.render.hostile.nasty import Nasty

_C0 = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))
_C1 = "".join(map(chr, range(0x80, 0xA0)))
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
_TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all that was said")
_ZALGO = "".join(letter + "\u0301\u0316\u0489\u0337\u035c" * 12 for letter in "zalgo comes")
_CJK = "能源价格上限将于明年一月下调，约两千九百万户家庭受益。监管机构表示，这一变化反映了批发价格的下降。"
_ARABIC = "وقّعت خمس دول اتفاقاً لحماية الكابلات البحرية في الخليج، بعد ثلاث سنوات من المفاوضات. "
_HEBREW = "הוועדה החליטה ביום שלישי לדחות את ההצבעה על התקציב עד לאחר החגים. "

LETTERS: tuple[Nasty, ...] = (
    Nasty(
        name="controls-c0",
        why="NUL, bell, escape: XML forbids them, terminals obey them",
        html=f"<p>be{_C0}low \x1b[31mred\x1b]0;title\x07 \x08\x08</p>",
        title=f"Be\x00low {_C0} zero",
    ),
    Nasty(
        name="controls-c1",
        why="one of them makes Gmail clip a tiny mail",
        html=f"<p>be{_C1}yond \x92quoted\x93 and \x85 next</p>",
        title=f"Be\x92yond {_C1}ascii",
    ),
    Nasty(
        name="controls-as-entities",
        why="the same, written as numbers",
        html="<p>" + "".join(f"&#{number};&#x{number:x};" for number in [*range(32), *range(127, 160)]) + "numbers</p>",
    ),
    Nasty(
        name="surrogates",
        why="half a character: no encoding has it",
        html="<p>half \ud800 a \udfff character \ud83d</p>",
        title="Half \ud83d a character",
    ),
    Nasty(
        name="noncharacters",
        why="code points that are no characters",
        html="<p>non \ufffe\uffff\ufdd0\U0001ffff\U0010ffff char \ufffd</p>",
        title="Not \ufdd0 a \uffff character",
    ),
    Nasty(
        name="bidi-overrides",
        why="text that reads as something else",
        html=f"<p>pay \u202e000,1\u202c euros {_BIDI} exe.\u202egpj</p>",
        title="Report \u202egnp.exe and \u2067more",
    ),
    Nasty(
        name="bidi-unclosed",
        why="an isolate never closed turns all that follows",
        html="<p>\u2067\u2067\u2067\u202b\u202b\u202b never closed</p><p dir=rtl>rtl</p><p dir=bogus>b</p><bdo dir=rtl>turned round</bdo><div dir=rtl><p>left open",
        title="\u2067\u202eNever closed",
    ),
    Nasty(
        name="bidi-in-url",
        why="an address that reads as another",
        url="https://source.example/\u202egpj.elif",
        html="<p><a href='https://source.example/\u202egpj.elif'>https://bank.example/</a></p>",
    ),
    Nasty(
        name="zero-width",
        why="words with nothing in them",
        html="<p>" + "in\u200bvis\u200cib\u200dle\u2060\ufeff\u00ad\u180e\u034f" * 80 + "</p>",
        title="\u200b\u200b\ufeff Nothing \u200d\u2060 to see",
    ),
    Nasty(name="title-invisible", why="a headline that nobody sees", title="\u200b\u2060\u00ad\u3164\u2800"),
    Nasty(name="title-empty", why="no headline", title=" \t\n "),
    Nasty(name="title-of-marks", why="a headline without a letter", title="!!! *** --- ### ??? …"),
    Nasty(
        name="title-line-ends",
        why="a header of one's own, if the subject is taken from it",
        title="Hello\r\nBcc: all@leak.example\r\n\r\n<script>alert(1)</script>\u2028more\u2029end\x0bx\x85y",
    ),
    Nasty(
        name="tag-characters",
        why="words only a machine reads",
        html=f"<p>Plain{_TAGS} words</p>",
        title=f"Plain{_TAGS}",
    ),
    Nasty(
        name="annotations",
        why="interlinear annotations, and an object that is not there",
        html="<p>\ufff9base\ufffaruby\ufffb and \ufffc object</p>",
    ),
    Nasty(
        name="private-use",
        why="letters of nobody's alphabet",
        html="<p>\ue000\uf8ff\U000f0000\U0010fffd private</p>",
        title="\uf8ff Inc.",
    ),
    Nasty(name="zalgo", why="marks that climb over the lines above", html=f"<p>{_ZALGO}</p>", title=_ZALGO[:400]),
    Nasty(
        name="marks-10000",
        why="one letter with ten thousand accents: one grapheme",
        html="<p>a" + "\u0301" * 10_000 + " b</p>",
    ),
    Nasty(
        name="tall-letters",
        why="the widest and the tallest there are",
        html="<p>" + "\ufdfd\u2e3b\U00012031\u0bcc" * 60 + "</p>",
        title="\ufdfd" * 30,
    ),
    Nasty(
        name="emoji",
        why="sequences of many code points, flags, skin, families",
        html="<p>"
        + "👩\u200d👩\u200d👧\u200d👦🏳\ufe0f\u200d🌈👍🏽🇪🇺1\ufe0f\u20e3🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
        * 60
        + "</p>",
        title="👩\u200d👩\u200d👧\u200d👦 " * 20,
    ),
    Nasty(
        name="cjk",
        why="no blanks, each character two columns",
        html=f"<p>{_CJK * 30}</p><p>「{'漢' * 200}」。{'、' * 90}</p>",
        title=_CJK,
    ),
    Nasty(
        name="japanese-ruby",
        why="readings above the words",
        html="<p>" + "<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>" * 60 + "ﾊﾝｶｸ" * 90 + "</p>",
        title="ｶﾞ" * 60,
    ),
    Nasty(
        name="hangul-jamo",
        why="syllables in parts",
        html="<p>" + "\u1112\u1161\u11ab" * 300 + "한국어 문장입니다. " * 40 + "</p>",
    ),
    Nasty(
        name="thai",
        why="no blanks, and one column a letter",
        html="<p>" + "คณะกรรมการเห็นชอบงบประมาณ" * 60 + "</p>",
        title="คณะกรรมการเห็นชอบงบประมาณ" * 4,
    ),
    Nasty(
        name="arabic",
        why="from the right, joined letters",
        html=f"<p>{_ARABIC * 12}</p><ul><li>{_ARABIC}</li></ul><blockquote>{_ARABIC}</blockquote><pre>{_ARABIC * 3}</pre>",
        title=_ARABIC,
    ),
    Nasty(
        name="hebrew",
        why="from the right, with Latin words and numbers in it",
        html=f"<p>{_HEBREW * 9} ISO 27001 (2022) https://source.example/a/b {_HEBREW}</p><table><tr><th>{_HEBREW}</th><td>12</td></tr></table>",
        title=_HEBREW + "NATO 2%",
    ),
    Nasty(
        name="mixed-scripts",
        why="all of them in a line",
        html=f"<p>{_CJK}{_ARABIC}{_HEBREW}Ελληνικά हिन्दी ქართული Ընկեր {_ARABIC * 4}</p>",
        title="Ελληνικά 能源 عربي हिन्दी עברית",
    ),
    Nasty(
        name="devanagari", why="clusters that must not be broken", html="<p>" + "क्षत्रिय" * 120 + "स्त्रीत्व " * 60 + "</p>"
    ),
    Nasty(
        name="url-confusable",
        why="letters of another alphabet in an address",
        url="https://аррle.example/login",
        html='<p><a href="https://аррle.example/">apple.example</a> <a href="https://xn--80ak6aa92e.example/">x</a></p>',
    ),
    Nasty(
        name="url-userinfo",
        why="what stands before the @ is no host",
        url="https://www.bank.example@leak.example/login",
        html='<p><a href="https://bank.example:pass@leak.example/">bank.example</a> https://bank.example%40leak.example/</p>',
    ),
    Nasty(
        name="url-odd",
        why="numbers, ports, dots, brackets, blanks, fragments",
        html="".join(
            f'<p><a href="{url}">odd</a></p>'
            for url in [
                "http://0x7f.1/",
                "http://[::1]:99999/",
                "https://source.example:0/",
                "https://source.example./..//..\\x",
                "http://①②③.example/",
                "https://source.example/%00%0d%0aBcc:x",
                "https://source.example/a b\tc\nd",
                "HTTPS://SOURCE.EXAMPLE/#~:text=x",
                "https://source.example/(a(b)c)[d]<e>",
                "https://source.example/`${1}`",
            ]
        ),
    ),
    Nasty(
        name="mailto-odd",
        why="a mail that writes itself",
        html='<p><a href="mailto:a@b.example?bcc=all@leak.example&body=x%0d%0ay&attach=/etc/passwd">write</a> <a href="mailto:">empty</a> <a href="mailto:a b@c">bad</a></p>',
    ),
    Nasty(
        name="quotes-typed",
        why="every quotation mark there is",
        html="<p>“‘«‹„‚\"'`´′″＂＇\u02bc» </p>",
        title="“He said \"it's 'done'\"” & <so> on",
    ),
    Nasty(
        name="mathematical",
        why="letters that look like others",
        html="<p>𝓣𝓱𝓮 𝕼𝖚𝖎𝖈𝖐 𝘉𝘳𝘰𝘸𝘯 ᴀᴅᴍɪɴ ＦＵＬＬＷＩＤＴＨ " * 30 + "</p>",
        title="𝓣𝓱𝓮 𝕼𝖚𝖎𝖈𝖐 𝘉𝘳𝘰𝘸𝘯 ＦＵＬＬＷＩＤＴＨ",
    ),
)
