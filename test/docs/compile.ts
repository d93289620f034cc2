import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT, type Snippet } from './documents.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/**
 * Compiles all snippets in one run of tsc, as modules of a package that has installed this one: its exports lead to the
 * sources, so nothing needs to be built. Returns what the compiler reports, which is nothing where all is well.
 */
export async function compile(snippets: readonly Snippet[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'snippets-'))
  try {
    await installAll(folder)
    const sections = Map.groupBy(snippets, ({ path, section }) => join(path, section))
    const files: string[] = []
    for (const [name, members] of sections) files.push(...(await writeSection(folder, name, members)))
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(await compilerConfig(files)))
    return await runNode('typescript/bin/tsc', ['-p', folder], folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Every package of this repository, and this package itself. */
async function installAll(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const names = await readdir(join(ROOT, 'node_modules'))
  await Promise.all(names.map((name) => symlink(join(ROOT, 'node_modules', name), join(modules, name))))
  await symlink(ROOT, join(modules, 'appointments-gateway'))
}

/** A folder for each section, because two recipes may name their files alike. */
async function writeSection(
  project: string,
  name: string,
  snippets: readonly Snippet[],
): Promise<readonly string[]> {
  const folder = join(project, name)
  const texts = new Map<string, string>()
  let latest = ''
  for (const { language, note, line, text } of snippets) {
    if (language === 'ts' && note === 'continues') texts.set(latest, `${texts.get(latest)}${text}`)
    else if (language === 'ts' || note.endsWith('.json')) {
      latest = note === '' ? `line-${line}.ts` : note
      texts.set(latest, text)
    }
  }
  for (const [file, text] of texts) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
  await generate(project, folder, texts)
  return [...texts.keys()].filter((file) => file.endsWith('.ts')).map((file) => join(folder, file))
}

/** Runs the generators that a recipe configures. */
async function generate(project: string, folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const link = () => symlink(join(project, 'node_modules'), join(folder, 'node_modules'))
  if (files.has('codegen.ts')) {
    await link()
    await runNode('@graphql-codegen/cli/esm/bin.js', ['--config', 'codegen.ts'], folder)
    await access(join(folder, 'src/gql/graphql.ts'))
  }
  if (files.has('relay.config.json')) {
    await link()
    await run(require('relay-compiler'), ['relay.config.json'], { cwd: folder })
    await access(join(folder, 'src/__generated__'))
  }
}

/** This repository's own strictness, so that a snippet compiles under any that is less strict. */
async function compilerConfig(files: readonly string[]): Promise<object> {
  const { exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const modules = Object.entries<{ readonly types?: string } | string>(exports).flatMap(([name, entry]) => {
    const built = typeof entry === 'string' ? undefined : entry.types
    if (built === undefined) return []
    const source = built.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts')
    return [[name.replace(/^\./, 'appointments-gateway'), [join(ROOT, source)]]]
  })
  return {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: { paths: Object.fromEntries(modules) },
    include: [],
    files,
  }
}

/** What the program prints. Under `NODE_ENV=test` the generator does not say what is wrong, so the environment stays here. */
async function runNode(script: string, args: readonly string[], folder: string): Promise<string> {
  const path = join(ROOT, 'node_modules', script)
  try {
    return (await run(process.execPath, [path, ...args], { cwd: folder, env: { PATH: process.env.PATH } }))
      .stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${script} failed:\n${stdout}${stderr}`)
  }
}
