import { createMetrics, type Metrics, type MetricsOptions } from '../../src/telemetry/metrics/metrics.ts'

export interface TestMetrics extends Metrics {
  /** The current samples by their series: `gateway_reads_total{how="asked"}`. */
  read(): Promise<ReadonlyMap<string, number>>
  /** The samples above 0 whose series has the prefix, by the rest of the series. */
  above0(beginning: string): Promise<Readonly<Record<string, number>>>
}

export function startMetrics({ lagMs = () => 0, now = Date.now }: Partial<MetricsOptions> = {}): TestMetrics {
  const metrics = createMetrics({ lagMs, now })
  const read = async () => samplesIn((await metrics.page()).text)
  return {
    ...metrics,
    read,
    async above0(beginning) {
      const found = [...(await read())].filter(([series, value]) => series.startsWith(beginning) && value > 0)
      return Object.fromEntries(found.map(([series, value]) => [series.slice(beginning.length), value]))
    },
  }
}

/** Parses the text format of Prometheus. Throws for an invalid line. */
export function samplesIn(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [, series = '', value = ''] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
      if (series === '' || Number.isNaN(Number(value))) throw new Error(`No sample: ${line}`)
      return [series, Number(value)]
    }),
  )
}
