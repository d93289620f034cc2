/**
 * Simulates an hour of a clinic on a quota of 1,000 requests: through our gateway, without events, with events, with
 * one of ten events lost, and through four instances that share a Redis; and through the tutorial gateway. With `--plot` it
 * draws three of them instead: `docs/clinic-hour.svg`.
 */
import { writeFileSync } from 'node:fs'
import { runHour, type StartGateway } from './clinic/hour.ts'
import { startFour, startFourSharing, startOurs, startOursWithEvents } from './clinic/ours.ts'
import { pictureOfHour } from './clinic/picture.ts'
import { startTutorialGateway } from './tutorial/gateway.ts'

const startTutorial: StartGateway = async (upstream) => {
  const tutorial = await startTutorialGateway(upstream)
  return { ...tutorial, graphqlUrl: () => tutorial.url }
}

const options = {
  quota: Number(process.env.CLINIC_QUOTA ?? 1_000),
  minute: Number(process.env.CLINIC_MINUTE ?? 0),
}
if (process.argv.includes('--plot')) await plot()
else await compare()

async function plot(): Promise<void> {
  const file = new URL('../../docs/clinic-hour.svg', import.meta.url)
  writeFileSync(file, await pictureOfHour(options))
  process.stdout.write(`Drawn: ${file.pathname}\n`)
}

async function compare(): Promise<void> {
  const reports = {
    ours: await runHour(startOurs, options),
    'with events': await runHour(startOursWithEvents, options),
    'a tenth of them lost': await runHour(startOursWithEvents, { ...options, lostPercent: 10 }),
    'four instances': await runHour(startFour, options),
    'four, replies shared': await runHour(startFourSharing, options),
    tutorial: await runHour(startTutorial, options),
  }
  const rows = Object.keys(reports.ours) as (keyof typeof reports.ours)[]
  const cells = (row: (typeof rows)[number]) =>
    Object.fromEntries(Object.entries(reports).map(([name, report]) => [name, report[row]]))
  // biome-ignore lint/suspicious/noConsole: a benchmark prints.
  console.table(Object.fromEntries(rows.map((row) => [row, cells(row)])))
}
