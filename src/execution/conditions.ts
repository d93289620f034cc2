import { type DocumentNode, Kind, visit } from 'graphql'
import type { Values } from './collect.ts'

/** The variables that decide in this document, by @skip or @include, which fields there are. */
export function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive({ name, arguments: args }) {
      if (name.value !== 'skip' && name.value !== 'include') return
      for (const { value } of args ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}

/** The same text for values that select the same fields, or are refused alike. */
export function conditionsKey(names: readonly string[], values: Values): string {
  return names.map((name) => kindOf(Object.hasOwn(values, name) ? values[name] : null)).join()
}

function kindOf(value: unknown): string {
  if (typeof value === 'boolean') return String(value)
  return value == null ? 'refused' : 'neither'
}
