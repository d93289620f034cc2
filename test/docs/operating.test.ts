import { describe, expect, test } from 'vitest'
import { knownCode } from '../../src/server/observation/codes.ts'
import { observeAll } from '../telemetry/observe-all.ts'
import { startMetrics } from '../telemetry/start-metrics.ts'
import { readDocument } from './documents.ts'

describe('The page for operators', () => {
  test('The table has each metric with its labels, and no other', async () => {
    const metrics = startMetrics()
    observeAll(metrics)
    const { text } = await metrics.page()
    const found = new Map<string, Set<string>>()
    for (const [, name = ''] of text.matchAll(/^# TYPE (\S+)/gm)) found.set(name, new Set())
    for (const [, series = '', labels = ''] of text.matchAll(/^([a-z_]+)\{(.*)\} /gm)) {
      const name = found.has(series) ? series : series.replace(/_(bucket|sum|count)$/, '')
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g))
        if (label !== 'le') found.get(name)?.add(label)
    }
    const rows = [...readDocument('docs/operating.md').text.matchAll(/^\| `([a-z_]+)` \|([^|]*)\|/gm)]
    const documented = rows.map(([, name = '', labels = '']) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
    ])
    expect(documented.toSorted()).toEqual(
      [...found].map(([name, labels]) => [name, [...labels].sort()]).sort(),
    )
  })

  test('The metrics know each code of docs/errors.md', () => {
    const [, table = ''] = /\n\| `extensions\.code`(.*?)\n\n/s.exec(readDocument('docs/errors.md').text) ?? []
    const codes = table
      .split('\n| ')
      .flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([A-Z_]+)`/g)])
    expect(codes.length).toBeGreaterThan(25)
    expect(codes.map(([, code = '']) => code).filter((code) => knownCode(code) !== code)).toEqual([])
  })
})
