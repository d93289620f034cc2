import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProduct } from '../support/product.ts'
import { startBrowser } from './chromium.ts'

// npm carries a Chromium for this platform only.
const hasBrowser = process.platform === 'linux' && process.arch === 'x64'

const NOON = Date.parse('2026-01-05T12:00:00Z')
const FIND = 'query Find($first: Int) { appointments(first: $first) { nodes { title } } }'

describe.runIf(hasBrowser)('The start page in a browser', { timeout: 60_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  }, 60_000)
  afterAll(() => browser.close())

  test.each(['light', 'dark'] as const)(
    'It shows the quota, the saved requests and the last operations: %s',
    async (scheme) => {
      await using product = await startProduct({
        sandbox: { rateLimit: 1000, clock: () => new Date(NOON) },
        gateway: { sampleData: true, now: () => NOON },
      })
      await product.query(FIND, { first: 5 })
      const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 390, height: 780 } })
      const page = await context.newPage()
      const errors: string[] = []
      const origins = new Set<string>()
      page.on('request', (request) => origins.add(new URL(request.url()).origin))
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      await page.goto(product.url)
      await page.locator('#left', { hasText: '999' }).waitFor()
      expect(await page.locator('#outlook').textContent()).toMatch(/^of 1,000 left until \d\d:\d\d/)
      expect(await page.locator('#sent').textContent()).toContain('1 operation sent 1 request;')
      expect(await page.locator('.rest').getAttribute('stroke-dasharray')).toBe('99.9 200')

      // The page keeps updating.
      await product.query(FIND, { first: 5 })
      await product.query('query Missing { appointment(id: "not an id") { title } }')
      await page.locator('#saved', { hasText: '1' }).waitFor()
      await page.locator('#operations tr', { hasText: 'Missing' }).waitFor()
      expect(await page.locator('#operations tr').allInnerTexts()).toEqual([
        expect.stringMatching(/^Missing BAD_USER_INPUT\t0\t0\t0\t/),
        expect.stringMatching(/^Find\t0\t1\t0\t/),
        expect.stringMatching(/^Find\t1\t0\t0\t/),
      ])
      const links = await page.locator('nav a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
      expect(links.slice(0, 3)).toEqual(['./graphql', './desk', `${product.upstream.url}/docs`])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
      await page.getByRole('link', { name: 'Quota and cache' }).click()
      await page.getByText('# Quota and cache').waitFor()
      await page.goBack()
      await page.setViewportSize({ width: 1240, height: 720 })
      await page.getByRole('link', { name: 'GraphiQL' }).click()
      await page.getByRole('link', { name: 'Appointments' }).click()
      await page.locator('#left').waitFor()
      expect([...origins]).toEqual([product.url])
      expect(errors).toEqual([])
      await context.close()
    },
  )
})
