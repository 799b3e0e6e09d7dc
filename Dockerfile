# The web server, the daemon and the command line in one image; compose.yaml starts them (docs/deployment.md).
FROM python:3.12.12-slim-bookworm AS build
WORKDIR /opt/tidemark
RUN python -m venv .venv
ENV PATH=/opt/tidemark/.venv/bin:$PATH
# Alone, so that a change of the code installs nothing anew.
COPY requirements-deploy.lock ./
# Without dependencies, as the lock has all of them: pip takes an extra of one for a package without a pin.
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements-deploy.lock
COPY . .
# The dbt project is parsed here: the image is read-only where it runs.
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --editable . \
    && python -m compileall -q orchestration \
    && TIDEMARK_DATA=/tmp/data DAGSTER_DISABLE_TELEMETRY=yes tidemark prepare

FROM python:3.12.12-slim-bookworm
# The number is fixed, as the owner of the volumes' files.
RUN groupadd --gid 10001 tidemark \
    && useradd --uid 10001 --gid tidemark --no-create-home --home-dir /tmp --shell /usr/sbin/nologin tidemark \
    && install -d -o tidemark -g tidemark /data /data/archive /data/serving
WORKDIR /opt/tidemark
COPY --from=build /opt/tidemark ./
ENV PATH=/opt/tidemark/.venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TIDEMARK_DATA=/data \
    DAGSTER_HOME=/data/dagster \
    DAGSTER_DISABLE_TELEMETRY=yes \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:3000/server_info', timeout=5)"]
# Inside a container, loopback is the container's own: which addresses of the machine lead here, compose.yaml says.
CMD ["dagster-webserver", "--host", "0.0.0.0", "--port", "3000", "--workspace", "workspace.yaml"]
