"""Superset's settings: for one desk, on loopback, without a foreign host.

Superset reads this file itself, in its own environment (`SUPERSET_CONFIG_PATH`). What is on its dashboards is
in `dashboards/`; its folder, with the secret key and its own database, is `SUPERSET_HOME`.
"""

import logging
import os
import runpy
from pathlib import Path

from flask import Flask, Response, request

HOME = Path(os.environ["SUPERSET_HOME"])
# Written once by `make superset`. It signs sessions: without it, everybody is asked to log in again.
SECRET_KEY = (HOME / "secret_key").read_text(encoding="ascii")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}?check_same_thread=false"

# The serving copy changes by itself, so no result is kept. Superset opens it anew for each query.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
# One process: what it counts, it keeps in memory.
RATELIMIT_STORAGE_URI = "memory://"
# No workers beside the server: no reports by mail, no queries in the background.
CELERY_CONFIG = None

# At each page it warns of a picture that is not in its package.
LOG_LEVEL = logging.ERROR

# Rows of a chart, and of an answer in SQL Lab before it asks for more.
ROW_LIMIT = 50_000
SQL_MAX_ROW = 100_000
DEFAULT_SQLLAB_LIMIT = 1_000
SQLLAB_TIMEOUT = 60
SUPERSET_WEBSERVER_TIMEOUT = 60

# The browser may ask this server only. Superset's own list lets it ask its makers' counters and map servers.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    # Loopback has no certificate.
    "force_https": False,
    "session_cookie_secure": False,
}
ENABLE_CORS = False

# Every page counts its visitors with a picture from this address, and no setting is against it. The policy
# above refuses it, which the browser reports as an error on each page: an empty picture in its place is none.
PIXEL = b"https://apachesuperset.gateway.scarf.sh/pixel/"
EMPTY_PICTURE = b"data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==#"


def FLASK_APP_MUTATOR(app: Flask) -> None:
    """Leave the counter out of the scripts that are served."""

    @app.after_request
    def without_counter(response: Response) -> Response:
        if request.path.endswith(".js") and response.status_code == 200:
            response.direct_passthrough = False
            script = response.get_data()
            if PIXEL in script:
                response.set_data(script.replace(PIXEL, EMPTY_PICTURE))
        return response


APP_NAME = "Tidemark"
# Those of the dashboard, which the colour-blind can tell apart. Read by path: Tidemark is not installed here.
PALETTE = runpy.run_path(str(Path(__file__).parents[2] / "orchestration" / "palette.py"))["PALETTE"]
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "tidemark",
        "label": "Tidemark (colour-blind safe)",
        "description": "",
        "isDefault": True,
        "colors": list(PALETTE),
    }
]
