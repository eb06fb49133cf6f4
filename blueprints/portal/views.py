"""The views of the portal, one file per subject: importing them attaches them to the blueprint."""

import blueprints.portal.home
import blueprints.portal.items
import blueprints.portal.lists
import blueprints.portal.sales
import blueprints.portal.takeover
import blueprints.portal.validation  # noqa: F401
