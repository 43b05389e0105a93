# askdocs in a container, with its models inside: nothing is downloaded when it runs.
#
#   docker build -t askdocs .
#   docker run --rm -p 127.0.0.1:7860:7860 -e ASKDOCS_PASSWORD=... \
#       -v /path/to/documents:/documents:ro -v askdocs-index:/index askdocs
#
# It needs no network when it runs: any command works with --network none, as in
#   docker run --rm --network none -v /path/to/documents:/documents:ro -v askdocs-index:/index \
#       askdocs askdocs ask "what did Zehri warn?"

FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
COPY app app
# PyTorch's build for CPUs alone is a tenth of the one for GPUs.
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/askdocs \
    && /opt/askdocs/bin/pip install --constraint constraints.txt --upgrade pip \
    && /opt/askdocs/bin/pip install --constraint constraints.txt \
        --build-constraint constraints.txt ".[mcp]" \
    && find /opt/askdocs -name __pycache__ -type d -prune -exec rm -rf {} +

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home askdocs \
    && mkdir /index /documents \
    && chown askdocs /index
COPY --from=build /opt/askdocs /opt/askdocs
ENV PATH=/opt/askdocs/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    ASKDOCS_CORPUS=/documents \
    ASKDOCS_INDEX=/index
USER askdocs
WORKDIR /home/askdocs
VOLUME /index
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s CMD \
    ["python", "-c", "import os, urllib.request as r; p = os.environ.get('ASKDOCS_PASSWORD', ''); r.urlopen(r.Request('http://127.0.0.1:7860/healthz', headers={'Authorization': f'Bearer {p}'}), timeout=4)"]
# A host that others reach needs a password: ASKDOCS_PASSWORD. Documents are mounted read-only, so
# the page adds none.
CMD ["askdocs", "serve", "--host", "0.0.0.0", "--read-only"]
