# One image for all eight services and the command line; compose.yaml picks the entry point.
FROM swift:6.3.1-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libsqlite3-dev libssl-dev libseccomp-dev libargon2-dev zlib1g-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN swift build -c release --explicit-target-dependency-import-check error \
    && mkdir -p /out/bin \
    && for name in gateway auth session collab ai compiler executor profiler codecollab; do \
        cp ".build/release/$name" /out/bin/; done \
    && cp -r Deploy /out/Deploy

FROM swift:6.3.1-bookworm-slim
# The languages that the image runs; Deploy/languages/*.json finds what is here.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libsqlite3-0 libssl3 libseccomp2 libargon2-1 \
        gcc g++ libc6-dev python3 nodejs ruby lua5.4 perl php-cli \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -m 0700 -o 65532 -g 65532 /var/lib/codecollab
COPY --from=build /out /opt/codecollab
ENV CODECOLLAB_HOME=/var/lib/codecollab CODECOLLAB_ROOT=/opt/codecollab LANG=C.UTF-8
USER 65532:65532
VOLUME /var/lib/codecollab
EXPOSE 8080
ENTRYPOINT ["/opt/codecollab/bin/gateway"]
HEALTHCHECK --interval=10s --timeout=3s CMD ["/opt/codecollab/bin/gateway", "--healthcheck"]
