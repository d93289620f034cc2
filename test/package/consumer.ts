import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const REPOSITORY = resolve(import.meta.dirname, '../..')

export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

export interface Consumer extends AsyncDisposable {
  readonly tarball: string
  /** The package as it is installed. */
  readonly installed: string
  readonly manifest: Manifest
  write(name: string, text: string): Promise<void>
  /** Runs a script of node's in the project; its output, or a rejection that holds it. */
  node(...args: string[]): Promise<string>
}

/** An empty project into which the package was installed from its tarball: no registry is asked. */
export async function createConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'consumer-'))
  const tarball = await pack(join(folder, 'packed'))
  const project = join(folder, 'project')
  const installed = join(project, 'node_modules', 'appointments-gateway')
  await mkdir(installed, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  const manifest: Manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
  // What the package does not name is not there; the compiler's own view of node is the project's.
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) await link(name, project)
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  return {
    tarball,
    installed,
    manifest,
    write: (name, text) => writeFile(join(project, name), text),
    async node(...args) {
      const { stdout } = await run(process.execPath, args, { cwd: project }).catch((error) => {
        throw new Error(`${error.stdout}${error.stderr}`)
      })
      return stdout
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

/** The file of a package that its command is made of. */
export function scriptOf(name: string, path: string): string {
  return join(REPOSITORY, 'node_modules', name, path)
}

/** Packs a copy, so that nobody sees the manifest as it is meanwhile. */
async function pack(stage: string): Promise<string> {
  const parts = ['package.json', 'package-lock.json', 'tsconfig.json', 'schema.graphql', 'README.md', 'src']
  for (const part of [...parts, 'test/package/manifest.ts'])
    await cp(join(REPOSITORY, part), join(stage, part), { recursive: true })
  await symlink(join(REPOSITORY, 'node_modules'), join(stage, 'node_modules'))
  const before = await readFile(join(stage, 'package.json'), 'utf8')
  await run('npm', ['pack', '--silent'], { cwd: stage })
  if ((await readFile(join(stage, 'package.json'), 'utf8')) !== before)
    throw new Error('Packing has changed the manifest.')
  const [tarball = ''] = (await readdir(stage)).filter((name) => name.endsWith('.tgz'))
  return join(stage, tarball)
}

async function link(name: string, project: string): Promise<void> {
  const place = join(project, 'node_modules', name)
  await mkdir(dirname(place), { recursive: true })
  await symlink(join(REPOSITORY, 'node_modules', name), place)
}
