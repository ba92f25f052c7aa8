"""How fast mail leaves, beside smtplib and aiosmtplib: python tests/bench/send.py [--json].

All three hand the same 60 KB messages to the same sink, in turn, round after round; digest keeps its ledger. Needs
aiosmtplib (`pip install --group bench`). Prints

    send_per_s               digest, 8 connections, the ledger on
    send_vs_smtplib8         that, over smtplib with 8 threads
    send_cpu_us, smtplib8_cpu_us  microseconds of a core that each took for a message, whatever else the machine did
    send_20ms_vs_aiosmtplib32  both with 32 connections and a server that answers after 20 ms
    splice_per_s             messages made in a second of one core
    splice_vs_emailmessage   that, over EmailMessage.as_bytes(policy.SMTP) in quoted-printable
    dkim_rsa_us, dkim_ed25519_us  microseconds to sign one, if the extra dkim is installed
    rss_mb                   the most memory of `digest send` to a list of --people, until 20,000 have it
    load                     the machine's load average before it began

each the median of the rounds; the ratios are of the same round, so another load on the machine weighs on both.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import itertools
import json
import os
import signal
import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from digest.deliver.delivery import deliver
from digest.deliver.ledger import Ledger
from digest.deliver.message import personal
from digest.deliver.smtp import Transport
from digest.deliver.splice import Splice
from digest.deliver.stamp import Recipient
from digest.deliver.watch import Watch
from digest.model import Delivery
from digest.store.database import open_store
from tests.bench.sending.brief import make_brief
from tests.bench.sending.letters import NOON, fill, letter, open_mailing, settings, sink, stamp

ROOT = Path(__file__).parents[2]
MESSAGES = 20_000  # sent while memory is measured
KILOBYTE = 1024 if sys.platform == "darwin" else 1  # of ru_maxrss
SENDER = "brief@harbour.example"
STORE = "sqlite:///state/digest.db"


class Clock:
    """Always noon: how late it is, nobody here asks."""

    def now(self):  # type: ignore[no-untyped-def]
        return NOON


def make_splice(port: int, mailing_id: str = "bench") -> Splice:
    return Splice(letter(), stamp(settings(port, 1), mailing_id), date=NOON)


def reader(number: int) -> Recipient:
    return Recipient(subscriber_id=number, address=f"reader.{number}@readers.example", name=f"Reader {number}")


# --- the three senders ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast one sender was."""

    per_s: float  # messages
    cpu_us: float  # of this process for each, whatever else the machine does


def digest(port: int, connections: int, seconds: float, people: int) -> Pace:
    """``deliver``, with a new ledger, until the time is over."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(STORE, Path(folder))
        fill(store, people)
        with Ledger(store) as ledger, Transport(settings(port, connections), root=Path(folder)) as transport:
            mailing = open_mailing(ledger)
            splice, watch, seen = make_splice(port, mailing.id), Watch(), itertools.count(1)
            begin, cpu, sent = time.perf_counter(), time.process_time(), 0

            def on_delivery(_: Delivery) -> None:
                nonlocal sent
                sent = next(seen)
                if time.perf_counter() - begin > seconds:
                    watch.halt("the time is over")

            deliver(
                ledger, transport,
                lambda row: splice.message(
                    Recipient(subscriber_id=row.subscriber_id, address=row.address, name=row.name)
                ),
                mailing, owner="bench:1", clock=Clock(), on_delivery=on_delivery, watch=watch,
                return_path=stamp(settings(port, 1), mailing.id).envelope_sender,
            )  # fmt: skip
            pace = paced(sent, begin, cpu)
        store.close()
    return pace


def paced(sent: int, begin: float, cpu: float) -> Pace:
    """What came of so many messages since these moments of the two clocks."""
    wall, spent = time.perf_counter() - begin, time.process_time() - cpu
    return Pace(per_s=sent / wall, cpu_us=spent / max(1, sent) * 1e6)


def with_smtplib(port: int, connections: int, seconds: float) -> Pace:
    """As many threads with a connection each."""
    splice, numbers, done = make_splice(port), itertools.count(1), [0] * connections
    begin, cpu = time.perf_counter(), time.process_time()

    def work(place: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, "localhost") as client:
            while time.perf_counter() - begin < seconds:
                recipient = reader(next(numbers))
                client.sendmail(SENDER, [recipient.address], splice.message(recipient))
                done[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return paced(sum(done), begin, cpu)


def with_aiosmtplib(port: int, connections: int, seconds: float) -> Pace:
    """As many tasks with a connection each."""
    import aiosmtplib

    splice, numbers, done = make_splice(port), itertools.count(1), [0] * connections

    async def work(place: int, begin: float) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            while time.perf_counter() - begin < seconds:
                recipient = reader(next(numbers))
                await client.sendmail(SENDER, [recipient.address], splice.message(recipient))
                done[place] += 1

    async def run() -> Pace:
        begin, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work(place, begin) for place in range(connections)))
        return paced(sum(done), begin, cpu)

    return asyncio.run(run())


# --- making the message ----------------------------------------------------------------------------------------


def cpu_each(make: Callable[[int], object], count: int) -> float:
    """Seconds of this thread's processor for one."""
    begin = time.thread_time()
    for number in range(count):
        make(number)
    return (time.thread_time() - begin) / count


def with_email_message(number: int) -> bytes:
    """The same letter by the standard library alone."""
    mail, chosen = letter(), settings(25, 1)
    who = personal(stamp(chosen, "bench"), reader(number))
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = chosen.newsletter.sender, who.to, mail.subject
    message["Message-ID"], message["List-Unsubscribe"] = who.message_id, who.list_unsubscribe
    for text, subtype in ((mail.text, "plain"), (mail.html, "html")):
        filled = text.replace("@@unsubscribe@@", who.link).replace("@@name|reader@@", who.name)
        add = message.set_content if subtype == "plain" else message.add_alternative
        add(filled, subtype=subtype, cte="quoted-printable")
    return message.as_bytes()


def signing() -> dict[str, float]:
    """What a signature costs, in microseconds of a core; nothing without the extra."""
    if importlib.util.find_spec("cryptography") is None:
        return {}
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    from digest.deliver.dkim import Signer

    keys: dict[str, Any] = {
        "dkim_rsa_us": rsa.generate_private_key(65537, 2048),
        "dkim_ed25519_us": ed25519.Ed25519PrivateKey.generate(),
    }
    message, told = make_splice(25).message(reader(1)), {}
    with tempfile.TemporaryDirectory() as folder:
        for name, key in keys.items():
            path = Path(folder) / name
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            signer = Signer(path, domain="harbour.example", selector="tide")
            told[name] = round(cpu_each(lambda _, signer=signer: signer.signed(message, when=NOON), 300) * 1e6, 1)  # type: ignore[misc]
    return told


# --- memory ----------------------------------------------------------------------------------------------------


def memory(people: int) -> float:
    """The most megabytes `digest send` had while it froze a list of so many and sent the first messages to it."""
    with tempfile.TemporaryDirectory() as folder:
        root, log = Path(folder) / "brief", Path(folder) / "sink.log"
        with sink(log=log) as port:
            issue = make_brief(root, port=port, connections=8, people=people)
            command = [sys.executable, "-m", "digest", "-C", str(root), "-q", "send", issue, "--yes"]
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while people > MESSAGES and not (log.exists() and log.read_bytes().count(b"\n") >= MESSAGES):
                time.sleep(0.1)
                if process.poll() is not None:
                    raise RuntimeError(f"digest send: ended with exit code {process.returncode}")
            if people > MESSAGES:
                process.send_signal(signal.SIGINT)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in {0, 130}:
                raise RuntimeError(f"digest send: exit code {process.returncode}")
    return round(used.ru_maxrss / 1024 / KILOBYTE, 1)


# --- the whole ---------------------------------------------------------------------------------------------------


def measure(seconds: float, rounds: int, people: int) -> dict[str, float]:
    """All figures."""
    load = os.getloadavg()[0]
    fast: list[tuple[Pace, Pace]] = []
    slow: list[tuple[Pace, Pace]] = []
    with sink() as port, sink(delay_ms=20) as far:
        for _ in range(rounds):
            listed = int(seconds * 6000) + 1000
            fast.append((digest(port, 8, seconds, listed), with_smtplib(port, 8, seconds)))
            slow.append((digest(far, 32, seconds, listed), with_aiosmtplib(far, 32, seconds)))
    splice = make_splice(25)
    spliced, built = [], []
    for _ in range(rounds):
        spliced.append(cpu_each(lambda number: splice.message(reader(number)), 2000))
        built.append(cpu_each(with_email_message, 20))
    pairs = zip(spliced, built, strict=True)
    return {
        "send_per_s": round(statistics.median(ours.per_s for ours, _ in fast), 1),
        "send_vs_smtplib8": round(statistics.median(ours.per_s / theirs.per_s for ours, theirs in fast), 2),
        "send_cpu_us": round(statistics.median(ours.cpu_us for ours, _ in fast), 1),
        "smtplib8_cpu_us": round(statistics.median(theirs.cpu_us for _, theirs in fast), 1),
        "send_20ms_vs_aiosmtplib32": round(statistics.median(ours.per_s / theirs.per_s for ours, theirs in slow), 2),
        "send_20ms_per_s": round(statistics.median(ours.per_s for ours, _ in slow), 1),
        "splice_per_s": round(1 / statistics.median(spliced), 1),
        "splice_vs_emailmessage": round(statistics.median(theirs / ours for ours, theirs in pairs), 1),
        **signing(),
        "rss_mb": memory(people),
        "message_bytes": len(splice.message(reader(1))),
        "load": round(load, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each sender in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--people", type=int, default=1_000_000, help="on the list whose sender's memory is measured")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    told = measure(given.seconds, given.rounds, given.people)
    print(json.dumps(told) if given.json else "\n".join(f"{name:28}{value:>12,}" for name, value in told.items()))


if __name__ == "__main__":
    main()
