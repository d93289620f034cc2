/** Plain yoga with its in-memory pub/sub, as in its documentation. */
import { createPubSub, createSchema, createYoga } from 'graphql-yoga'
import { changeOf, serveWithWebhook } from './webhook.ts'

const pubSub = createPubSub<{ changed: [object] }>()
const yoga = createYoga({
  schema: createSchema({
    typeDefs: /* GraphQL */ `
      type Query { ready: Boolean }
      type Subscription { appointmentChanged(filter: AppointmentFilter): AppointmentChange }
      input AppointmentFilter { startTime: InstantRange }
      input InstantRange { gte: String, lte: String }
      type AppointmentChange { sequence: String!, kind: String!, movement: String!, appointment: Appointment }
      type Appointment { id: ID!, title: String, startTime: String, status: String, patient: Patient }
      type Patient { restId: ID! }
    `,
    resolvers: {
      Subscription: {
        appointmentChanged: {
          subscribe: () => pubSub.subscribe('changed'),
          resolve: (change: object) => change,
        },
      },
    },
  }),
  logging: false,
})

let sequence = 0
serveWithWebhook((appointment) => {
  sequence += 1
  pubSub.publish('changed', changeOf(appointment, sequence))
}, yoga)
