import { builder } from '../builder.ts'
import type { Quota, QuotaForecast, Upstream } from '../context.ts'

const UpstreamState = builder.enumType('UpstreamState', {
  description: 'The outcome of the last request to the upstream, for any caller.',
  values: {
    UNKNOWN: { value: 'unknown', description: 'There has been no request.' },
    ANSWERING: { value: 'answering', description: 'The upstream answered, possibly with a refusal.' },
    FAILING: {
      value: 'failing',
      description:
        'There was no answer, or the upstream failed: reads are answered from the cache where it still has an answer.',
    },
  } satisfies Record<Uppercase<Upstream['state']>, { value: Upstream['state']; description: string }>,
})

const EventsState = builder.enumType('EventsState', {
  description: "Whether the gateway reliably receives the upstream's events for this caller's account.",
  values: {
    OFF: { value: 'off', description: 'The gateway receives no events.' },
    WAITING: { value: 'waiting', description: 'No event has arrived yet.' },
    HEALTHY: {
      value: 'healthy',
      description:
        'Events arrive, and no read contradicts them: answers are cached for `CACHE_TTL_FED_SECONDS`.',
    },
    SILENT: { value: 'silent', description: 'The last event is older than `EVENTS_SILENT_SECONDS`.' },
    CONTRADICTED: {
      value: 'contradicted',
      description: 'A read has found that an event was lost, and none has arrived since.',
    },
  } satisfies Record<Uppercase<Upstream['events']>, { value: Upstream['events']; description: string }>,
})

const SharedState = builder.enumType('SharedState', {
  description: 'Whether this instance of the gateway reaches the store that it shares with other instances.',
  values: {
    OFF: { value: 'off', description: 'It shares no store.' },
    UP: { value: 'up', description: 'It reaches the store.' },
    DOWN: { value: 'down', description: 'It does not reach the store, and uses only its own state.' },
  } satisfies Record<Uppercase<Upstream['shared']>, { value: Upstream['shared']; description: string }>,
})

const QuotaForecastType = builder.objectRef<QuotaForecast>('QuotaForecast').implement({
  description: 'A forecast of the quota, if requests continue at the rate of the last five minutes.',
  fields: (t) => ({
    enough: t.exposeBoolean('enough', {
      nullable: false,
      description: 'Whether the quota is enough for reads until the reset.',
    }),
    spentAt: t.expose('spentAt', {
      type: 'DateTime',
      description:
        'When only the part that is reserved for writes is left, so that reads are refused. Null where the quota is enough.',
    }),
    remainingAtReset: t.exposeInt('remainingAtReset', {
      nullable: false,
      description: 'Requests that are left at the reset.',
    }),
  }),
})

const QuotaType = builder.objectRef<Quota>('Quota').implement({
  description: "The upstream's quota of the key that the gateway uses for this caller's operations.",
  fields: (t) => ({
    limit: t.exposeInt('limit', { nullable: false, description: 'Requests in an hour.' }),
    remaining: t.exposeInt('remaining', {
      nullable: false,
      description: 'Requests that are left in this hour.',
    }),
    resetsAt: t.expose('resetsAt', {
      type: 'DateTime',
      nullable: false,
      description: 'When the quota is full again.',
    }),
    forecast: t.expose('forecast', {
      type: QuotaForecastType,
      description: 'Null until the quota has been known for a minute.',
    }),
  }),
})

const UpstreamType = builder.objectRef<Upstream>('Upstream').implement({
  description: 'The state of the upstream as the gateway knows it, without an upstream request.',
  fields: (t) => ({
    quota: t.expose('quota', {
      type: QuotaType,
      description: 'Null where no response has had rate headers yet.',
    }),
    state: t.expose('state', {
      type: UpstreamState,
      nullable: false,
      description: 'Whether the upstream answers.',
    }),
    events: t.expose('events', {
      type: EventsState,
      nullable: false,
      description: 'Whether the upstream reports changes.',
    }),
    shared: t.expose('shared', {
      type: SharedState,
      nullable: false,
      description: 'Whether instances of the gateway share their state.',
    }),
  }),
})

builder.queryField('upstream', (t) =>
  t.field({
    type: UpstreamType,
    description:
      'The quota that is left, and the state of the upstream, of its events and of the store that instances share. Costs nothing, and is never cached. Null, with an error at its place, for a caller that may not read.',
    resolve: (_root, _args, { readUpstream }) => readUpstream(),
  }),
)
