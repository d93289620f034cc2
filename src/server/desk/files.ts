import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type Packed, pack } from '../pages/packed.ts'

export interface DeskFiles {
  readonly script: Packed
  readonly style: Packed
}

/** Beside the sources of the server are the sources of the desk, and beside what is built of it is what is built. */
const FOLDER = new URL('../../desk/', import.meta.url)

let loading: Promise<DeskFiles> | undefined

/** The script and the style of the desk. They are read, or bundled, when a browser first asks for them. */
export function loadDesk(): Promise<DeskFiles> {
  loading ??= load()
  return loading
}

async function load(): Promise<DeskFiles> {
  const [script, style] = await Promise.all([readScript(), readText('desk.css')])
  return {
    script: await pack(script, 'text/javascript; charset=utf-8'),
    style: await pack(style, 'text/css; charset=utf-8'),
  }
}

async function readScript(): Promise<string> {
  if (existsSync(new URL('desk.js', FOLDER))) return readText('desk.js')
  const { bundleDesk } = await import('./bundle.ts')
  return bundleDesk(FOLDER)
}

function readText(name: string): Promise<string> {
  return readFile(new URL(name, FOLDER), 'utf8')
}
