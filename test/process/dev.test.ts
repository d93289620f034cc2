import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { ROOT } from '../docs/documents.ts'

const NPM_RUN_DEV = manifest.scripts.dev.split(' ').slice(1)

test('npm run dev reads .env, and restarts when a source changes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dev-'))
  for (const part of ['package.json', 'src'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, '.env'), 'PORT=0\nSANDBOX_PORT=0\nGRAPHIQL=false\n')

  const child = spawn(process.execPath, NPM_RUN_DEV, {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const greetings = createInterface(child.stdout)[Symbol.asyncIterator]()
  async function greeting(): Promise<string> {
    for (let line = await greetings.next(); !line.done; line = await greetings.next())
      if (/ is at http:\S+\/graphql/.test(line.value)) return line.value
    throw new Error('It ended.')
  }

  let again: NodeJS.Timeout | undefined
  try {
    expect(await greeting()).toMatch(/^GraphQL is at .* sample data\.$/)
    const source = join(folder, 'src/process/greeting.ts')
    const changed = (await readFile(source, 'utf8')).replace('GraphQL is at', 'It is at')
    await writeFile(source, changed)
    // On a busy machine Node may begin to watch the file later.
    again = setInterval(() => void writeFile(source, changed), 10_000)
    expect(await greeting()).toMatch(/^It is at /)
  } finally {
    clearInterval(again)
    child.kill('SIGTERM')
    await once(child, 'exit')
    await rm(folder, { recursive: true })
  }
})
