import { readFile } from 'node:fs/promises'
import { type CompressedText, compressText } from '../pages/compressed-text.ts'
import { loadOnce } from '../pages/load-once.ts'

/**
 * GraphiQL's scripts and styles (9 MB, 2.5 MB compressed), and the page's own script. They are read at the first request.
 * All gateways of the process share them.
 */
export const loadAssets = loadOnce(load)

async function load(): Promise<ReadonlyMap<string, CompressedText>> {
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

async function entry(name: string, text: string, type: string): Promise<readonly [string, CompressedText]> {
  return [name, await compressText(text, type)]
}
