import type { ExecutionResult, GraphQLError } from 'graphql'

/** A deferred fragment, in the format of incremental delivery of 2022. */
export interface Part {
  readonly path: readonly (string | number)[]
  /** null where an error has nulled the fragment. */
  readonly data: Readonly<Record<string, unknown>> | null
  readonly label?: string
  readonly errors?: readonly GraphQLError[]
}

type Tree = Record<string | number, unknown>

/** Merges a part into the result, at its path. Mutates `result.data`. */
export function mergePart(result: ExecutionResult, { path, data, errors }: Part): ExecutionResult {
  const target = path.reduce<unknown>((tree, key) => (tree as Tree | null | undefined)?.[key], result.data)
  if (isTree(target) && data !== null) mergeInto(target, data as Tree)
  const all = [...(result.errors ?? []), ...(errors ?? [])]
  return all.length === 0 ? result : { ...result, errors: all }
}

/** Merges objects field by field, and lists item by item. */
function mergeInto(target: Tree, source: Tree): void {
  for (const [key, value] of Object.entries(source)) {
    const known = target[key]
    if (isTree(known) && isTree(value)) mergeInto(known, value)
    else target[key] = value
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null
}
