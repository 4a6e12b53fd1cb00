# Skein in a container. It keeps everything it keeps in /data and writes nowhere else (--read-only works).
# Off loopback it refuses to start without TLS_CERT and TLS_KEY, or BEHIND_PROXY=true: see compose.yaml.
FROM node:24-alpine AS dependencies
WORKDIR /skein
COPY package.json package-lock.json .npmrc ./
COPY packages/core/package.json packages/core/
COPY packages/client/package.json packages/client/
COPY packages/simulator/package.json packages/simulator/
COPY packages/server/package.json packages/server/
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-alpine
WORKDIR /skein
COPY --from=dependencies /skein/ ./
COPY packages/ packages/
COPY deploy/healthcheck.mjs deploy/
RUN mkdir /data && chown node:node /data
USER node
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
VOLUME /data
EXPOSE 3000 8080 3001
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "deploy/healthcheck.mjs"]
# Node runs the TypeScript sources as they are.
ENTRYPOINT ["node", "--conditions=source", "packages/server/src/main.ts"]
CMD ["serve"]
