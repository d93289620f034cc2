import { mkdir } from 'node:fs/promises'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

export interface DeskPage extends AsyncDisposable {
  readonly page: Page
  /** The URL of each request that the page has sent. */
  readonly requestUrls: readonly string[]
  /** The messages of the page's own exceptions, of its console errors and of what its policy blocked. */
  readonly pageErrors: readonly string[]
  /** The appointment that is called so. */
  block(name: string): Locator
  /** Waits until the page shows this text. */
  shows(text: string | RegExp): Promise<void>
  /** What axe finds, as `rule: element`; of the rules that are named, or of all. */
  findings(...rules: readonly string[]): Promise<readonly string[]>
  /** Saves a PNG in `test/browser/screenshots/`. */
  takeScreenshot(name: string): Promise<void>
}

interface DeskPageOptions extends BrowserContextOptions {
  /** The day or the week that the page opens with. */
  readonly view?: string
  /** What the browser takes for now. */
  readonly at?: number
}

const SCREENSHOTS = new URL('screenshots/', import.meta.url).pathname

/** Opens the desk in a browser context of its own, and waits until it has read its view and is told of changes. */
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
  const pageErrors: string[] = []
  page.on('request', (request) => requestUrls.push(request.url()))
  page.on('pageerror', (error) => pageErrors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && pageErrors.push(message.text()))
  if (at !== undefined) await page.clock.setFixedTime(at)
  await page.goto(`${url}/desk${view === undefined ? '' : `#${view}`}`)
  return {
    page,
    requestUrls,
    pageErrors,
    block: (name) => page.locator('.block', { hasText: name }),
    shows: (text) => page.getByText(text).first().waitFor(),
    async findings() {
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: typeof axe }).axe.run(),
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
