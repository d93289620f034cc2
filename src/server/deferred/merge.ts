import type { ExecutionResult, GraphQLError } from 'graphql'

/** A fragment that comes later, as incremental delivery of 2022 has it. */
export interface Part {
  readonly path: readonly (string | number)[]
  /** null where an error took it away. */
  readonly data: Readonly<Record<string, unknown>> | null
  readonly label?: string
  readonly errors?: readonly GraphQLError[]
}

type Tree = Record<string | number, unknown>

/** Puts a part where its fragment is. The result is changed. */
export function mergePart(result: ExecutionResult, { path, data, errors }: Part): ExecutionResult {
  const target = path.reduce<unknown>((tree, key) => (tree as Tree | null | undefined)?.[key], result.data)
  if (isTree(target) && data !== null) mergeInto(target, data as Tree)
  const all = [...(result.errors ?? []), ...(errors ?? [])]
  return all.length === 0 ? result : { ...result, errors: all }
}

/** Of a field that both have, the objects are merged, and the items of lists by their place. */
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
