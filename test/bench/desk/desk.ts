/**
 * The desk in a real browser: the time from a change by another system to the screen, and from the document to the first
 * paint. The page and the gateway share this machine.
 */
import { startBrowser } from '../../browser/chromium.ts'
import { startClinic, visitAt } from '../../browser/clinic.ts'
import { openDesk } from '../../browser/desk-page.ts'

const CHANGES = 60
const OPENINGS = 10

await using clinic = await startClinic()
const browser = await startBrowser()
const paints: number[] = []
for (let nth = 0; nth < OPENINGS; nth += 1) {
  await using desk = await openDesk(browser, clinic.url, { view: '2026-03-23' })
  await desk.page.locator('.day .block').first().waitFor()
  paints.push(
    await desk.page.evaluate(() => {
      const [document] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
      const [paint] = performance.getEntriesByName('first-contentful-paint')
      return (paint?.startTime ?? Number.NaN) - (document?.responseEnd ?? 0)
    }),
  )
}
report('from the document to the first paint', paints)

{
  await using desk = await openDesk(browser, clinic.url, { at: clinic.at })
  await desk.shows('Live')
  const id = await clinic.elsewhere(visitAt('12:00', 30, { title: 'Change 0' }))
  await desk.block('Change 0').waitFor()
  await desk.page.locator('.day .block').first().waitFor()
  clinic.takePaths()
  const delays: number[] = []
  for (let nth = 1; nth <= CHANGES; nth += 1) {
    // The browser's own clock is frozen, so the page reports the change and the bench takes the time.
    const shown = desk.page.waitForFunction(
      (title) => [...document.querySelectorAll('.block')].some((block) => block.textContent?.includes(title)),
      `Change ${nth}`,
    )
    const begun = performance.now()
    await clinic.elsewhere({ id, title: `Change ${nth}` })
    await shown
    delays.push(performance.now() - begun)
  }
  report(
    `from a change elsewhere to the screen, ${CHANGES} times, ${clinic.takePaths().length} requests`,
    delays,
  )
}
await browser.close()

function report(name: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
  process.stdout.write(`${name}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms\n`)
}
