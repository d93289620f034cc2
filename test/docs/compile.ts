import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './documents.ts'
import { type Project, runNode, scriptOf } from './project.ts'

/** This repository's own compiler options, so that a snippet compiles with any less strict ones too. */
const NODE = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: { noEmit: false, outDir: 'compiled', rootDir: '.' },
}

/** The options of bundler templates. Snippets that read `process.env` need the types of Node here too. */
const BUNDLER = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: ['node'],
    strict: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
    noEmit: true,
  },
}

/** Returns the errors of the compiler; empty if there are none. */
export function compileForBundler(project: Project): Promise<string> {
  return compile(project, 'bundler', BUNDLER)
}

/** Compiles all files to JavaScript modules for Node, below `compiled`. */
export function compileForNode(project: Project): Promise<string> {
  return compile(project, 'node', NODE)
}

async function compile({ folder, files }: Project, name: string, config: object): Promise<string> {
  const path = join(folder, `tsconfig.${name}.json`)
  await writeFile(path, JSON.stringify({ ...config, include: [], files }))
  return runNode(scriptOf('typescript/bin/tsc'), ['-p', path], folder)
}
