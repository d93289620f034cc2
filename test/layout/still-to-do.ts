/** The places that break a rule of `layout.test.ts` so far. A change that repairs one removes it from its list. */

export const STILL_IN_A_CIRCLE: readonly string[] = [
  'src/execution/complete.ts',
  'src/execution/fields.ts',
  'src/execution/list.ts',
  'src/execution/plan.ts',
  'src/execution/shape.ts',
  'src/pagination/page-reading.ts',
  'src/pagination/page.ts',
]

export const STILL_TOO_MANY_FILES: readonly string[] = ['src/execution', 'src/pagination']

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
]

/** Folders and files of which at least one test has a longer name. */
export const STILL_LONG_NAMES: readonly string[] = ['test/execution/', 'test/pagination/']
