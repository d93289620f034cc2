import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../docs/documents.ts'

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Runs a system program. Undefined if it is not installed; an exit code other than 0 rejects with its output. */
export async function runIfThere(program: string, ...args: string[]): Promise<string | undefined> {
  const env = { PATH: `${process.env.PATH}:/usr/sbin` }
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { env })
    return stdout + stderr
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    if (code === 'ENOENT') return undefined
    throw new Error(`${program} failed:\n${stdout}${stderr}`)
  }
}
