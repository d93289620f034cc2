import { mkdir } from 'node:fs/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'

export interface GraphiQLPage extends AsyncDisposable {
  readonly page: Page
  /** The URL of each request that the page has sent. */
  readonly requestUrls: readonly string[]
  /** The messages of the page's own exceptions and of its console errors. */
  readonly pageErrors: readonly string[]
  /** Chooses the tab of an operation, clicks the run button, and returns the response once the page shows it. */
  run(operation: string): Promise<Answer>
  /** Does the same with a subscription. Resolves once its stream is open. */
  watch(operation: string): Promise<void>
  /** Waits until the response shows this text. */
  showsResponse(text: string): Promise<void>
  /** Waits until the bar over the answer shows this text. */
  showsCost(text: string): Promise<void>
  /** The text of the bar over the answer. */
  bar(): Promise<string>
  /** Replaces the text of the editor. */
  write(document: string): Promise<void>
  /** Clicks the run button. */
  execute(): Promise<void>
  /** Clicks the run button and one of the operations that it lists; returns the response and the request. */
  pick(operation: string): Promise<{ readonly sent: unknown; readonly answer: Answer }>
  /** Saves a PNG in `test/browser/screenshots/`. */
  takeScreenshot(name: string): Promise<void>
}

interface Answer {
  // Tests read the data of any operation and assert on it.
  // biome-ignore lint/suspicious/noExplicitAny: data of any shape
  readonly data: any
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[]
  readonly extensions: {
    readonly upstream: { readonly requests: number; readonly rateLimit: { readonly limit: number } | null }
  }
}

const SCREENSHOTS = new URL('screenshots/', import.meta.url).pathname

/** Opens GraphiQL in a browser context of its own, so that no tab shares storage with another. */
export async function openGraphiQL(
  browser: Browser,
  url: string,
  viewport = { width: 1240, height: 720 },
): Promise<GraphiQLPage> {
  const context: BrowserContext = await browser.newContext({ viewport })
  const page = await context.newPage()
  const requestUrls: string[] = []
  const pageErrors: string[] = []
  context.on('request', (request) => requestUrls.push(request.url()))
  page.on('pageerror', (error) => pageErrors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && pageErrors.push(message.text()))
  await page.goto(`${url}/graphql`)

  /** Chooses a tab and clicks the run button; resolves once the response begins. */
  async function begin(operation: string) {
    // Of the tour, the tab of `PageTwo` is called Page two.
    const tab = operation.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    await page.getByRole('tab', { name: tab }).click()
    await page.locator('.graphiql-query-editor', { hasText: operation }).waitFor()
    const [response] = await Promise.all([
      page.waitForResponse((answer) => answer.request().postData()?.includes(operation) ?? false),
      page.getByRole('button', { name: 'Execute query' }).click(),
    ])
    return response
  }

  return {
    page,
    requestUrls,
    pageErrors,
    async run(operation) {
      const response = await begin(operation)
      const answer = (await response.json()) as Answer
      await page.locator('.result-window', { hasText: 'data' }).waitFor()
      return answer
    },
    async watch(operation) {
      await begin(operation)
    },
    showsCost: (text) => page.locator('#cost', { hasText: text }).waitFor(),
    bar: () => page.locator('#cost p').innerText(),
    showsResponse: (text) => page.locator('.result-window', { hasText: text }).waitFor(),
    async write(document) {
      await page.locator('.graphiql-query-editor .view-lines').click()
      await page.keyboard.press('ControlOrMeta+A')
      await page.keyboard.insertText(document)
      await page.locator('.graphiql-query-editor', { hasText: document }).waitFor()
    },
    execute: () => page.getByRole('button', { name: 'Execute query' }).click(),
    async pick(operation) {
      // GraphiQL finds the operations of a text a moment after it changes. Only then the button opens a menu.
      const button = page.getByRole('button', { name: 'Execute query' })
      await button.and(page.locator('[aria-haspopup="menu"]')).click()
      const item = page.getByRole('menuitem', { name: operation })
      const [response] = await Promise.all([
        page.waitForResponse((answer) => answer.request().method() === 'POST'),
        item.click(),
      ])
      return { sent: response.request().postDataJSON(), answer: (await response.json()) as Answer }
    },
    async takeScreenshot(name) {
      // The editors validate their text a moment after it changes.
      await page.waitForFunction(() => document.querySelector('.squiggly-error') === null)
      await mkdir(SCREENSHOTS, { recursive: true })
      await page.screenshot({ path: `${SCREENSHOTS}${name}.png` })
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}
