import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.test.ts'],
    // A second copy of graphql under test would break every `instanceof GraphQLError`.
    // (GraphiQL's 9 MB hold none, and would take seconds.)
    server: { deps: { inline: [/^(?!.*render-graphiql).*graphql/, /@pothos/] } },
    testTimeout: 20_000,
    maxWorkers: 2,
  },
})
