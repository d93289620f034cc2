import type { Plugin } from 'graphql-yoga'
import { type AppointmentEvent, readDelivery } from '../events/event.ts'
import { readSignedHeaders, verifySignature } from '../events/signature.ts'
import type { Coherence } from '../rest/coherence/coherence.ts'
import { faultOf } from './errors.ts'
import type { EventFate, EventLine, ReportFault, WebhookOptions } from './gateway-options.ts'
import { readBytes } from './http/body.ts'
import type { NodeContext } from './http/node-handler.ts'
import { isAt } from './http/path.ts'
import type { EventReport, Tracer } from './observation/observer.ts'

export interface WebhooksOptions {
  /** The secrets, each with the accounts whose events it signs. */
  readonly accountsOfSecret: ReadonlyMap<string, readonly string[]>
  readonly webhooks: WebhookOptions
  readonly coherence: Coherence
  /** Called where something of the account may have changed without an entry in the log of changes. */
  readonly onUnloggedChange: (account: string) => void
  readonly now: () => number
  readonly log: (line: EventLine) => void
  readonly observe: (report: EventReport) => void
  readonly tracer: Tracer | null
  readonly reportFault: ReportFault
}

const PATH = '/webhooks/appointments'
const MAX_BYTES = 262_144
const TOLERANCE_SECONDS = 86_400

/** The status of the response to a delivery. The upstream repeats a delivery until a response is a success. */
const STATUSES: Readonly<Record<EventFate, number>> = {
  logged: 204,
  echo: 204,
  outdated: 204,
  duplicate: 204,
  other: 204,
  forged: 401,
  stale: 400,
  malformed: 400,
  broken: 400,
  otherOrganisation: 400,
  tooLarge: 413,
  unavailable: 503,
}

/**
 * Receives the upstream's events. The response is a success only once the event is in the log. A response has no body, and
 * never says why a delivery was refused.
 */
export function useWebhooks(options: WebhooksOptions): Plugin<object, NodeContext> {
  const { accountsOfSecret, webhooks, coherence, onUnloggedChange, now, log, observe, tracer, reportFault } =
    options
  const secrets = [...accountsOfSecret.keys()]
  const toleranceMs = (webhooks.toleranceSeconds ?? TOLERANCE_SECONDS) * 1000
  /** By secret, the organisation of its first event. An endpoint belongs to one organisation. */
  const organisations = new Map<string, string>()

  async function receive(bytes: Buffer, headerOf: (name: string) => string | null): Promise<EventLine> {
    const verified = verifySignature(readSignedHeaders(headerOf), bytes, secrets, webhooks.style)
    if (verified === undefined) return { fate: 'forged' }
    const { secret, style, signedAt } = verified
    if (Math.abs(now() - signedAt) > toleranceMs) return { fate: 'stale', style }
    const accounts = accountsOfSecret.get(secret) ?? []
    const delivery = readDelivery(bytes)
    if (delivery === undefined) return { fate: 'malformed', style }
    const { organisation, event, changed } = delivery
    if (organisation !== undefined) {
      const known = organisations.get(secret)
      if (known !== undefined && known !== organisation) return { fate: 'otherOrganisation', style }
      organisations.set(secret, organisation)
    }
    if (event === 'other') {
      for (const account of accounts) {
        await coherence.receiveOtherEvent(account, changed)
        onUnloggedChange(account)
      }
      return { fate: 'other', style }
    }
    if (event === 'unreadable') {
      for (const account of accounts) {
        await coherence.receiveUnreadableEvent(account)
        onUnloggedChange(account)
      }
      return { fate: 'malformed', style }
    }
    const fates: EventFate[] = []
    for (const account of accounts) {
      const fate = await coherence.receiveEvent(account, event)
      if (fate === 'outdated') onUnloggedChange(account)
      fates.push(fate)
    }
    // Where one account's log is unavailable, the upstream has to repeat the delivery.
    const fate = fates.includes('unavailable') ? 'unavailable' : (fates[0] ?? 'other')
    return { style, ...lineOf(event), fate }
  }

  function lineOf({ kind, createdAt }: AppointmentEvent): Pick<EventLine, 'kind' | 'delayMs'> {
    return { kind, delayMs: now() - Date.parse(createdAt) }
  }

  async function answer(request: Request, context: NodeContext): Promise<EventFate> {
    const span = tracer?.begin('webhook', request.headers.get('traceparent'))
    let line: EventLine
    try {
      const bytes = await readBytes(request, context?.req, MAX_BYTES)
      line =
        typeof bytes === 'string'
          ? { fate: bytes }
          : await receive(bytes, (name) => request.headers.get(name))
    } catch (error) {
      reportFault(faultOf(error))
      line = { fate: 'unavailable' }
    }
    log({ ...line, ...(span !== undefined && { trace: span.traceId }) })
    observe({ ...line, source: 'webhook' })
    const { fate, kind, style } = line
    span?.end({ facts: { fate, kind, style } })
    return fate
  }

  return {
    async onRequest({ request, url, serverContext, fetchAPI, endResponse }) {
      if (!isAt(url, PATH)) return
      const isPost = request.method === 'POST'
      const status = isPost ? STATUSES[await answer(request, serverContext)] : 405
      endResponse(new fetchAPI.Response(null, { status, ...(!isPost && { headers: { allow: 'POST' } }) }))
    },
  }
}
