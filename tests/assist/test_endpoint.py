"""Whatever stands at the other end, the key stays with the endpoint and the draft does not wait for it."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import trustme
from yarl import URL

from digest.assist.answer import Answer, Trouble
from digest.assist.asking import Line
from digest.assist.endpoint import ANSWER_BYTES, Endpoint, completions_url
from digest.assist.key import usable_key
from digest.config.assist import AssistSettings
from digest.config.table import table_of
from digest.errors import UsageError
from tests.assist.playing import Asked, Model, Reply, playing, says

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
MESSAGES = [{"role": "user", "content": "?"}]
KEY = "k-123456"


def ask(
    model: Model, *, url: str = "", key: str | None = KEY, proxy: str | None = None, times: int = 1, **given: object
) -> tuple[list[Answer | Trouble], list[float]]:
    """The same question several times, one after the other."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def run() -> list[Answer | Trouble]:
        settings = table_of(AssistSettings, {"url": url or model.url, "model": "small", "timeout_s": 5.0, **given})
        line = Line(key=key, now=NOW, sleep=sleep, proxy=URL(proxy) if proxy else None)
        async with Endpoint(settings, line) as endpoint:
            return [await endpoint.ask(MESSAGES) for _ in range(times)]

    return asyncio.run(run()), waits


def answer(play: Callable[[Asked, int], Reply], **given: object) -> tuple[Answer | Trouble, Model]:
    with playing(play) as model:
        (found, *_), waits = ask(model, **given)  # type: ignore[arg-type]
    model.waits = waits
    return found, model


def test_the_key_goes_out_as_a_bearer_token_and_nowhere_else() -> None:
    found, model = answer(lambda *_: says("Yes."))

    assert found == Answer(text="Yes.", sent=1)
    assert model.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert model.asked[0].path == "/v1/chat/completions"
    assert KEY not in json.dumps(model.asked[0].question)
    assert KEY not in repr(Line(key=KEY, now=NOW))


def test_without_a_key_none_is_sent() -> None:
    _, model = answer(lambda *_: says("Yes."), key=None)

    assert "authorization" not in model.asked[0].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_key_stays(status: int) -> None:
    with playing(lambda *_: says("Yes.")) as thief:
        found, model = answer(lambda *_: Reply(status=status, headers={"Location": f"{thief.url}/chat/completions"}))

    assert isinstance(found, Trouble)
    assert found.message == f"leads elsewhere (status {status}), where the key must not go"
    assert (len(model.asked), thief.asked) == (1, [])


def test_nor_does_netrc_put_in_another_login(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"  # type: ignore[operator]
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    _, model = answer(lambda *_: says("Yes."), key=None)

    assert "authorization" not in model.asked[0].headers


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://api.example.org/v1", "https://api.example.org/v1/chat/completions"),
        ("https://api.example.org/v1/", "https://api.example.org/v1/chat/completions"),
        ("https://api.example.org/v1/chat/completions", "https://api.example.org/v1/chat/completions"),
        ("https://api.example.org", "https://api.example.org/chat/completions"),
        ("https://api.example.org/v1?version=2", "https://api.example.org/v1/chat/completions?version=2"),
        ("http://[::1]:11434/v1", "http://[::1]:11434/v1/chat/completions"),
    ],
)
def test_the_address_of_the_api_may_be_written_in_several_ways(url: str, asked: str) -> None:
    assert str(completions_url(url)) == asked


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"{}", delay_s=30),
        Reply(b" " * 5_000, drip_s=0.02),
        Reply(head_drip_s=0.02),
        Reply(status=500, body=b" " * 5_000, drip_s=0.02),
    ],
    ids=["says nothing", "dribbles its answer", "dribbles a header", "dribbles its complaint"],
)
def test_a_slow_endpoint_is_left_when_its_time_is_over(reply: Reply) -> None:
    found, model = answer(lambda *_: reply, timeout_s=0.3)

    assert isinstance(found, Trouble)
    assert found.message == "no answer within 0.3 s"
    assert len(model.asked) <= 1, "a slow server is not asked again"


def test_all_questions_together_have_their_time_too() -> None:
    with playing(lambda *_: Reply(b"{}", delay_s=30)) as model:
        found, _ = ask(model, times=3, timeout_s=60, total_timeout_s=0.3)

    assert [one.message for one in found if isinstance(one, Trouble)] == [
        "all the time there is, 0.3 s, is over (total_timeout_s)"
    ] * 3
    assert len(model.asked) == 1


def test_a_wait_longer_than_the_time_left_is_not_begun() -> None:
    found, model = answer(lambda *_: Reply(status=429, headers={"Retry-After": "20"}), total_timeout_s=10)

    assert isinstance(found, Trouble)
    assert (len(model.asked), model.waits) == (1, [])


@pytest.mark.parametrize(
    ("header", "waits"),
    [
        ("7", [7.0, 7.0]),
        ("0", [0.0, 0.0]),
        ("Thu, 19 Nov 2026 11:59:00 GMT", [0.0, 0.0]),
        ("soon", [1.0, 2.0]),
        ("-5", [1.0, 2.0]),
        ("٣", [1.0, 2.0]),
        ("9" * 400, [1.0, 2.0]),
        ("Thu, 99 Nov 99999 11:59:00 GMT", [1.0, 2.0]),
    ],
)
def test_what_a_busy_endpoint_asks_for_is_given_if_it_makes_sense(header: str, waits: list[float]) -> None:
    found, model = answer(lambda *_: Reply(status=429, headers={"Retry-After": header.encode().decode("latin-1")}))

    assert isinstance(found, Trouble)
    assert found.sent == 3
    assert model.waits == waits


def test_a_model_that_takes_no_temperature_is_asked_without() -> None:
    def play(asked: Asked, _number: int) -> Reply:
        if "temperature" in asked.question:
            complaint = {"error": {"message": "Unsupported value: 'temperature' does not support 0 with this model."}}
            return Reply(json.dumps(complaint).encode(), status=400)
        return says("Yes.")

    with playing(play) as model:
        found, waits = ask(model, times=2)

    assert found == [Answer(text="Yes.", sent=2), Answer(text="Yes.", sent=1)]
    assert waits == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"error": {"message": "You exceeded your quota."}}', ": “You exceeded your quota.”"),
        (b'{"error": "no such model"}', ": “no such model”"),
        (f'{{"error": {{"message": "Incorrect API key provided: {KEY}."}}}}'.encode(),
         ": “Incorrect API key provided: ….”"),
        (b'{"error": {"message": "Incorrect API key provided: k-12****456."}}',
         ": “Incorrect API key provided: ….”"),
        (b'{"error": {"message": "\\u001b[31mRed\\nand\\tall"}}', ": “[31mRed and all”"),
        (b'{"error": {"message": 5}}', ""),
        (b"[" * 3_000, ""),
        (b"<html>Forbidden</html>", ""),
        (b"x" * 2_000_000, ""),
        (b"", ""),
    ],
)  # fmt: skip
def test_what_an_endpoint_complains_of_is_told_without_the_key(body: bytes, told: str) -> None:
    found, _ = answer(lambda *_: Reply(body, status=403))

    assert isinstance(found, Trouble)
    assert found.message == f"refused with status 403 (the key may not do this){told}"
    assert found.kind == "lasting"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(b" " * (ANSWER_BYTES + 1)), "the answer is far too long"),
        (Reply(b"x" * 2_000_000), "the answer is far too long"),
        (Reply(gzip.compress(b"x" * 10_000_000), headers={"Content-Encoding": "gzip"}), "the answer is compressed"),
    ],
)
def test_what_is_too_big_is_no_answer(reply: Reply, why: str) -> None:
    found, _ = answer(lambda *_: reply)

    assert isinstance(found, Trouble)
    assert found.message.startswith(why)


def test_an_endpoint_that_nobody_vouches_for_gets_no_key() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(tls)

    with playing(lambda *_: says("Yes."), tls=tls) as model:
        (found,), waits = ask(model)

    assert isinstance(found, Trouble)
    assert found.kind == "lasting"
    assert "certificate" in found.message.lower()
    assert (model.asked, waits) == ([], [])


def test_whoever_speaks_something_else_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            for _ in range(3):
                line, _ = server.accept()
                with line:
                    line.recv(65_536)
                    line.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        with playing(lambda *_: Reply()) as model:
            (found,), _ = ask(model, url=f"http://127.0.0.1:{server.getsockname()[1]}/v1")
        thread.join()

    assert isinstance(found, Trouble)
    assert found.message.startswith("cannot be reached: ")


KEY_SETTINGS = AssistSettings(url="https://api.example.org/v1", model="m", key_env="DIGEST_MODEL_KEY")


def test_the_key_is_found_where_the_settings_say() -> None:
    assert usable_key({"DIGEST_MODEL_KEY": " k "}, KEY_SETTINGS) == "k"
    assert usable_key({}, AssistSettings(url="https://api.example.org/v1", model="m")) is None


@pytest.mark.parametrize(
    ("environ", "wrong"),
    [
        ({}, "DIGEST_MODEL_KEY is not set"),
        ({"DIGEST_MODEL_KEY": " "}, "DIGEST_MODEL_KEY is not set"),
        ({"DIGEST_MODEL_KEY": "k\r\nX-Evil: 1"}, "more than one word of ASCII"),
        ({"DIGEST_MODEL_KEY": "schlüssel"}, "more than one word of ASCII"),
    ],
)
def test_a_key_that_cannot_be_used_is_an_error_that_says_what_to_do(environ: dict[str, str], wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong) as caught:
        usable_key(environ, KEY_SETTINGS)
    assert "[assist] key_env" in caught.value.message
    assert "--no-assist" in str(caught.value.hint)
    assert "schlüssel" not in caught.value.message
