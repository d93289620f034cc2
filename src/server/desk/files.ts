import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type CompressedText, compressText } from '../pages/compressed-text.ts'
import { loadOnce } from '../pages/load-once.ts'

export interface DeskFiles {
  readonly script: CompressedText
  readonly style: CompressedText
}

/** The folder of the desk: its sources next to those of the server, or in `dist` its built files. */
const FOLDER = new URL('../../desk/', import.meta.url)

/** The script and the style of the desk. They are read, or bundled, at the first request. */
export const loadDesk = loadOnce(load)

async function load(): Promise<DeskFiles> {
  const [script, style] = await Promise.all([readScript(), readText('desk.css')])
  return {
    script: await compressText(script, 'text/javascript; charset=utf-8'),
    style: await compressText(style, 'text/css; charset=utf-8'),
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
