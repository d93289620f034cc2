import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import { startBrowser } from './chromium.ts'

// npm carries a Chromium for this platform only.
const hasBrowser = process.platform === 'linux' && process.arch === 'x64'

describe.runIf(hasBrowser)('The documentation of the sandbox in a browser', { timeout: 60_000 }, () => {
  let browser: Browser
  let sandbox: Sandbox
  beforeAll(async () => {
    const starting = startSandbox({ seed: 5 })
    browser = await startBrowser()
    sandbox = await starting
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await sandbox.close()
  })

  test('A person sends a create of the examples, and the page calls its own host only', async () => {
    const page = await browser.newPage()
    const origins = new Set<string>()
    const errors: string[] = []
    page.on('request', (request) => origins.add(new URL(request.url()).origin))
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))

    await page.goto(sandbox.url)
    await page.getByRole('link', { name: '/docs' }).click()
    await page.locator('.opblock').last().waitFor()
    // The twenty-one endpoints, and what a webhook receives.
    expect(await page.locator('.opblock').count()).toBe(26)

    await page.locator('.auth-wrapper .authorize').click()
    await page.locator('.auth-container input').fill(sandbox.key)
    await page.locator('.auth-btn-wrapper .authorize').click()
    await page.locator('.auth-btn-wrapper .btn-done').click()

    const create = page.locator('#operations-Appointments-createAppointment')
    await create.locator('.opblock-summary-control').click()
    await create.locator('.try-out__btn').click()
    await create.locator('.execute').click()
    const status = create.locator('.live-responses-table .response-col_status').nth(1)
    expect(await status.innerText()).toBe('201')
    expect([...origins]).toEqual([sandbox.url])
    expect(errors).toEqual([])
    await page.close()
  })
})
