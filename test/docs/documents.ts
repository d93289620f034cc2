import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

/** The root folder of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..')

/** The modules whose entry function has an `@example`. */
const WITH_EXAMPLES = [
  'src/server/gateway.ts',
  'src/sandbox/server.ts',
  'src/client/client.ts',
  'src/client/observe.ts',
  'src/client/relay.ts',
]

export interface Document {
  /** Relative to the root of the repository: `docs/clients.md`. */
  readonly path: string
  readonly text: string
}

/** A fenced block of a document. */
export interface Snippet {
  readonly path: string
  /** The anchor of the heading above it. */
  readonly section: string
  /** The line number of the opening fence, from 1. */
  readonly line: number
  readonly language: string
  /** The words after the language, which select the test (CONTRIBUTING, "Snippets in the documents"). */
  readonly note: string
  readonly text: string
}

/** All Markdown pages. */
export function readDocuments(): readonly Document[] {
  const inFolders = ['docs', 'findings', 'src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  const paths = [...readdirSync(ROOT), ...inFolders].filter((path) => path.endsWith('.md'))
  return paths.map(readDocument)
}

/** The documentation comments with examples, as one page for each module. */
export function readExamples(): readonly Document[] {
  return WITH_EXAMPLES.map((path) => {
    const { text } = readDocument(path)
    // In these modules only comment lines begin with an asterisk.
    return { path, text: text.replaceAll(/^ *\* ?/gm, '') }
  })
}

export function readDocument(path: string): Document {
  return { path: relative(ROOT, join(ROOT, path)), text: readFileSync(join(ROOT, path), 'utf8') }
}

export function snippetsOf({ path, text }: Document): readonly Snippet[] {
  return [...text.matchAll(FENCE)].map(({ index, 1: language = '', 2: note = '', 3: inner = '' }) => {
    const before = text.slice(0, index)
    return {
      path,
      section: headingsOf(before).at(-1) ?? 'top',
      line: before.split('\n').length,
      language,
      note: note.trim(),
      text: inner,
    }
  })
}

/** The anchors of a page's headings, as GitHub generates them. */
export function headingsOf(text: string): readonly string[] {
  const headings = [...withoutFences(text).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
  return headings.map((anchor, index) => {
    const earlier = headings.slice(0, index).filter((other) => other === anchor).length
    return earlier === 0 ? anchor : `${anchor}-${earlier}`
  })
}

/** The targets of a page's links, except other websites. */
export function linksOf({ text }: Document): readonly string[] {
  const links = [...withoutFences(text).matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)]
  return links.map(([, inline, defined]) => inline ?? defined ?? '').filter((link) => !/^https?:/.test(link))
}

const FENCE = /^```(\w+)([^\n]*)\n(.*?)^```$/gms

function withoutFences(text: string): string {
  return text.replaceAll(FENCE, '')
}
