import { DirectiveLocation, GraphQLBoolean, GraphQLDirective, GraphQLNonNull, GraphQLString } from 'graphql'

export const DEFER = 'defer'

/** The directive of the 2022 format of incremental delivery, which clients and tools support. */
export const deferDirective = new GraphQLDirective({
  name: DEFER,
  description:
    'Delivers a fragment later: the answer begins without it, as `multipart/mixed` or `text/event-stream`, and its fields follow in parts. The gateway includes the fragment in the first part where that costs no upstream request, in mutations and subscriptions, and where the client accepts neither format by name.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    if: {
      type: new GraphQLNonNull(GraphQLBoolean),
      defaultValue: true,
      description: 'False includes the fragment in the first part.',
    },
    label: { type: GraphQLString, description: 'Names the fragment in the part that contains it.' },
  },
})

export const LIVE = 'live'

export const liveDirective = new GraphQLDirective({
  name: LIVE,
  description:
    "The gateway sends a complete new answer whenever, and only when, the answer has changed: as `text/event-stream` or `multipart/mixed`. A client that accepts neither by name gets one answer, as without the directive. Needs the upstream's events, else `EVENTS_UNAVAILABLE`. Not together with `@defer`.",
  locations: [DirectiveLocation.QUERY],
  args: {
    if: {
      type: new GraphQLNonNull(GraphQLBoolean),
      defaultValue: true,
      description: 'False gives one answer.',
    },
  },
})
