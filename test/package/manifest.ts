import { readFile, writeFile } from 'node:fs/promises'

interface Manifest {
  optionalDependencies: Readonly<Record<string, string>>
}

/** Node itself, as npm packages: whoever installs ours would find that one in the place of their own. */
const BRINGS_NODE = /^node-(linux|win)-/

/** The manifest that is packed names no Node. */
async function strip(): Promise<void> {
  const manifest = await read<Manifest>('package.json')
  const kept = Object.entries(manifest.optionalDependencies).filter(([name]) => !BRINGS_NODE.test(name))
  await write({ ...manifest, optionalDependencies: Object.fromEntries(kept) })
}

/** The lockfile knows what the manifest said, so this mends one also where packing broke off. */
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
else throw new Error('Say strip or restore.')
