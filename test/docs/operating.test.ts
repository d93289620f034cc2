import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parser } from '@prometheus-io/lezer-promql'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { knownCode } from '../../src/server/observation/codes.ts'
import { observeAll } from '../telemetry/observe-all.ts'
import { samplesIn, startMetrics } from '../telemetry/start-metrics.ts'
import { ROOT, readDocument } from './documents.ts'

/** The `/metrics` response of a gateway that has reported each kind of observation once. */
async function readPage(): Promise<string> {
  const metrics = startMetrics()
  observeAll(metrics)
  return (await metrics.page()).text
}

/** The metrics in that response, each with its labels. */
async function readMetrics(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const text = await readPage()
  const found = new Map(
    [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => [name, new Set<string>()]),
  )
  for (const series of samplesIn(text).keys()) {
    const [sample = '', labels = ''] = series.split('{')
    const name = found.has(sample) ? sample : familyOf(sample)
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) if (label !== 'le') found.get(name)?.add(label)
  }
  return found
}

function familyOf(sample: string): string {
  return sample.replace(/_(bucket|sum|count)$/, '')
}

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly targets?: readonly { readonly expr: string }[]
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

const { panels } = JSON.parse(readDocument('docs/operating/dashboard.json').text) as {
  readonly panels: readonly Panel[]
}
const { groups } = parse(readDocument('docs/operating/alerts.yml').text) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}
const rules = groups.flatMap((group) => group.rules)
const queries = [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr }))),
  ...rules.map(({ alert, expr }) => ({ title: alert, expr })),
]

/** The texts of the nodes of these kinds in a PromQL expression. Throws if the expression is invalid. */
function textsOf(expr: string, kinds: readonly string[]): readonly string[] {
  // Grafana replaces the variable with a duration before it sends the query to Prometheus.
  const query = expr.replaceAll('$__rate_interval', '1m')
  const texts: string[] = []
  parser.parse(query).iterate({
    enter({ type, name, from, to }) {
      if (type.isError) throw new Error(`No PromQL: ${query} at ${from}`)
      if (kinds.includes(name)) texts.push(query.slice(from, to))
    },
  })
  return texts
}

describe('The page for operators', () => {
  test('The table has each metric with its labels, and no other', async () => {
    const rows = [
      ...readDocument('docs/operating.md').text.matchAll(/^\| `((?:gateway|process)_[a-z_]+)` \|([^|]*)\|/gm),
    ]
    const documented = rows.map(([, name = '', labels = '']) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
    ])
    const real = [...(await readMetrics())].map(([name, labels]) => [name, [...labels].sort()])
    expect(documented.toSorted()).toEqual(real.toSorted())
  })

  test('The metrics know each code of docs/errors.md', () => {
    const [, table = ''] = /\n\| `extensions\.code`(.*?)\n\n/s.exec(readDocument('docs/errors.md').text) ?? []
    const cells = table.split('\n| ').map((row) => row.split(' | ')[0] ?? '')
    const codes = cells.flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, code = '']) => code))
    expect(codes.length).toBeGreaterThan(25)
    expect(codes.filter((code) => knownCode(code) !== code)).toEqual([])
    expect(knownCode('ADA_LOVELACE')).toBe('other')
  })

  test('It explains each alert, and no other', () => {
    const rows = [...readDocument('docs/operating.md').text.matchAll(/^\| `(Gateway\w+)` \|/gm)]
    expect(rows.map(([, name]) => name)).toEqual(rules.map(({ alert }) => alert))
  })

  test('It links to each file in docs/operating', () => {
    const { text } = readDocument('docs/operating.md')
    const files = readdirSync(join(ROOT, 'docs/operating'))
    expect(files.filter((file) => !text.includes(`(operating/${file})`))).toEqual([])
  })
})

describe('The dashboard and the alerts', () => {
  test.for(queries)('$title queries metrics and labels that exist', async ({ expr }) => {
    const metrics = await readMetrics()
    const names = textsOf(expr, ['Identifier']).filter((name) => /^(gateway|process)_/.test(name))
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !metrics.has(name) && !metrics.has(familyOf(name)))).toEqual([])
    // The labels that Prometheus adds, and that of the bounds of histogram buckets.
    const known = new Set([
      'instance',
      'le',
      ...names.flatMap((name) => [...(metrics.get(familyOf(name)) ?? [])]),
    ])
    expect(textsOf(expr, ['LabelName']).filter((label) => !known.has(label))).toEqual([])
  })

  test.for(queries)('$title queries label values that exist', async ({ expr }) => {
    const text = await readPage()
    const matchers = textsOf(expr, ['UnquotedLabelMatcher']).map((each) =>
      /^(\w+)(!?[=~]+)"(.*)"$/.exec(each),
    )
    for (const [matcher, label, , values = ''] of matchers.map((each) => each ?? []))
      if (matcher !== undefined && label !== 'instance')
        for (const value of values.split('|')) expect(text).toContain(`${label}="${value}"`)
  })

  test('Each metric of the gateway is on the dashboard', async () => {
    const asked = new Set(
      panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => textsOf(expr, ['Identifier']))),
    )
    const real = [...(await readMetrics()).keys()].filter((name) => name.startsWith('gateway_'))
    const isAsked = (name: string) => asked.has(name) || asked.has(`${name}_bucket`)
    // Operators look up the signature style only once.
    expect(real.filter((name) => !isAsked(name))).toEqual(['gateway_signatures_total'])
  })

  test('Each panel has a unique id, a title, and a query', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const empty = panels.filter(
      ({ title, type, targets = [] }) => title === '' || (type !== 'row' && targets.length === 0),
    )
    expect(empty).toEqual([])
  })

  test('Each alert has a severity, a summary and a description', () => {
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Gateway[A-Z]/)
      expect(['warning', 'critical']).toContain(labels.severity)
      expect(annotations.summary).toMatch(/\.$/)
      expect(annotations.description).toMatch(/\.$/)
    }
  })

  test('An invalid PromQL expression throws', () => {
    expect(() => textsOf('sum(rate(gateway_reads_total[5m])', ['Identifier'])).toThrow('No PromQL')
  })
})
