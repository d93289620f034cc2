import { basename, dirname } from 'node:path/posix'
import { describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { importCircles } from './layout/import-circles.ts'
import { isDeclaredByPackage } from './layout/package-exports.ts'
import { readSourceFiles } from './layout/source-files.ts'
import { testNamesIn } from './layout/test-names.ts'

/** The order of the layers: what each folder of src, or file at its top, may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['compile-cache', 'process'],
  'compile-cache': ['node-version'],
  'node-version': [],
  process: ['config', 'server', 'sandbox', 'shared', 'telemetry'],
  telemetry: ['server'],
  server: ['schema', 'loaders', 'rest', 'pagination', 'execution', 'events', 'shared'],
  schema: ['loaders', 'pagination', 'execution', 'contract'],
  loaders: ['rest', 'pagination', 'events', 'shared', 'contract'],
  rest: ['events', 'shared', 'contract'],
  shared: ['contract'],
  events: ['contract'],
  sandbox: ['contract', 'events'],
  desk: ['client'],
  client: [],
  config: ['contract'],
  pagination: [],
  execution: [],
  contract: [],
}

/** The folders that alone may import a package. */
const PACKAGE_ONLY_IN: readonly (readonly [packages: RegExp, rooms: readonly string[]])[] = [
  [/^graphql-yoga$/, ['server']],
  [/^@pothos\//, ['schema']],
  [/^dataloader$/, ['loaders']],
  [/^undici/, ['rest']],
  [/^ioredis$/, ['shared']],
  [/^ical-generator$/, ['server']],
  [/^(prom-client$|@opentelemetry\/)/, ['telemetry']],
  [/^rolldown$/, ['server']],
  [/^preact/, ['desk']],
  [/^(node:sqlite|kysely)$/, ['sandbox']],
]

/** The file to open first, where it is neither `index.ts` nor named like its folder. */
const FIRST_FILE: Readonly<Record<string, string>> = {
  'src/server/pages': 'html.ts',
  src: 'main.ts',
  'src/config': 'values.ts',
  'src/client/streams': 'subscription.ts',
  'src/client/screen': 'live-rows.ts',
  'src/contract': 'appointment.ts',
  'src/desk': 'desk.tsx',
  'src/events': 'event.ts',
  'src/loaders/lists': 'connection.ts',
  'src/pagination': 'page.ts',
  'src/process': 'run.ts',
  'src/process/parts': 'sandbox.ts',
  'src/rest': 'client.ts',
  'src/sandbox': 'server.ts',
  'src/sandbox/faults': 'endpoint.ts',
  'src/sandbox/http': 'listener.ts',
  'src/sandbox/keyless': 'document.ts',
  'src/sandbox/routes': 'create.ts',
  'src/sandbox/schema': 'appointment.ts',
  'src/sandbox/storage': 'appointments.ts',
  'src/schema/appointment': 'type.ts',
  'src/schema/directory': 'clinician.ts',
  'src/server': 'gateway.ts',
  'src/server/deferred': 'deferral.ts',
  'src/server/http': 'node-handler.ts',
  'src/server/observation': 'observer.ts',
}

/** `server` and `rest` keep their files in subfolders, and at most six beside them. */
const MOST_FILES = 12
const MOST_FILES_OF: Readonly<Record<string, number>> = { 'src/server': 6, 'src/rest': 6 }
const SHORTEST_FILE = 15
const LONGEST_TEST_NAME = 79

/** The scripts that npm runs by itself during an installation. */
const RUN_BY_NPM = /^(preinstall|install|postinstall|prepublish|preprepare|prepare|postprepare|dependencies)$/

const src = readSourceFiles('src')
const tests = readSourceFiles('test')

describe('The rooms of src', () => {
  test('Every folder imports only from the folders below it', () => {
    const forbidden = src.flatMap(({ path, imports }) =>
      imports
        .filter((imported) => !mayImport(roomOf(path), roomOf(imported)))
        .map((imported) => `${path} imports ${imported}`),
    )
    expect(forbidden).toEqual([])
  })

  test('The table of layers names exactly the folders that exist', () => {
    expect(new Set(src.map(({ path }) => roomOf(path)))).toEqual(new Set(Object.keys(MAY_IMPORT)))
  })

  test('A package that does the work of one layer is imported by that layer only', () => {
    const forbidden = PACKAGE_ONLY_IN.flatMap(([packages, rooms]) =>
      src
        .filter(({ path }) => !rooms.includes(roomOf(path)))
        .flatMap(({ path, specifiers }) =>
          specifiers.filter((name) => packages.test(name)).map((name) => `${path} imports ${name}`),
        ),
    )
    expect(forbidden).toEqual([])
  })

  test('Only the process and the configuration read the environment', () => {
    const readers = src.filter(({ text }) => /process\.env/.test(text)).map(({ path }) => path)
    expect(readers.filter((path) => !['process', 'config'].includes(roomOf(path)))).toEqual([])
  })

  test('Only the rooms that talk to the REST API write its names', () => {
    const restNames =
      /\b[a-z]+_(?:id|time|at|email|name|reason|source|url|link|minutes|by|more|offset|in|gte|lte)\b/
    const talking = ['contract', 'events', 'rest', 'sandbox']
    const forbidden = src.filter(({ path, text }) => !talking.includes(roomOf(path)) && restNames.test(text))
    expect(forbidden.map(({ path }) => path)).toEqual([])
  })

  test('No file imports itself by way of other files, types included', () => {
    expect([...importCircles(src).values()].map((circle) => circle.join(' -> '))).toEqual([])
  })

  test('Other folders import the executor through its index only', () => {
    const isInside = (path: string) => path.startsWith('src/execution/')
    const pastTheIndex = src
      .filter(({ path }) => !isInside(path))
      .flatMap(({ path, imports }) =>
        imports
          .filter((imported) => isInside(imported) && imported !== 'src/execution/index.ts')
          .map((imported) => `${path} imports ${imported}`),
      )
    expect(pastTheIndex).toEqual([])
  })

  test('The product imports nothing from outside src, and so no test', () => {
    const outside = src.flatMap(({ path, imports }) =>
      imports
        .filter((imported) => !imported.startsWith('src/'))
        .map((imported) => `${path} imports ${imported}`),
    )
    expect(outside).toEqual([])
  })
})

describe('The files of a folder', () => {
  test('A folder of src or test holds a dozen files at most', () => {
    const crowded = [...filesByFolder([...src, ...tests])]
      .filter(([folder, names]) => names.length > (MOST_FILES_OF[folder] ?? MOST_FILES))
      .map(([folder]) => folder)
    expect(crowded).toEqual([])
  })

  test('Every folder of src has one file that a reader opens first', () => {
    const folders = [...filesByFolder(src)].filter(([, names]) => names.length > 1)
    const isEvident = (folder: string, names: readonly string[]) =>
      names.includes('index.ts') || names.includes(`${basename(folder)}.ts`)
    const unclear = folders.filter(
      ([folder, names]) => !isEvident(folder, names) && !names.includes(FIRST_FILE[folder] ?? ''),
    )
    expect(unclear.map(([folder]) => folder)).toEqual([])
    const needed = folders.filter(([folder, names]) => !isEvident(folder, names))
    expect(Object.keys(FIRST_FILE).sort()).toEqual(needed.map(([folder]) => folder).sort())
  })

  test('A file of fewer than 15 lines is imported by two others', () => {
    const named = JSON.stringify(manifest)
    const short = src
      .filter(({ path, lines }) => lines < SHORTEST_FILE && !named.includes(path))
      .filter(({ path }) => src.filter(({ imports }) => imports.includes(path)).length < 2)
    expect(short.map(({ path }) => path)).toEqual([])
  })
})

describe('The packages', () => {
  test('A file imports a package by its name, or by a path that the package declares', () => {
    const inside = [...src, ...tests].flatMap(({ path, specifiers }) =>
      specifiers.filter((name) => !isDeclaredByPackage(name)).map((name) => `${path} imports ${name}`),
    )
    expect(inside).toEqual([])
  })

  test('npm installs the packages as declared and runs nothing of ours', () => {
    const { scripts, overrides = {} } = manifest as typeof manifest & { readonly overrides?: object }
    const own = [
      ...Object.keys(overrides).map((name) => `overrides.${name}`),
      ...Object.keys(scripts)
        .filter((name) => RUN_BY_NPM.test(name))
        .map((name) => `scripts.${name}`),
    ]
    expect(own).toEqual([])
  })

  test('Each script that runs our TypeScript asks for the Node first', () => {
    const running = Object.entries(manifest.scripts).filter(([, script]) =>
      /\bnode [^|&]*\.ts\b/.test(script),
    )
    const asking = running.filter(([, script]) => /\bnode --import \.\/src\/[\w-]+\.js /.test(script))
    expect(asking).toEqual(running)
  })

  test('The product sets no flag of V8', () => {
    const setting = src.filter(({ text }) => text.includes('setFlagsFromString'))
    expect(setting.map(({ path }) => path)).toEqual([])
  })
})

describe('The words', () => {
  /** Words that stood for the terms of the field, such as reported, received and the client that. */
  const dialect = /\b(un)?(told|heard|whoever)\b|last ?word/i

  test('Comments and names of src use the terms of the field', () => {
    const lines = src.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => (dialect.test(line) ? [`${path}:${index + 1}${line}`] : [])),
    )
    expect(lines).toEqual([])
  })
})

describe('The tests', () => {
  test('Every name of a test is under 80 characters', () => {
    const long = tests.flatMap((file) =>
      testNamesIn(file)
        .filter((name) => name.length > LONGEST_TEST_NAME)
        .map((name) => ({ path: file.path, name })),
    )
    expect(long).toEqual([])
  })
})

function roomOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.[jt]sx?$/, '')
}

function mayImport(room: string, imported: string): boolean {
  return room === imported || (MAY_IMPORT[room]?.includes(imported) ?? false)
}

function filesByFolder(files: readonly { readonly path: string }[]): ReadonlyMap<string, readonly string[]> {
  const folders = Map.groupBy(files, ({ path }) => dirname(path))
  return new Map([...folders].map(([folder, inside]) => [folder, inside.map(({ path }) => basename(path))]))
}
