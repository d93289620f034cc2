import '../src/node-version.js'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Left out of `npm run test:quick`: what starts browsers, processes or Redis, packs the package, or tries at random for long. */
const SLOW = [
  'test/{browser,claims,instances,package,process,shared}/**',
  'test/telemetry/process.test.ts',
  'test/**/{storm,facets-storm,interleavings,oracle}.test.ts',
]

export default defineConfig(({ mode }) => ({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.test.ts'],
    exclude: mode === 'quick' ? SLOW : [],
    // One copy of graphql for all, because `instanceof GraphQLError` fails across two. The bundle of GraphiQL does not
    // import graphql, so it needs no inlining.
    server: { deps: { inline: [/^(?!.*render-graphiql).*graphql/, /@pothos/] } },
    testTimeout: 60_000,
    // One more than two cores, because tests wait for processes, browsers and Redis about a third of their time.
    maxWorkers: 3,
    // A worker loads each module once, and not once for each of two hundred files: that is a third of the time.
    isolate: false,
  },
}))
