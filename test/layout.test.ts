import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/** The folders (or top-level files) of src that each one may import from: the one order of the layers. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['compile-cache', 'process'],
  'compile-cache': [],
  process: ['config', 'server', 'sandbox'],
  server: ['schema', 'loaders', 'rest', 'pagination', 'execution'],
  schema: ['loaders', 'pagination', 'execution', 'contract'],
  loaders: ['rest', 'pagination', 'contract'],
  rest: ['contract'],
  sandbox: ['contract'],
  client: [],
  config: [],
  pagination: [],
  execution: [],
  contract: [],
}

/** Who alone may import a package, or name a thing. */
const ONLY_IN: readonly (readonly [what: RegExp, folders: readonly string[]])[] = [
  [/from 'graphql-yoga'/, ['server']],
  [/from '@pothos\//, ['schema']],
  [/from 'dataloader'/, ['loaders']],
  [/from 'undici/, ['rest']],
  [/from '(node:sqlite|kysely)'/, ['sandbox']],
  [/process\.env/, ['process', 'config']],
]

const SRC = join(import.meta.dirname, '..', 'src')
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.[jt]s$/.test(name))
  .map((name) => ({ name, room: roomOf(name), text: readFileSync(join(SRC, name), 'utf8') }))

describe('the layout', () => {
  test('every folder imports only from the folders below it', () => {
    const forbidden = files.flatMap(({ name, room, text }) =>
      importedRooms(name, text)
        .filter((imported) => imported !== room && !MAY_IMPORT[room]?.includes(imported))
        .map((imported) => `${name} imports ${imported}`),
    )
    expect(forbidden).toEqual([])
  })

  test('each package that does the work of one layer is imported by that layer only', () => {
    const forbidden = ONLY_IN.flatMap(([what, rooms]) =>
      files
        .filter(({ room, text }) => what.test(text) && !rooms.includes(room))
        .map(({ name }) => `${name} has ${what.source}`),
    )
    expect(forbidden).toEqual([])
  })

  test('every folder of src is in the table', () => {
    expect(new Set(files.map(({ room }) => room))).toEqual(new Set(Object.keys(MAY_IMPORT)))
  })

  test('names of the REST API are written only where it is spoken', () => {
    const restNames =
      /\b[a-z]+_(?:id|time|at|email|name|reason|source|url|link|minutes|by|more|offset|in|gte|lte)\b/
    const speaking = ['contract', 'rest', 'sandbox']
    const forbidden = files.filter(({ room, text }) => !speaking.includes(room) && restNames.test(text))
    expect(forbidden.map(({ name }) => name)).toEqual([])
  })
})

function roomOf(name: string): string {
  return (name.split('/')[0] ?? '').replace(/\.[jt]s$/, '')
}

function importedRooms(name: string, text: string): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?'(\.[^']*)'/g)].map((match) => match[1] ?? '')
  return specifiers.map((specifier) => roomOf(relative(SRC, join(SRC, dirname(name), specifier))))
}
