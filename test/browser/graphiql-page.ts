import { mkdir } from 'node:fs/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'

export interface GraphiQLPage extends AsyncDisposable {
  readonly page: Page
  /** The address of each request that the page has sent. */
  readonly requested: readonly string[]
  /** What the page itself complained of. */
  readonly complaints: readonly string[]
  /** Chooses a tab, presses the button, and gives the answer once it is shown. */
  press(tab: string): Promise<Answer>
  /** Keeps a picture among the test's artefacts. */
  picture(name: string): Promise<void>
}

interface Answer {
  // Tests read whatever an operation answers, and assert on it.
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any shape
  readonly data: any
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[]
  readonly extensions: {
    readonly upstream: { readonly requests: number; readonly rateLimit: { readonly limit: number } | null }
  }
}

const PICTURES = new URL('screenshots/', import.meta.url).pathname

/** GraphiQL in a browser tab that remembers nothing of another; closed with its context. */
export async function openGraphiQL(browser: Browser, url: string): Promise<GraphiQLPage> {
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1240, height: 720 } })
  const page = await context.newPage()
  const requested: string[] = []
  const complaints: string[] = []
  context.on('request', (request) => requested.push(request.url()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto(`${url}/graphql`)
  return {
    page,
    requested,
    complaints,
    async press(tab) {
      await page.getByRole('tab', { name: tab }).click()
      await page.locator('.graphiql-query-editor', { hasText: tab }).waitFor()
      const response = page.waitForResponse((answer) => answer.request().postData()?.includes(tab) ?? false)
      await page.getByRole('button', { name: 'Execute query' }).click()
      const answer = (await (await response).json()) as Answer
      await page.locator('.result-window', { hasText: 'upstream' }).waitFor()
      return answer
    },
    async picture(name) {
      // The editors look at what they hold a moment after it has changed.
      await page.waitForFunction(() => document.querySelector('.squiggly-error') === null)
      await mkdir(PICTURES, { recursive: true })
      await page.screenshot({ path: `${PICTURES}${name}.png` })
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}
