import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { parseAst } from 'vitest/node'

export interface SourceFile {
  /** From the root of the repository: `src/rest/client.ts`. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly syntax: SyntaxNode
  /** The specifiers of all imports, those of types, re-exports and `import()` included. */
  readonly specifiers: readonly string[]
  /** The paths of the imported files of this repository. */
  readonly imports: readonly string[]
}

export interface SyntaxNode {
  readonly type: string
  readonly [property: string]: unknown
}

const ROOT = join(import.meta.dirname, '../..')

/** Reads every TypeScript and JavaScript file of `src` or `test` except those that `npm run codegen` writes. */
export function readSourceFiles(folder: 'src' | 'test'): readonly SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]sx?$/.test(name) && !name.includes('generated/'))
    .map((name) => readSourceFile(`${folder}/${name.replaceAll('\\', '/')}`))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Every node of the syntax tree, in the order of the text. */
export function* nodesOf(value: unknown): Generator<SyntaxNode> {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value && typeof value.type === 'string') yield value as SyntaxNode
  for (const child of Object.values(value)) yield* nodesOf(child)
}

function readSourceFile(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const syntax = parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }) as unknown as SyntaxNode
  const specifiers = specifiersOf(syntax)
  const imports = specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(path), specifier))
  return { path, text, lines: text.trimEnd().split('\n').length, syntax, specifiers, imports }
}

const IMPORTING = /^(Import|ExportNamed|ExportAll)Declaration$|^ImportExpression$|^TSImportType$/

function specifiersOf(syntax: SyntaxNode): readonly string[] {
  const sources = [...nodesOf(syntax)]
    .filter(({ type }) => IMPORTING.test(type))
    .map((node) => (node.source as { readonly value?: unknown } | null)?.value)
  return [...new Set(sources.filter((source) => typeof source === 'string'))]
}
