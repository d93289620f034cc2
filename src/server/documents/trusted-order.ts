import { type DocumentNode, Kind, OperationTypeNode, parse, type SelectionSetNode } from 'graphql'
import { fragmentsOf } from '../../execution/index.ts'
import type { TrustedDocuments } from './trusted.ts'

/**
 * A warning for each trusted mutation that has several of its root fields in a named fragment. The client preset of
 * graphql-codegen sorts the fields of such a fragment, and root fields of a mutation run in the order of the document.
 */
export function trustedOrderWarnings(documents: TrustedDocuments): string[] {
  return [...documents].flatMap(([hash, text]) => {
    const document = parse(text)
    return document.definitions.flatMap((definition) => {
      if (
        definition.kind !== Kind.OPERATION_DEFINITION ||
        definition.operation !== OperationTypeNode.MUTATION
      )
        return []
      const names = fragmentsWithSteps(document, definition.selectionSet)
      if (names.length === 0) return []
      const what = `${definition.name?.value ?? 'document'} (${hash.slice(0, 80)})`
      return [
        `Warning: trusted mutation ${what} has several steps in ${names.join(', ')}: graphql-codegen sorts the fields of a fragment, and they run in that order. Write them into the mutation.`,
      ]
    })
  })
}

/** The names of the outermost fragments with several root fields, nested fragments included. */
function fragmentsWithSteps(document: DocumentNode, operation: SelectionSetNode): readonly string[] {
  const fragments = fragmentsOf(document)

  function stepsIn(set: SelectionSetNode | undefined): number {
    const counts = set?.selections.map((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? 0 : 1
      return stepsIn(
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection.selectionSet
          : fragments[selection.name.value]?.selectionSet,
      )
    })
    return counts?.reduce((sum, count) => sum + count, 0) ?? 0
  }

  function namesIn(set: SelectionSetNode): string[] {
    return set.selections.flatMap((selection) => {
      if (selection.kind === Kind.INLINE_FRAGMENT) return namesIn(selection.selectionSet)
      if (selection.kind !== Kind.FRAGMENT_SPREAD) return []
      const { value } = selection.name
      return stepsIn(fragments[value]?.selectionSet) > 1 ? [value] : []
    })
  }

  return [...new Set(namesIn(operation))]
}
