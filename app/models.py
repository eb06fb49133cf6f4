"""Every table, imported in one place so that migrations and mappers know them all."""

from app.accounts import models as accounts
from app.core import audit, mail
from app.core.db import db
from app.deposits import models as deposits
from app.editions import models as editions
from app.labels import models as labels
from app.monitoring import models as monitoring
from app.operations import models as operations
from app.payouts import models as payouts
from app.sales import models as sales

AREAS = (audit, mail, accounts, editions, deposits, labels, sales, payouts, operations, monitoring)
ALL_TABLES = db.metadata.tables
