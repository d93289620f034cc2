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
  /** Something of the account may have changed, and the log of changes does not tell. */
  readonly onUntold: (account: string) => void
  readonly now: () => number
  readonly log: (line: EventLine) => void
  readonly observe: (report: EventReport) => void
  readonly tracer: Tracer | null
  readonly reportFault: ReportFault
}

const PATH = '/webhooks/appointments'
const MAX_BYTES = 262_144
const TOLERANCE_SECONDS = 86_400

/** The answer to each delivery. The upstream sends one again that is answered with anything but a success. */
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
 * Receives the upstream's events. A delivery is answered with success only once its event is in the log. No answer says
 * why a delivery was refused, and none has a body.
 */
export function useWebhooks(options: WebhooksOptions): Plugin<object, NodeContext> {
  const { accountsOfSecret, webhooks, coherence, onUntold, now, log, observe, tracer, reportFault } = options
  const secrets = [...accountsOfSecret.keys()]
  const toleranceMs = (webhooks.toleranceSeconds ?? TOLERANCE_SECONDS) * 1000
  /** The organisation of each secret, as its first event tells: an endpoint belongs to one. */
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
        onUntold(account)
      }
      return { fate: 'other', style }
    }
    if (event === 'unreadable') {
      for (const account of accounts) {
        await coherence.receiveUnreadableEvent(account)
        onUntold(account)
      }
      return { fate: 'malformed', style }
    }
    const fates: EventFate[] = []
    for (const account of accounts) {
      const fate = await coherence.receiveEvent(account, event)
      if (fate === 'outdated') onUntold(account)
      fates.push(fate)
    }
    // Where one of them could not take it, it has to come again.
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
