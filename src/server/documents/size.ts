import type { DirectiveNode, DocumentNode, SelectionNode, SelectionSetNode } from 'graphql'
import { Kind } from 'graphql'
import { fragmentsOf } from '../../execution/index.ts'
import { DEFER } from '../../schema/directives.ts'

/** The size of an operation, its fragments included. */
export interface DocumentSize {
  /** Fields on the outermost level. */
  readonly width: number
  readonly depth: number
  readonly aliases: number
  readonly directives: number
  /** Fragments with `@defer`. */
  readonly defers: number
}

/**
 * Measures the largest operation of a document that is not yet validated.
 *
 * Each fragment is measured once, however often it is spread, so the time is linear in the document. A fragment within
 * itself has size 0: validation refuses it.
 */
export function documentSize(document: DocumentNode): DocumentSize {
  const fragments = fragmentsOf(document)
  const measured = new Map<string, DocumentSize>()

  function ofFragment(name: string): DocumentSize {
    const known = measured.get(name)
    if (known !== undefined) return known
    measured.set(name, NOTHING)
    const fragment = fragments[name]
    const size = fragment === undefined ? NOTHING : plus(directivesOf(fragment), ofSet(fragment.selectionSet))
    measured.set(name, size)
    return size
  }

  function ofSet(set: SelectionSetNode | undefined): DocumentSize {
    return set?.selections.map(ofSelection).reduce(plus, NOTHING) ?? NOTHING
  }

  function ofSelection(selection: SelectionNode): DocumentSize {
    const directives = directivesOf(selection)
    if (selection.kind === Kind.FRAGMENT_SPREAD) return plus(directives, ofFragment(selection.name.value))
    const inner = ofSet(selection.selectionSet)
    if (selection.kind === Kind.INLINE_FRAGMENT) return plus(directives, inner)
    // A rule of graphql-js limits the depth of introspection; the introspection query of most tools is 15 levels deep.
    const depth = selection.name.value.startsWith('__') ? 1 : 1 + inner.depth
    return plus(directives, { ...inner, width: 1, depth, aliases: inner.aliases + (selection.alias ? 1 : 0) })
  }

  return document.definitions
    .map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? [definition, ...(definition.variableDefinitions ?? [])]
            .map(directivesOf)
            .reduce(plus, ofSet(definition.selectionSet))
        : NOTHING,
    )
    .reduce(larger, NOTHING)
}

const NOTHING: DocumentSize = { width: 0, depth: 0, aliases: 0, directives: 0, defers: 0 }

function directivesOf({
  directives = [],
}: {
  readonly directives?: readonly DirectiveNode[] | undefined
}): DocumentSize {
  const defers = directives.filter(({ name }) => name.value === DEFER).length
  return { ...NOTHING, directives: directives.length, defers }
}

function plus(a: DocumentSize, b: DocumentSize): DocumentSize {
  return {
    width: a.width + b.width,
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
    defers: a.defers + b.defers,
  }
}

function larger(a: DocumentSize, b: DocumentSize): DocumentSize {
  return {
    width: Math.max(a.width, b.width),
    depth: Math.max(a.depth, b.depth),
    aliases: Math.max(a.aliases, b.aliases),
    directives: Math.max(a.directives, b.directives),
    defers: Math.max(a.defers, b.defers),
  }
}
