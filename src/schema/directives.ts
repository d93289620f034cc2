import { DirectiveLocation, GraphQLBoolean, GraphQLDirective, GraphQLNonNull, GraphQLString } from 'graphql'

export const DEFER = 'defer'

/** As clients and tools of the incremental delivery of 2022 know it. */
export const deferDirective = new GraphQLDirective({
  name: DEFER,
  description:
    'Lets a fragment come later: the answer begins without it, as `multipart/mixed` or `text/event-stream`, and its fields follow in parts. The gateway puts the fragment in its place at once where that costs no upstream request, in mutations and subscriptions, and where the client accepts neither format by name.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    if: {
      type: new GraphQLNonNull(GraphQLBoolean),
      defaultValue: true,
      description: 'False puts the fragment in its place at once.',
    },
    label: { type: GraphQLString, description: 'Names the fragment in the part that brings it.' },
  },
})

export const LIVE = 'live'

export const liveDirective = new GraphQLDirective({
  name: LIVE,
  description:
    "The answer comes again whenever, and only when, it has changed: as `text/event-stream` or `multipart/mixed`, each time whole. A client that accepts neither by name gets it once, as without the directive. Needs the upstream's events, else `EVENTS_UNAVAILABLE`. Not together with `@defer`.",
  locations: [DirectiveLocation.QUERY],
  args: {
    if: {
      type: new GraphQLNonNull(GraphQLBoolean),
      defaultValue: true,
      description: 'False answers once.',
    },
  },
})
