/** Simulates an hour of a clinic on a quota of 1,000 requests: through our gateway, and through the tutorial gateway. */
import { runHour, type StartGateway } from './clinic/hour.ts'
import { startOurs } from './clinic/ours.ts'
import { startTutorialGateway } from './tutorial/gateway.ts'

const startTutorial: StartGateway = async (upstream) => {
  const tutorial = await startTutorialGateway(upstream)
  return { ...tutorial, graphqlUrl: tutorial.url }
}

const options = {
  quota: Number(process.env.CLINIC_QUOTA ?? 1_000),
  minute: Number(process.env.CLINIC_MINUTE ?? 0),
}
const ours = await runHour(startOurs, options)
const tutorial = await runHour(startTutorial, options)
const rows = Object.keys(ours) as (keyof typeof ours)[]
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(Object.fromEntries(rows.map((row) => [row, { ours: ours[row], tutorial: tutorial[row] }])))
