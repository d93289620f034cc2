import type { SourceFile } from './source-files.ts'

/** For each file that imports itself by way of others, the shortest way around: from the file back to itself. */
export function importCircles(files: readonly SourceFile[]): ReadonlyMap<string, readonly string[]> {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]))
  const circles = new Map<string, readonly string[]>()
  for (const { path } of files) {
    const circle = shortestWayBack(path, importsOf)
    if (circle !== undefined) circles.set(path, circle)
  }
  return circles
}

function shortestWayBack(
  start: string,
  importsOf: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const seen = new Set<string>()
  let ways: (readonly string[])[] = [[start]]
  while (ways.length > 0) {
    const longer: (readonly string[])[] = []
    for (const way of ways)
      for (const next of importsOf.get(way.at(-1) ?? '') ?? []) {
        if (next === start) return [...way, start]
        if (seen.has(next)) continue
        seen.add(next)
        longer.push([...way, next])
      }
    ways = longer
  }
  return undefined
}
