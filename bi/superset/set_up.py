"""Set up Superset's own database: tables, roles, an administrator, and what is in the bundle.

Runs in Superset's environment, with `SUPERSET_HOME` and `SUPERSET_CONFIG_PATH` set. Steps may be repeated:
what was imported before is overwritten, what people made themselves stays, and so does the password.
"""

import argparse
import getpass
import io
import logging
import secrets
import sys
from contextlib import redirect_stdout
from pathlib import Path

from flask import g
from flask_migrate import upgrade

USER = "admin"


def password_for(user: str) -> str:
    """Ask for a new password twice, or make one up and print it, once: nobody keeps it in clear."""
    if sys.stdin.isatty():
        while given := getpass.getpass(f"A password for Superset's '{user}' (empty: one is made up): "):
            if given == getpass.getpass("Once more: "):
                return given
            print("These are not the same.")
    generated = secrets.token_urlsafe(15)
    print(f"Superset's user '{user}' has the password {generated}\nIt is not shown again.", flush=True)
    return generated


def main() -> None:
    """Bring Superset's database up to date and import the bundle as the administrator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path, help="A folder of YAML files, as Superset exports them")
    bundle: Path = parser.parse_args().bundle

    from superset.app import create_app

    # It tells of each of the hundreds of steps of its database, in the log and beside it; errors are raised.
    logging.disable(logging.WARNING)
    app = create_app()
    with app.app_context():
        # Only importable once there is an app.
        from superset import appbuilder, security_manager
        from superset.commands.importers.v1.assets import ImportAssetsCommand

        with redirect_stdout(io.StringIO()):
            upgrade(directory=str(Path(app.root_path) / "migrations"))
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        if security_manager.find_user(USER) is None:
            security_manager.add_user(
                USER, "Tidemark", "Admin", "admin@localhost", security_manager.find_role("Admin"),
                password=password_for(USER),
            )  # fmt: skip
        g.user = security_manager.find_user(USER)
        files = {
            file.relative_to(bundle).as_posix(): file.read_text(encoding="utf-8")
            for file in sorted(bundle.rglob("*.yaml"))
        }
        ImportAssetsCommand(files).run()


if __name__ == "__main__":
    main()
