import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './documents.ts'
import { type Project, runNode, scriptOf } from './project.ts'

/** This repository's own strictness, so that a snippet compiles under any that is less strict. */
const NODE = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: { noEmit: false, outDir: 'compiled', rootDir: '.' },
}

/** As the templates of bundlers have it. Snippets that read `process.env` need the types of Node here too. */
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

/** Returns what the compiler reports, which is nothing where all is well. */
export function compileForBundler(project: Project): Promise<string> {
  return compile(project, 'bundler', BUNDLER)
}

/** Compiles all files to JavaScript below `compiled`, as modules that Node runs. */
export function compileForNode(project: Project): Promise<string> {
  return compile(project, 'node', NODE)
}

async function compile({ folder, files }: Project, name: string, config: object): Promise<string> {
  const path = join(folder, `tsconfig.${name}.json`)
  await writeFile(path, JSON.stringify({ ...config, include: [], files }))
  return runNode(scriptOf('typescript/bin/tsc'), ['-p', path], folder)
}
