import { type DocumentNode, type ExecutionArgs, Kind, visit } from 'graphql'

/**
 * Equal for subscribers that get the same results. The key leaves out the variable for the root field's `after`, which is
 * where the subscriber resumes, unless the document uses the variable elsewhere too.
 */
export function selectionKey(
  view: string,
  text: string,
  { document, operationName, variableValues }: ExecutionArgs,
): string {
  const resumeVariable = resumeVariableOf(document)
  const variables = Object.entries(variableValues ?? {}).filter(([name]) => name !== resumeVariable)
  return JSON.stringify([view, operationName, text, variables])
}

function resumeVariableOf(document: DocumentNode): string | undefined {
  const uses = new Map<string, number>()
  const afterVariables = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Variable({ name }) {
      uses.set(name.value, (uses.get(name.value) ?? 0) + 1)
    },
    Field({ name, arguments: given }) {
      const after = given?.find((argument) => argument.name.value === 'after')?.value
      if (name.value === 'appointmentChanged' && after?.kind === Kind.VARIABLE)
        afterVariables.add(after.name.value)
    },
  })
  return [...afterVariables].find((name) => uses.get(name) === 1)
}
