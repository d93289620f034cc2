import { mkdir } from 'node:fs/promises'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Locator, Page, Request } from 'playwright-core'

export interface DeskPage extends AsyncDisposable {
  readonly page: Page
  /** The URL of each request that the page has sent. */
  readonly requestUrls: readonly string[]
  /** The messages of the page's own exceptions, of its console errors and of what its policy blocked. */
  readonly pageErrors: readonly string[]
  /** The block of an appointment with this name. */
  block(name: string): Locator
  /** Waits until the page shows this text. */
  shows(text: string | RegExp): Promise<void>
  /** The requests in flight, without the stream of changes. */
  readonly inFlight: ReadonlySet<Request>
  /** The violations that axe finds, as `rule: element`; of the named rules, or of all. */
  findings(...rules: string[]): Promise<readonly string[]>
  /** Saves a PNG in `test/browser/screenshots/`. */
  takeScreenshot(name: string): Promise<void>
}

interface DeskPageOptions extends BrowserContextOptions {
  /** The day or the week that the page opens with. */
  readonly view?: string
  /** The fixed time of the browser. */
  readonly at?: number
}

const SCREENSHOTS = new URL('screenshots/', import.meta.url).pathname

/** Opens the desk in a browser context of its own. */
export async function openDesk(
  browser: Browser,
  url: string,
  { view, at, ...options }: DeskPageOptions = {},
): Promise<DeskPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const requestUrls: string[] = []
  const inFlight = new Set<Request>()
  const pageErrors: string[] = []
  page.on('request', (request) => {
    requestUrls.push(request.url())
    if (!request.headers().accept?.includes('text/event-stream')) inFlight.add(request)
  })
  for (const end of ['requestfinished', 'requestfailed'] as const)
    page.on(end as 'requestfinished', (request) => void inFlight.delete(request))
  page.on('pageerror', (error) => pageErrors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && pageErrors.push(message.text()))
  if (at !== undefined) await page.clock.setFixedTime(at)
  await page.goto(`${url}/desk${view === undefined ? '' : `#${view}`}`)
  return {
    page,
    requestUrls,
    pageErrors,
    inFlight,
    block: (name) => page.locator('.block', { hasText: name }),
    shows: (text) => page.getByText(text).first().waitFor(),
    async findings(...rules) {
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate(
        (runOnly) =>
          (globalThis as unknown as { axe: typeof axe }).axe.run(runOnly.length > 0 ? { runOnly } : {}),
        rules,
      )
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
    },
    async takeScreenshot(name) {
      await mkdir(SCREENSHOTS, { recursive: true })
      await page.screenshot({ path: `${SCREENSHOTS}desk-${name}.png` })
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}
