import { readFile, writeFile } from 'node:fs/promises'

interface Manifest {
  optionalDependencies: Readonly<Record<string, string>>
}

/** Packages that contain Node itself: in a project that installs ours, they would replace the command `node`. */
const CONTAINS_NODE = /^node-(linux|win)-/

/** Removes the packages of Node from the manifest, before npm packs it. */
async function strip(): Promise<void> {
  const manifest = await read<Manifest>('package.json')
  const remaining = Object.entries(manifest.optionalDependencies).filter(
    ([name]) => !CONTAINS_NODE.test(name),
  )
  await write({ ...manifest, optionalDependencies: Object.fromEntries(remaining) })
}

/** Restores the manifest from the lockfile, so that this works after a failed `npm pack` too. */
async function restore(): Promise<void> {
  const lock = await read<{ packages: { '': Manifest } }>('package-lock.json')
  const manifest = await read<Manifest>('package.json')
  await write({ ...manifest, optionalDependencies: lock.packages[''].optionalDependencies })
}

async function read<Content>(path: string): Promise<Content> {
  return JSON.parse(await readFile(path, 'utf8'))
}

async function write(manifest: Manifest): Promise<void> {
  await writeFile('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
}

const [, , command] = process.argv
if (command === 'strip') await strip()
else if (command === 'restore') await restore()
else throw new Error('The argument is strip or restore.')
