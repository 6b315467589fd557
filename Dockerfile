# Two stages: the first has the tools, the second only Python and what they made.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /build

# Every file that is installed is checked against a hash of the locks. What Goodword needs changes seldom,
# so it stands before the source: a new release then takes seconds.
COPY requirements.lock requirements-dev.lock requirements-uv.lock ./
RUN python -m venv tools \
 && tools/bin/pip install --no-cache-dir --require-hashes --requirement requirements-uv.lock \
 && python -m venv --without-pip /opt/goodword \
 && tools/bin/uv pip install --python /opt/goodword/bin/python --require-hashes --requirement requirements.lock

COPY pyproject.toml README.md ./
COPY bot bot
COPY handlers handlers
COPY storage storage
# Compiled now, for later nobody may write beside the source; and so that Python need not look whether it changed.
RUN tools/bin/uv build --wheel --build-constraints requirements-dev.lock --require-hashes \
 && tools/bin/uv pip install --python /opt/goodword/bin/python --no-deps dist/*.whl \
 && /opt/goodword/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/goodword/lib

FROM python:3.11-slim
RUN useradd --system --user-group --uid 10001 --home-dir /data --shell /usr/sbin/nologin goodword \
 && install --directory --owner goodword --group goodword /data
COPY --from=build /opt/goodword /opt/goodword

# Works with --read-only: only /data is written to.
ENV PATH=/opt/goodword/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATABASE_URL=sqlite:////data/goodword.db
VOLUME /data
WORKDIR /data
EXPOSE 3000
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
# http.client heeds no proxy of the environment.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["goodword"]
CMD ["run"]
