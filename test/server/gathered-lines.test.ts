import { spawnSync } from 'node:child_process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { gatherLines } from '../../src/server/gathered-lines.ts'

describe('lines of the log', () => {
  test('that come in one turn are written at once, in their order', async () => {
    const written: string[] = []
    const lines = gatherLines({ write: (text) => written.push(text) })
    lines.write('a\n')
    lines.write('b\n')
    expect(written).toEqual([])
    await nextTurn()
    lines.write('c\n')
    await nextTurn()
    expect(written).toEqual(['a\nb\n', 'c\n'])
  })

  test('that are left when the process ends are written all the same', () => {
    const program = `
      const { gatherLines } = await import('./src/server/gathered-lines.ts')
      gatherLines(process.stderr).write('the last words')
      process.exit(3)`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program])
    expect([status, String(stderr)]).toEqual([3, 'the last words'])
  })
})
