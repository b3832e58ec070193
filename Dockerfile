# Headgate for a gateway: no simulated plant, no build tools, no development dependencies, no root.
#
#   docker build -t headgate .
#   docker run -d --name headgate --init --read-only --tmpfs /tmp -v headgate:/data \
#     -p 127.0.0.1:1890:1890 headgate --behind-proxy http://127.0.0.1:1890
#   docker exec headgate cat /data/gateway/claim-token
#
# Until it is claimed the gateway listens to others only when it is told the address that people use (--behind-proxy):
# above, this machine alone; in a plant, the https address of the proxy before it. What follows the image's name goes to
# `headgate start`, and the last of an option given twice counts.
#
# Everything that is written lies under /data: the gateway's data in /data/gateway, the key of its secrets beside it in
# /data/key. Back them up apart from each other. A bind mount in place of the volume must belong to user 1000.

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
# The npm package `node` goes with the development dependencies: the image brings its own Node 24. Of the inference
# library stay the binaries of this system (the others are some 250 MB).
RUN npm run build \
 && npm prune --omit=dev --no-audit --no-fund \
 && rm -rf editor vite.config.ts tsconfig.json \
 && cd node_modules/onnxruntime-node/bin/napi-v6 \
 && for system in *; do [ "$system" = linux ] || rm -rf "$system"; done \
 && cd linux \
 && for arch in *; do [ "$arch" = "$(node -p process.arch)" ] || rm -rf "$arch"; done

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production \
    HOME=/data \
    NODE_COMPILE_CACHE=/tmp/node-compile-cache \
    HEADGATE_KEY_FILE=/data/key/secrets.key
COPY --from=build /build ./
RUN install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 1890
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:1890/api/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=2", "runtime/cli/headgate.mjs", "start", "--data", "/data/gateway", "--host", "0.0.0.0", "--no-plant"]
