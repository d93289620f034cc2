import {
  type DirectiveNode,
  type DocumentNode,
  getDirectiveValues,
  Kind,
  type SelectionNode,
  visit,
} from 'graphql'
import { DEFER, deferDirective } from '../../schema/defer.ts'

/**
 * The document with the `@defer`s that hold for these coerced variables, each without its condition. Undefined where none
 * does.
 */
export function activeDefers(
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
): DocumentNode | undefined {
  let count = 0
  const settle = (node: SelectionNode) => {
    const directives = node.directives?.flatMap((directive) => {
      if (directive.name.value !== DEFER) return [directive]
      if (!isActive(node, variableValues)) return []
      count += 1
      return [withoutCondition(directive)]
    })
    return directives && { ...node, directives }
  }
  const settled = visit(document, { [Kind.FRAGMENT_SPREAD]: settle, [Kind.INLINE_FRAGMENT]: settle })
  return count === 0 ? undefined : settled
}

/** A variable may be null where the directive wants a value: then nothing says that the fragment may come later. */
function isActive(node: SelectionNode, variableValues: Readonly<Record<string, unknown>>): boolean {
  try {
    return getDirectiveValues(deferDirective, node, variableValues)?.if === true
  } catch {
    return false
  }
}

function withoutCondition(directive: DirectiveNode): DirectiveNode {
  return { ...directive, arguments: directive.arguments?.filter(({ name }) => name.value !== 'if') ?? [] }
}
