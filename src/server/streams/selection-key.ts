import { type DocumentNode, type ExecutionArgs, Kind, visit } from 'graphql'

/**
 * Equal for subscribers that get the same results. Where each of them begins is no part of it: the `after` of the root
 * field, where a variable serves for nothing else in the document.
 */
export function selectionKey(
  view: string,
  text: string,
  { document, operationName, variableValues }: ExecutionArgs,
): string {
  const place = placeVariable(document)
  const variables = Object.entries(variableValues ?? {}).filter(([name]) => name !== place)
  return JSON.stringify([view, operationName, text, variables])
}

function placeVariable(document: DocumentNode): string | undefined {
  const uses = new Map<string, number>()
  const places = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Variable({ name }) {
      uses.set(name.value, (uses.get(name.value) ?? 0) + 1)
    },
    Field({ name, arguments: given }) {
      const after = given?.find((argument) => argument.name.value === 'after')?.value
      if (name.value === 'appointmentChanged' && after?.kind === Kind.VARIABLE) places.add(after.name.value)
    },
  })
  return [...places].find((name) => uses.get(name) === 1)
}
