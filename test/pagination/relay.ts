/** The algorithm of the Relay cursor connections specification, on an array whose indexes are the cursors. */
export interface RelayArguments {
  readonly first?: number | undefined
  readonly after?: number | undefined
  readonly last?: number | undefined
  readonly before?: number | undefined
}

export interface RelayPage<Row> {
  readonly edges: readonly Row[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
}

export function relayPage<Row>(all: readonly Row[], args: RelayArguments): RelayPage<Row> | 'crossed' {
  const { after, before } = args
  if (after !== undefined && before !== undefined && before <= after) return 'crossed'
  const backward =
    args.last !== undefined || (args.first === undefined && before !== undefined && after === undefined)
  const last = backward ? (args.last ?? 20) : undefined
  const first = backward ? undefined : (args.first ?? 20)
  return {
    edges: edgesToReturn(all, { before, after, first, last }),
    hasPreviousPage: hasPreviousPage(all, { before, after, first, last }),
    hasNextPage: hasNextPage(all, { before, after, first, last }),
  }
}

function edgesToReturn<Row>(allEdges: readonly Row[], { before, after, first, last }: RelayArguments) {
  let edges = applyCursorsToEdges(allEdges, before, after)
  if (first !== undefined && edges.length > first) edges = edges.slice(0, first)
  if (last !== undefined && edges.length > last) edges = edges.slice(edges.length - last)
  return edges
}

function applyCursorsToEdges<Row>(allEdges: readonly Row[], before?: number, after?: number): readonly Row[] {
  return allEdges.filter((_, i) => (after === undefined || i > after) && (before === undefined || i < before))
}

function hasPreviousPage<Row>(allEdges: readonly Row[], { before, after, last }: RelayArguments): boolean {
  if (last !== undefined) return applyCursorsToEdges(allEdges, before, after).length > last
  return after !== undefined && after > 0
}

function hasNextPage<Row>(allEdges: readonly Row[], { before, after, first }: RelayArguments): boolean {
  if (first !== undefined) return applyCursorsToEdges(allEdges, before, after).length > first
  return before !== undefined && before < allEdges.length - 1
}
