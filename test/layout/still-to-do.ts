/** The places that break a rule of `layout.test.ts` so far. A change that repairs one removes it from its list. */

export const STILL_IN_A_CIRCLE: readonly string[] = [
  'src/execution/complete.ts',
  'src/execution/fields.ts',
  'src/execution/list.ts',
  'src/execution/plan.ts',
  'src/execution/shape.ts',
  'src/pagination/page-reading.ts',
  'src/pagination/page.ts',
  'src/sandbox/http/exchange.ts',
  'src/sandbox/http/keys.ts',
]

export const STILL_TOO_MANY_FILES: readonly string[] = [
  'src/execution',
  'src/pagination',
  'src/rest',
  'src/schema',
  'src/server',
]

export const STILL_SHORT: readonly string[] = [
  'src/rest/pipe/ceiling.ts',
  'src/rest/pipe/credential.ts',
  'src/rest/wire/undici-pool.d.ts',
  'src/sandbox/http/request-id.ts',
  'src/schema/appointment-type/query.ts',
  'src/schema/clinician/query.ts',
  'src/schema/location/query.ts',
  'src/schema/patient/query.ts',
  'src/server/last-resort.ts',
  'src/warm-up.ts',
]

export const STILL_PAST_THE_INDEX: readonly string[] = [
  'src/schema/connection-selection.ts imports src/execution/collect.ts',
  'src/server/cost/bound.ts imports src/execution/conditions.ts',
  'src/server/cost/estimate.ts imports src/execution/collect.ts',
  'src/server/cost/estimate.ts imports src/execution/document.ts',
  'src/server/documents/size.ts imports src/execution/document.ts',
  'src/server/operation/execution.ts imports src/execution/execute.ts',
]

export const STILL_INSIDE_A_PACKAGE: readonly string[] = [
  'src/execution/complete.ts imports graphql/jsutils/inspect.js',
  'src/execution/runtime-type.ts imports graphql/jsutils/inspect.js',
  'src/rest/wire/wire.ts imports undici/lib/dispatcher/pool.js',
]

export const STILL_SETTING_FLAGS: readonly string[] = ['src/engine.js', 'src/server/idle-memory.ts']

export const STILL_IN_THE_MANIFEST: readonly string[] = ['overrides.@graphql-tools/utils', 'scripts.prepare']

/** Folders and files of which at least one test has a longer name. */
export const STILL_LONG_NAMES: readonly string[] = [
  'test/client/',
  'test/embedding/',
  'test/execution/',
  'test/package/',
  'test/pagination/',
  'test/rest/bodies.test.ts',
  'test/rest/epochs.test.ts',
  'test/rest/sharing.test.ts',
  'test/sandbox/',
  'test/server/one-plugin.test.ts',
]
