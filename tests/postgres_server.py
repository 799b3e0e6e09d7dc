"""A PostgreSQL server of a test's own: the machine's binaries, its own folder, a free port on loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

# Debian keeps the server's binaries off the path.
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name))


@dataclass(frozen=True)
class PostgresServer:
    """A server that runs; its owner is `tidemark`, who needs no password here."""

    port: int

    def url(self, database: str = "tidemark", user: str = "tidemark") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def odbc(self, user: str) -> str:
        """What ODBC's programs are given, with Debian's name of the driver."""
        driver, host = "DRIVER={PostgreSQL Unicode}", f"SERVER=127.0.0.1;PORT={self.port}"
        return f"{driver};{host};DATABASE=tidemark;UID={user}"


def binary(name: str) -> str:
    """One of the server's programs; without it the test fails and says what to install."""
    found = shutil.which(name, path=os.pathsep.join([*map(str, FOLDERS), os.environ["PATH"]]))
    if not found:
        raise AssertionError(
            f"Expected PostgreSQL's {name}, found none: on Debian, `apt install postgresql`."
        )
    return found


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A new, empty server with the database `tidemark`, stopped and deleted at the end."""
    # PostgreSQL refuses to run as root: its Debian package has a user for it.
    owner = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="tidemark-postgres-"))
    if owner:
        shutil.chown(folder, owner, owner)

    def run(*command: str) -> None:
        done = subprocess.run(
            command, user=owner, group=owner, extra_groups=[] if owner else None, cwd=folder,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    data, log = str(folder / "data"), str(folder / "server.log")
    listen = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        run(binary("initdb"), "-D", data, "-U", "tidemark", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        run(binary("pg_ctl"), "-D", data, "-l", log, "-o", listen, "-w", "start")
        try:
            run(binary("createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "tidemark", "tidemark")
            yield PostgresServer(port)
        finally:
            run(binary("pg_ctl"), "-D", data, "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(folder)
