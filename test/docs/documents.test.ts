import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig, VARIABLES } from '../../src/config.ts'
import { APPOINTMENT_STATUSES } from '../../src/contract/appointment.ts'
import { headingsOf, linksOf, ROOT, readDocument, readDocuments } from './documents.ts'

const documents = readDocuments()

describe('the links of the documents', () => {
  test.for(documents)('$path: every link points to an existing file and heading', (document) => {
    expect(linksOf(document).filter((link) => !resolves(document.path, link))).toEqual([])
  })

  test('the README links to every document', () => {
    const links = linksOf(readDocument('README.md'))
    const pages = documents.map(({ path }) => path).filter((path) => !path.startsWith('src/'))
    expect(pages.filter((path) => path !== 'README.md' && !links.includes(path))).toEqual([])
  })

  test('the README has under 220 lines', () => {
    expect(readDocument('README.md').text.split('\n').length).toBeLessThan(220)
  })
})

describe('the tables of environment variables', () => {
  const variables = VARIABLES.flatMap((group) => group.variables)
  const names = variables.map(({ name }) => name)
  const rows = ['docs/configuration.md', 'docs/sandbox.md'].flatMap((path) =>
    [...readDocument(path).text.matchAll(/^\| `([A-Z][A-Z_]+)` \| (?:`([^`]+)`|none) \|/gm)].map(
      ([, name = '', value]) => ({ name, value, path }),
    ),
  )

  test('have a row for every variable, and for no other', () => {
    expect(names).toContain('MAX_PAGE_SIZE')
    expect(rows.map(({ name }) => name).sort()).toEqual(names.toSorted())
  })

  test('have the sections, and the order, of the table that --help prints', () => {
    const titles = VARIABLES.map(({ title }) => title).filter((title) => !title.includes('sandbox'))
    const sections = readDocument('docs/configuration.md').text.split(/^## /m)
    const withTable = sections.filter((section) => section.includes('\n| name |'))
    expect(withTable.map((section) => section.split('\n')[0])).toEqual(titles)
    expect(rows.map(({ name }) => name)).toEqual(names)
  })

  test("have the sandbox's variables in its own document", () => {
    expect(rows.filter(({ name, path }) => name.startsWith('SANDBOX_') !== path.includes('sandbox'))).toEqual(
      [],
    )
  })

  test.for(rows)('$name has its default', ({ name, value }) => {
    expect(variables.find((variable) => variable.name === name)?.byDefault).toBe(value)
    const variable = name as keyof NonNullable<ReturnType<typeof readConfig>['config']>
    const byDefault = readConfig({}).config?.[variable]
    expect(readConfig({ [name]: value }).config?.[variable]).toEqual(byDefault)
    expect(value === undefined).toBe(byDefault === undefined)
  })
})

describe('the tables of error codes', () => {
  test('docs/errors.md has each code of the gateway, and no other', () => {
    const typed = matches(readDocument('src/client/errors.ts').text, /^ {2}readonly ([A-Z_]+):/gm)
    const codes = codesIn(['server', 'schema', 'loaders', 'pagination', 'rest'])
    expect(codes).toEqual(expect.arrayContaining(typed))
    expect(documentedCodes('docs/errors.md')).toEqual(codes)
  })

  test('docs/sandbox.md has each code of the sandbox, and no other', () => {
    expect(documentedCodes('docs/sandbox.md')).toEqual(codesIn(['sandbox']))
  })
})

function resolves(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const path = file === '' ? from : join(dirname(from), file)
  if (!existsSync(join(ROOT, path))) return false
  return anchor === undefined || headingsOf(readDocument(path).text).includes(anchor)
}

/** The codes in the first column of the page's table of codes. */
function documentedCodes(path: string): readonly string[] {
  const [, table = ''] =
    /^\| (?:`extensions\.code`|code) \|.*?\n(.*?)\n\n/ms.exec(readDocument(path).text) ?? []
  const cells = matches(table, /^\| (.*?) \|/gm)
  return cells.flatMap((cell) => matches(cell, /`([A-Z][A-Z_]+)`/g)).sort()
}

/** Words in capitals that are not error codes. */
const OTHER_WORDS: readonly string[] = [
  ...['GET', 'HEAD', 'POST', 'PATCH', 'ALL', 'COMMIT', 'ROLLBACK'],
  ...APPOINTMENT_STATUSES.map((status) => status.toUpperCase()),
]

/** The error codes in the sources of these layers: strings in capitals, except those of HTTP, SQL, Node and the limits. */
function codesIn(layers: readonly string[]): readonly string[] {
  const found = layers.flatMap((layer) => {
    const files = readdirSync(join(ROOT, 'src', layer), { recursive: true, encoding: 'utf8' })
    const sources = files.filter((name) => name.endsWith('.ts')).map((name) => join('src', layer, name))
    return sources.flatMap((path) => {
      const code = readDocument(path).text.replaceAll(/\/\*\*.*?\*\//gs, '')
      return matches(code, /'([A-Z]{3,}(?:_[A-Z]+)*)'/g)
    })
  })
  const codes = found.filter(
    (word) => !OTHER_WORDS.includes(word) && !/^(MAX_|UND_|EAI_|E[A-Z]+$)/.test(word),
  )
  return [...new Set(codes)].sort()
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, match = '']) => match)
}
