import { type ExecutionArgs, Kind, type OperationDefinitionNode, visit } from 'graphql'

/**
 * Equal for subscribers that get the same results. Where each of them begins is no part of it: the `after` of the root
 * field, where a variable serves for nothing else.
 */
export function selectionKey(
  view: string,
  text: string,
  definition: OperationDefinitionNode,
  { operationName, variableValues }: ExecutionArgs,
): string {
  const place = placeVariable(definition)
  const variables = Object.entries(variableValues ?? {}).filter(([name]) => name !== place)
  return JSON.stringify([view, operationName, text, variables])
}

function placeVariable(definition: OperationDefinitionNode): string | undefined {
  const uses = new Map<string, number>()
  visit(definition.selectionSet, {
    Variable({ name }) {
      uses.set(name.value, (uses.get(name.value) ?? 0) + 1)
    },
  })
  for (const selection of definition.selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) continue
    const after = selection.arguments?.find(({ name }) => name.value === 'after')?.value
    if (after?.kind === Kind.VARIABLE && uses.get(after.name.value) === 1) return after.name.value
  }
  return undefined
}
