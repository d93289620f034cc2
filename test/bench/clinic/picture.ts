import { SECRET } from '../../support/events.ts'
import { startGateway } from '../../support/gateway.ts'
import { startMetrics, type TestMetrics } from '../../telemetry/start-metrics.ts'
import { startTutorialGateway } from '../tutorial/gateway.ts'
import { type HourOptions, runHour, type StartGateway } from './hour.ts'
import { drawHour, type HowReadsWent, type Line } from './svg.ts'

type Options = Pick<HourOptions, 'quota' | 'minute'>

/** Runs the clinic's hour three times, and draws the dashboard's figures of it as an SVG. */
export async function pictureOfHour(options: Options): Promise<string> {
  const { quota = 1_000 } = options
  const withEvents = await watchOurs({ ...options, isLive: true })
  const alone = await watchOurs({ ...options, isLive: false })
  const tutorial = await watchTutorial(options, quota)
  return drawHour({
    quota,
    lines: [
      { name: 'with events', ...withEvents },
      { name: 'without events', ...alone },
      { name: 'as tutorials write it', ...tutorial },
    ],
    reads: withEvents.reads,
  })
}

type Watched = Omit<Line, 'name'>

/** Our gateway, whose metrics are scraped each minute, as by Prometheus. */
async function watchOurs({
  isLive,
  ...options
}: Options & { readonly isLive: boolean }): Promise<Watched & { readonly reads: readonly HowReadsWent[] }> {
  let metrics: TestMetrics | undefined
  const start: StartGateway = async (upstream, now) => {
    metrics = startMetrics({ now })
    const webhook = { url: () => `${gateway.url}/webhooks/appointments`, secret: SECRET }
    const gateway = await startGateway({
      ...upstream,
      now,
      observer: metrics,
      ...(isLive && { webhooks: { secrets: [{ secret: SECRET }] } }),
    })
    metrics.watch(gateway.state)
    return { ...gateway, graphqlUrl: () => `${gateway.url}/graphql`, ...(isLive && { webhook }) }
  }
  const left: number[] = []
  const reads: HowReadsWent[] = []
  const report = await runHour(start, {
    ...options,
    async eachMinute() {
      const samples = (await metrics?.read()) ?? new Map<string, number>()
      const [remaining] = [...samples].filter(([series]) => series.startsWith('gateway_quota_remaining'))
      if (remaining !== undefined) left.push(remaining[1])
      const read = (how: string) => samples.get(`gateway_reads_total{how="${how}"}`) ?? 0
      reads.push({
        asked: read('asked'),
        remembered: read('remembered'),
        joined: read('joined'),
        fused: read('fused'),
      })
    },
  })
  return { left, requests: report.upstreamRequests, refused: report.refusedReads, reads }
}

/** The other gateway has no metrics, so the upstream counts. */
async function watchTutorial(options: Options, quota: number): Promise<Watched> {
  const left: number[] = []
  const start: StartGateway = async (upstream) => {
    const tutorial = await startTutorialGateway(upstream)
    return { ...tutorial, graphqlUrl: () => tutorial.url }
  }
  const report = await runHour(start, {
    ...options,
    eachMinute: async (upstreamRequests) => void left.push(Math.max(0, quota - upstreamRequests)),
  })
  return { left, requests: report.upstreamRequests, refused: report.refusedReads }
}
