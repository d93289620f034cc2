# Builds the package from the sources, with `npm pack`.
FROM node:24-slim AS pack
WORKDIR /pack
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm pack --silent && tar -xzf appointments-gateway-*.tgz

# Installs the package with its dependencies in the versions of the lockfile. The check leaves compiled code in the image, so
# that a start on a read-only file system need not compile.
FROM node:24-slim AS install
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
COPY --from=pack /pack/package/ ./
RUN node dist/main.js check && chmod -R a+rX .

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=install /app/ ./
USER 1000:1000
# The gateway; if configured, the sandbox alone (SANDBOX_HOST=0.0.0.0), and METRICS_PORT=9464.
EXPOSE 4000 4010 9464
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
