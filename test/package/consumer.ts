import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const REPOSITORY = resolve(import.meta.dirname, '../..')
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly repository: { readonly url: string }
  readonly optionalDependencies: Readonly<Record<string, string>>
}

export interface Consumer extends AsyncDisposable {
  /** The folder of the installed package. */
  readonly installed: string
  readonly manifest: Manifest
  write(name: string, text: string): Promise<void>
  /** Runs Node in the project. Resolves to the output; an exit code other than 0 rejects with the output. */
  node(...args: string[]): Promise<string>
}

/** Creates an empty project with the package installed from its tarball, without a registry. */
export async function createConsumer(tarball: string): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'consumer-'))
  const project = join(folder, 'project')
  const installed = join(project, 'node_modules', 'appointments-gateway')
  await mkdir(installed, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  const manifest: Manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
  // Only the dependencies of the package, and the types of Node, which the project chooses.
  const named = { ...manifest.dependencies, ...manifest.peerDependencies }
  for (const name of [...Object.keys(named), '@types/node']) await link(name, project)
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  return {
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

/** The path of a file in one of the packages that this repository depends on. */
export function scriptOf(name: string, path: string): string {
  return join(REPOSITORY, 'node_modules', name, path)
}

async function link(name: string, project: string): Promise<void> {
  const place = join(project, 'node_modules', name)
  await mkdir(dirname(place), { recursive: true })
  await symlink(join(REPOSITORY, 'node_modules', name), place)
}
