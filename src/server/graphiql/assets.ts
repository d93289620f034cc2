import { readFile } from 'node:fs/promises'
import { type Packed, pack } from '../pages/packed.ts'

let loading: Promise<ReadonlyMap<string, Packed>> | undefined

/**
 * GraphiQL's scripts and styles, 9 MB, and 2.5 MB compressed, and the page's own script. They are read when a browser first asks
 * for them. One copy serves every gateway of the process.
 */
export function loadAssets(): Promise<ReadonlyMap<string, Packed>> {
  loading ??= load()
  return loading
}

async function load(): Promise<ReadonlyMap<string, Packed>> {
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql')
  const script = 'text/javascript; charset=utf-8'
  return new Map(
    await Promise.all([
      entry('explorer.js', await readFile(new URL('./explorer.js', import.meta.url), 'utf8'), script),
      entry('graphiql.js', bundle.js, script),
      entry('graphiql.css', bundle.css, 'text/css; charset=utf-8'),
      entry('editorWorkerService.js', bundle.editorWorkerService, script),
      entry('json.js', bundle.jsonWorker, script),
      entry('graphql.js', bundle.graphqlWorker, script),
    ]),
  )
}

async function entry(name: string, text: string, type: string): Promise<readonly [string, Packed]> {
  return [name, await pack(text, type)]
}
