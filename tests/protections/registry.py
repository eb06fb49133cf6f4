"""For each fault scenario, the lines that make it hold and what stands there when they are taken away."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In `file`, `old` (which is there once) becomes `new`."""

    file: str
    old: str
    new: str = ""


@dataclass(frozen=True)
class Protection:
    """`scenario` of 3-till.md and what makes it hold. More than one edit: each alone would be enough."""

    scenario: int
    what: str
    edits: tuple[Edit, ...]


def _one(scenario: int, what: str, file: str, old: str, new: str = "") -> Protection:
    return Protection(scenario, what, (Edit(file, old, new),))


JS = "static/js/till/"
SALES = "app/sales/"
JOURNAL = SALES + "services/journal.py"
WORKER = "sw/worker.js"
STORED_VERDICT = ("if known is not None:", "if known is not None and not known:")
SHELL_FROM_CACHE = ("if (TILL_PAGE.test(url.pathname)) event", "if (false) event")
ANY_CONTENT = Edit(WORKER, 'redirect: "error", integrity', 'redirect: "error"')
WRITTEN_FIRST = (
    "journal.add(record),",
    'setTimeout(() => database.add("journal", record), 60000),',
)

PROTECTIONS = (
    _one(1, "a sale is on disk before it is shown as kept", JS + "journal.js", *WRITTEN_FIRST),
    _one(2, "the page comes from the cache when there is no server", WORKER, *SHELL_FROM_CACHE),
    _one(3, "the basket is kept at each change", JS + "counter.js", "this.till.keepBasket();"),
    _one(
        3,
        "the basket is given up only once the sale is kept",
        JS + "till.js",
        "const { lines, total } = this.basket.freeze();",
        "const { lines, total } = this.basket.freeze(); this.basket.clear(); this.keepBasket();",
    ),
    _one(4, "an entry that is known gets its stored verdict", JOURNAL, *STORED_VERDICT),
    _one(5, "an entry that is known gets its stored verdict", JOURNAL, *STORED_VERDICT),
    _one(
        6,
        "a request is given up after five seconds",
        JS + "server.js",
        "export const TIMEOUT = 5000;",
        "export const TIMEOUT = 600000;",
    ),
    _one(7, "the page comes from the cache before the server is asked", WORKER, *SHELL_FROM_CACHE),
    _one(
        8,
        "a turn that fails is a failure, whatever the network says",
        JS + "connection.js",
        "this.#failed(problem);\n    }",
        "this.#succeeded();\n    }",
    ),
    _one(
        9,
        "only a verdict that echoes uuid and hash counts",
        "sw/outbox.js",
        "const record = sent.get(`${verdict?.uuid} ${verdict?.hash}`);",
        "const record = entries[0];",
    ),
    _one(10, "what is sent again is not stored again", JOURNAL, *STORED_VERDICT),
    _one(
        11,
        "a till whose sign-in ended is told so",
        SALES + "services/devices.py",
        "vouched=login is None or (",
        "vouched=True or (",
    ),
    _one(
        12,
        "this browser's own unsent sales hold the sign-out back",
        "static/js/sign-out.js",
        "async function unsent(name) {",
        "async function unsent(name) {\n  return { count: 0 };",
    ),
    _one(
        13,
        "what devices still hold stops the next step of the edition",
        "app/operations/edition_facts.py",
        "which, TillDevice.pending_count > 0)",
        "which, TillDevice.pending_count < 0)",
    ),
    _one(
        14,
        "one tab holds the lock and sells",
        JS + "main.js",
        "navigator.locks.request(`bourse-till-${tillId}`, () => new Promise(() => start()));",
        "start();",
    ),
    _one(
        15,
        "a new version is offered only between two customers",
        JS + "update.js",
        "offer.hidden = !(registration?.waiting && isFree());",
        "offer.hidden = !registration?.waiting;",
    ),
    _one(
        16,
        "entries of the former format are read",
        SALES + "entries.py",
        "FORMATS = (1, 2)",
        "FORMATS = (2,)",
    ),
    Protection(
        17,
        "one bad file fails the whole install",
        (
            Edit(
                WORKER,
                "if (response.status !== 200 || response.redirected) throw new",
                "if (!response) throw new",
            ),
            ANY_CONTENT,
        ),
    ),
    Protection(
        18,
        "a redirect is never kept",
        (
            Edit(WORKER, 'cache: "reload", redirect: "error", integrity', 'cache: "reload"'),
            Edit(WORKER, " || response.redirected) throw", ") throw"),
        ),
    ),
    _one(19, "what could not be stored is said", JS + "counter.js", "      this.refuse(NOT_KEPT);\n"),
    _one(
        20, "numbers given out are noted a second time", JS + "till.js", "markWritten(this.id, record.seq);"
    ),
    _one(
        21,
        "the first paid sale owns the item",
        SALES + "rules.py",
        "return min(claims, default=None)",
        "return max(claims, default=None)",
    ),
    _one(
        22,
        "a jump of the clock is noticed",
        JS + "clock.js",
        "if (Math.abs(drift) > JUMP) jumped = true;",
    ),
    Protection(
        23,
        "a tie is decided by the till",
        (
            Edit(
                SALES + "rules.py",
                "from dataclasses import dataclass\n",
                "from dataclasses import dataclass, field\n",
            ),
            Edit(
                SALES + "rules.py", "    till_number: int\n", "    till_number: int = field(compare=False)\n"
            ),
        ),
    ),
    Protection(
        24,
        "an entry that cannot be read is set aside",
        (
            Edit(
                JOURNAL,
                "    except InvalidEntry as error:\n",
                "    except InvalidEntry as error:\n        raise\n",
            ),
            Edit(
                JOURNAL,
                "(SQLAlchemyError, DomainError, ValueError, ArithmeticError, LookupError)",
                "(SQLAlchemyError,)",
            ),
        ),
    ),
    _one(
        25,
        "a transaction whose locks clashed is done again",
        "app/core/db.py",
        "ATTEMPTS = 8",
        "ATTEMPTS = 1",
    ),
    Protection(
        26,
        "an entry proves its text and its till",
        (
            Edit(JOURNAL, "if hashlib.sha256(text).hexdigest() != received.hash:", "if not text:"),
            Edit(JOURNAL, "if not keys.is_signed(device.secret, text, received.mac):", "if not text:"),
            Edit(JOURNAL, "if entry.till_id != device.till_id:", "if not entry.till_id:"),
        ),
    ),
    _one(
        27,
        "a sale is stored at the price charged",
        SALES + "services/recording.py",
        '"price_cents": line.price_cents,',
        '"price_cents": items[line.code].price_cents,',
    ),
    _one(28, "the page comes from the cache after each reboot", WORKER, *SHELL_FROM_CACHE),
    _one(
        29,
        "an entry and its sale are one transaction",
        JOURNAL,
        "    db.session.add_all(rows)\n    db.session.flush()\n    return rows, flags",
        "    db.session.add_all(rows)\n    db.session.commit()\n    return rows, flags",
    ),
    Protection(
        30,
        "a server that begins another life is refilled",
        (
            Edit(
                "blueprints/sync/views.py", 'if data.get("epoch") not in (None, epoch):', "if data is None:"
            ),
            Edit(
                JS + "exchange.js",
                "const reborn = till.epoch !== null && epoch !== till.epoch;",
                "const reborn = false;",
            ),
            Edit(
                JS + "exchange.js",
                "const differs = this.agrees !== false && held !== (await this.#confirmed());",
                "const differs = false;",
            ),
        ),
    ),
    Protection(
        31,
        "an entry that is known is not taken in again",
        (
            Edit(JOURNAL, *STORED_VERDICT),
            Edit(
                SALES + "services/journal_import.py",
                "if entry.hash in here:",
                "if entry.hash in set():",
            ),
        ),
    ),
    _one(
        32,
        "the end of a scan reaches no button",
        JS + "scanner.js",
        "        event.preventDefault();\n        event.stopImmediatePropagation();\n",
    ),
    _one(33, "digits are read from the physical key", JS + "scanner.js", "if (physical) return physical[1];"),
    _one(
        34,
        "the digest is compared too",
        SALES + "services/reconciliation.py",
        "agrees = ours == said and not gaps",
        "agrees = (ours.count, ours.sum_cents) == (said.count, said.sum_cents) and not gaps",
    ),
    _one(
        35,
        "a catalogue replaces the one before only when it is whole",
        JS + "exchange.js",
        "const response = await fetchCatalogue(",
        "till.catalogue.edition = null;\n    const response = await fetchCatalogue(",
    ),
    _one(
        36,
        "a sale after its session says so",
        SALES + "rules.py",
        "elif session.closed_at is not None:",
        "elif session.closed_at == session.opened_at:",
    ),
)
