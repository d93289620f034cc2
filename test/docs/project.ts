import { execFile } from 'node:child_process'
import { access, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT, type Snippet } from './documents.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** A project that has this package as a dependency, with the snippets in its files. */
export interface Project extends AsyncDisposable {
  readonly folder: string
  /** The TypeScript files of all snippets, and the files generated from them. */
  readonly files: readonly string[]
}

/** One folder for each section, because two recipes may use the same file names. */
export async function createProject(snippets: readonly Snippet[]): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'snippets-'))
  await installAll(folder)
  const sections = [...Map.groupBy(snippets, sectionOf)]
  const writing = sections.map(([name, members]) => writeSection(folder, name, members))
  const [files] = await Promise.all([Promise.all(writing), buildPackage(folder)])
  return { folder, files: files.flat(), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

/** The name of a recipe, and its folder: `docs/clients.md/apollo-client`. */
export function sectionOf({ path, section }: Snippet): string {
  return join(path, section)
}

/** Returns the stdout of the script. Without our environment, because under `NODE_ENV=test` the generator hides its errors. */
export async function runNode(script: string, args: readonly string[], folder: string): Promise<string> {
  try {
    const env = { PATH: process.env.PATH }
    return (await run(process.execPath, [script, ...args], { cwd: folder, env })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${script} failed:\n${stdout}${stderr}`)
  }
}

export function scriptOf(name: string): string {
  return join(ROOT, 'node_modules', name)
}

/** Links every dependency of this repository, and copies this package as npm packs it. */
async function installAll(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  const own = join(folder, OWN)
  await mkdir(own, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const names = await readdir(join(ROOT, 'node_modules'))
  await Promise.all(names.map((name) => symlink(join(ROOT, 'node_modules', name), join(modules, name))))
  for (const name of ['package.json', 'schema.graphql']) await cp(join(ROOT, name), join(own, name))
}

/** Without a type check, because `npm run check` does that. */
async function buildPackage(folder: string): Promise<void> {
  const args = ['-p', join(ROOT, 'src'), '--outDir', join(folder, OWN, 'dist'), '--noCheck']
  await runNode(scriptOf('typescript/bin/tsc'), args, folder)
}

const OWN = 'node_modules/appointments-gateway'

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
    else {
      latest = note === '' ? `line-${line}.ts` : note
      texts.set(latest, text)
    }
  }
  for (const [file, text] of texts) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
  await generate(project, folder, texts)
  const files = await readdir(folder, { recursive: true })
  return files
    .filter((file) => file.endsWith('.ts') && !file.startsWith('node_modules'))
    .map((file) => join(folder, file))
}

/** Runs the generators that a recipe configures. */
async function generate(project: string, folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const link = () => symlink(join(project, 'node_modules'), join(folder, 'node_modules'))
  if (files.has('codegen.ts')) {
    await link()
    await runNode(scriptOf('@graphql-codegen/cli/esm/bin.js'), ['--config', 'codegen.ts'], folder)
    await access(join(folder, 'src/gql/graphql.ts'))
  }
  if (files.has('relay.config.json')) {
    await link()
    await run(require('relay-compiler'), ['relay.config.json'], { cwd: folder })
    await access(join(folder, 'src/__generated__'))
  }
}
