import { builder } from '../builder.ts'
import type { Quota, QuotaForecast, Upstream } from '../context.ts'

const UpstreamState = builder.enumType('UpstreamState', {
  description: 'How the last request to the upstream ended, whoever caused it.',
  values: {
    UNKNOWN: { value: 'unknown', description: 'There has been none.' },
    ANSWERING: { value: 'answering', description: 'It was answered, be it by a refusal.' },
    FAILING: {
      value: 'failing',
      description:
        'There was no answer, or the upstream failed: reads get what was seen before, as far as that is kept.',
    },
  } satisfies Record<Uppercase<Upstream['state']>, { value: Upstream['state']; description: string }>,
})

const EventsState = builder.enumType('EventsState', {
  description: "Whether the upstream's events of this caller's account can be relied on.",
  values: {
    OFF: { value: 'off', description: 'They do not reach the gateway.' },
    WAITING: { value: 'waiting', description: 'None has come yet.' },
    HEALTHY: {
      value: 'healthy',
      description: 'They come, and nothing contradicts them: answers are kept for `CACHE_TTL_FED_SECONDS`.',
    },
    SILENT: { value: 'silent', description: 'The last one is longer ago than `EVENTS_SILENT_SECONDS`.' },
    CONTRADICTED: {
      value: 'contradicted',
      description: 'One was lost, and none has come since that was found.',
    },
  } satisfies Record<Uppercase<Upstream['events']>, { value: Upstream['events']; description: string }>,
})

const SharedState = builder.enumType('SharedState', {
  description: 'Whether this instance of the gateway reaches what it shares with others.',
  values: {
    OFF: { value: 'off', description: 'It is alone.' },
    UP: { value: 'up', description: 'It reaches it.' },
    DOWN: { value: 'down', description: 'It does not reach it, and goes by what it knows itself.' },
  } satisfies Record<Uppercase<Upstream['shared']>, { value: Upstream['shared']; description: string }>,
})

const QuotaForecastType = builder.objectRef<QuotaForecast>('QuotaForecast').implement({
  description: 'What becomes of the quota where requests go on at the pace of the last five minutes.',
  fields: (t) => ({
    enough: t.exposeBoolean('enough', {
      nullable: false,
      description: 'Whether it is enough for reads until the reset.',
    }),
    spentAt: t.expose('spentAt', {
      type: 'DateTime',
      description:
        'When reads find no more room, because only the part that is reserved for writes is left. Null where it is enough.',
    }),
    remainingAtReset: t.exposeInt('remainingAtReset', {
      nullable: false,
      description: 'Requests that are left at the reset.',
    }),
  }),
})

const QuotaType = builder.objectRef<Quota>('Quota').implement({
  description: "What the upstream still allows the key that this caller's operations are sent with.",
  fields: (t) => ({
    limit: t.exposeInt('limit', { nullable: false, description: 'Requests in an hour.' }),
    remaining: t.exposeInt('remaining', { nullable: false, description: 'Requests that are left of it.' }),
    resetsAt: t.expose('resetsAt', {
      type: 'DateTime',
      nullable: false,
      description: 'When it is full again.',
    }),
    forecast: t.expose('forecast', {
      type: QuotaForecastType,
      description: 'Null until the quota has been known for a minute.',
    }),
  }),
})

const UpstreamType = builder.objectRef<Upstream>('Upstream').implement({
  description: 'What the gateway knows of the upstream without asking it.',
  fields: (t) => ({
    quota: t.expose('quota', {
      type: QuotaType,
      description: 'Null where no response has carried rate headers yet.',
    }),
    state: t.expose('state', {
      type: UpstreamState,
      nullable: false,
      description: 'Whether the upstream answers.',
    }),
    events: t.expose('events', {
      type: EventsState,
      nullable: false,
      description: 'Whether the upstream tells of changes.',
    }),
    shared: t.expose('shared', {
      type: SharedState,
      nullable: false,
      description: 'Whether instances of the gateway share what they know.',
    }),
  }),
})

builder.queryField('upstream', (t) =>
  t.field({
    type: UpstreamType,
    description:
      'What is left of the quota, and how the upstream, its events and what instances share are. Costs nothing, and is never remembered. Null, with an error at its place, for a caller that may not read.',
    resolve: (_root, _args, { readUpstream }) => readUpstream(),
  }),
)
