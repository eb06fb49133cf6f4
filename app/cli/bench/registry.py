"""The measures there are. A new one is a module with one function and a line here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

from app.cli.bench.measures import Measure
from app.cli.bench.scratch import Setting

BenchFunction = Callable[[Setting], Iterator[Measure]]


@dataclass(frozen=True)
class Bench:
    """`function`: `module:name`; it builds its own data and yields each measure as soon as it has it."""

    title: str
    function: str


BENCHES = {
    "till": Bench("lire et encaisser à la caisse, dans Chromium", "app.cli.bench.till:measure_till"),
    "sales": Bench("8 caisses vendent pendant que 100 personnes lisent", "app.cli.bench.sales:measure_sales"),
    "resync": Bench(
        "toutes les caisses envoient leurs ventes gardées", "app.cli.bench.resync:measure_resync"
    ),
    "catalogue": Bench("les articles, du serveur à la caisse", "app.cli.bench.catalogue:measure_catalogue"),
    "labels": Bench("étiquettes en PDF, travail entier", "app.cli.bench.labels:measure_labels"),
    "slips": Bench("bordereaux en PDF, travail entier", "app.cli.bench.slips:measure_slips"),
    "import": Bench("import Billetweb, sans envoi de courriels", "app.cli.bench.imports:measure_import"),
    "pages": Bench("pages de chaque rôle, 100 personnes à la fois", "app.cli.bench.pages:measure_pages"),
    "growth": Bench("dix fois plus d’articles", "app.cli.bench.growth:measure_growth"),
}


def find_bench(name: str) -> BenchFunction:
    module, _, function = BENCHES[name].function.partition(":")
    found: BenchFunction = getattr(import_module(module), function)
    return found
