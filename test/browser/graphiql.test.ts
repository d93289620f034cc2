import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nextWorkingDay } from '../../src/server/graphiql/day.ts'
import { startGateway } from '../support/gateway.ts'
import { type Product, startProduct } from '../support/product.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { statusOfStream } from '../support/stream.ts'
import { startBrowser } from './chromium.ts'
import { openGraphiQL } from './graphiql-page.ts'

const NOON = Date.parse('2026-01-05T12:00:00Z')

/** For a slow or busy machine. */
const PATIENT = { timeout: 10_000 }

// npm carries a Chromium for this platform only.
const hasBrowser = process.platform === 'linux' && process.arch === 'x64'

describe.runIf(hasBrowser)('GraphiQL in a browser', { timeout: 60_000 }, () => {
  let browser: Browser
  let product: Product
  beforeAll(async () => {
    // Without the cache, the cost of a click does not depend on the clicks before it.
    const starting = startProduct({
      sandbox: { rateLimit: 1000 },
      gateway: { sampleData: true, cacheTtlSeconds: 0 },
    })
    browser = await startBrowser()
    product = await starting
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await product[Symbol.asyncDispose]()
  })

  test('The page sends requests to its own host only, and logs no error', async () => {
    await using graphiql = await openGraphiQL(browser, product.url)
    await graphiql.run('TheDay')
    const origins = new Set(graphiql.requestUrls.map((url) => new URL(url).origin))
    expect(origins).toEqual(new Set([product.url]))
    expect(graphiql.pageErrors).toEqual([])
  })

  test('Each tab of the tour runs at the first click and shows its cost', async () => {
    await using graphiql = await openGraphiQL(browser, product.url)
    async function run(tab: string) {
      const { data, errors, extensions } = await graphiql.run(tab)
      await graphiql.takeScreenshot(tab)
      expect([tab, errors]).toEqual([tab, undefined])
      expect(extensions.upstream.rateLimit?.limit).toBe(1000)
      return { data, cost: extensions.upstream.requests }
    }

    const day = await run('TheDay')
    expect([day.data.appointments.nodes.length, day.cost]).toEqual([5, 1])
    const next = await run('PageTwo')
    expect([next.data.appointments.nodes.length, next.cost]).toEqual([5, 1])
    expect(next.data.appointments.nodes).not.toContainEqual(day.data.appointments.nodes[0])
    const one = await run('OneAndHistory')
    expect(one.data.appointment.patient.appointments.nodes.length).toBeGreaterThan(0)
    expect(one.cost).toBe(2)
    const created = await run('Create')
    expect([created.data.createAppointment.appointment.status, created.cost]).toEqual(['CONFIRMED', 1])
    const updated = await run('Update')
    expect([updated.data.updateAppointment.appointment.title, updated.cost]).toEqual([
      'Moved to the quiet room',
      1,
    ])
    const cancelled = await run('Cancel')
    expect([cancelled.data.cancelAppointment.appointment.status, cancelled.cost]).toEqual(['CANCELLED', 1])
    expect(graphiql.pageErrors).toEqual([])
  })

  test('The bar over the answer states the cost of a run; an estimate sends no request', async () => {
    await using counted = await startProduct({
      sandbox: { rateLimit: 1000, clock: () => new Date(NOON) },
      gateway: { sampleData: true, now: () => NOON },
    })
    await using graphiql = await openGraphiQL(browser, counted.url)
    const { page } = graphiql
    await graphiql.run('OneAndHistory')
    await graphiql.showsCost('2 requests 0 remembered 0 shared 997 of 1,000 left until')
    await graphiql.execute()
    await graphiql.showsCost('0 requests 2 remembered 0 shared 997 of 1,000 left until')
    counted.takeRequests()
    await page.getByRole('tab', { name: 'Page two' }).click()
    await page.locator('.graphiql-query-editor', { hasText: 'PageTwo' }).waitFor()
    const estimate = page.getByRole('button', { name: 'Estimate' })
    await estimate.click()
    await graphiql.showsCost('estimated nothing was asked')
    await graphiql.write('query Fifty { appointments(first: 50) { nodes { attendeeName } } }')
    await estimate.click()
    await graphiql.showsCost('1 to 51 requests estimated nothing was asked')
    await graphiql.write('query Nonsense { nonsense }')
    await estimate.click()
    await graphiql.showsCost('Cannot query field')
    expect(counted.takeRequests()).toEqual([])
    expect(graphiql.pageErrors).toEqual([])
  })

  test('Outside development an answer has its requests and its stale parts', async () => {
    let now = NOON
    let isDown = false
    await using upstream = await startScriptedUpstream(() =>
      isDown ? { status: 503, body: '' } : { body: { data: { id: 'a', title: 'Visit a' }, meta: {} } },
    )
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      development: false,
      graphiql: true,
      now: () => now,
    })
    await using graphiql = await openGraphiQL(browser, gateway.url)
    await graphiql.page.locator('.graphiql-query-editor', { hasText: 'TheDay' }).waitFor()
    await graphiql.write('query One { appointment(id: "a") { title } }')
    await graphiql.execute()
    await graphiql.showsResponse('Visit a')
    expect(await graphiql.bar()).toBe('1 request')
    isDown = true
    now += 60_000
    await graphiql.write('query Again { appointment(id: "a") { restId title } }')
    await graphiql.execute()
    await graphiql.showsResponse('"asOf"')
    await graphiql.showsResponse('Visit a')
    expect(await graphiql.bar()).toMatch(/^\d requests? as of \d\d:\d\d$/)
    expect(graphiql.pageErrors).toEqual([])
  })

  test('The history has each operation once, in this browser tab only', async () => {
    await using graphiql = await openGraphiQL(browser, product.url)
    const { page } = graphiql
    await graphiql.run('TheDay')
    await graphiql.run('PageTwo')
    await page.reload()
    await page.getByRole('tab', { name: 'Page two', selected: true }).waitFor()
    await page.getByRole('button', { name: 'New tab' }).click()
    await graphiql.write('query OfMyOwn { __typename }')
    // GraphiQL stores an edit after a tenth of a second, and then names the tab after the operation.
    await page.getByRole('tab', { name: 'Of my own', selected: true }).waitFor()
    await graphiql.execute()
    await graphiql.showsResponse('"Query"')
    await page.getByRole('button', { name: 'Show History' }).click()
    await page.locator('.graphiql-history-item', { hasText: 'OfMyOwn' }).waitFor()
    const items = await page.locator('.graphiql-history-item').allTextContents()
    expect(items.map((text) => /OfMyOwn|PageTwo|TheDay/.exec(text)?.[0])).toEqual([
      'OfMyOwn',
      'PageTwo',
      'TheDay',
    ])
    expect(await page.evaluate(() => localStorage.length)).toBe(0)
  })

  test('On a narrow screen the answer is below the query, over the full width', async () => {
    await using graphiql = await openGraphiQL(browser, product.url, { width: 390, height: 780 })
    const { page } = graphiql
    await graphiql.run('TheDay')
    const boxOf = async (selector: string) => {
      const box = await page.locator(selector).boundingBox()
      return box ?? expect.fail(selector)
    }
    const [query, bar, answer] = [
      await boxOf('.graphiql-query-editor'),
      await boxOf('#cost'),
      await boxOf('.result-window'),
    ]
    expect(bar.y).toBeGreaterThanOrEqual(query.y + query.height)
    expect(answer.y).toBeGreaterThanOrEqual(bar.y + bar.height)
    expect(answer.y + answer.height).toBeLessThanOrEqual(780)
    for (const { x, width } of [query, answer]) {
      expect(width).toBeGreaterThan(340)
      expect(x + width).toBeLessThanOrEqual(390)
    }
    expect(answer.height).toBeGreaterThan(200)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  })

  test('The error tab shows its error beside the data that did not fail', async () => {
    await using graphiql = await openGraphiQL(browser, product.url)
    const { data, errors } = await graphiql.run('ErrorOnPurpose')
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['INVALID_STATE_TRANSITION'])
    expect(data.once.appointment.status).toBe('CANCELLED')
    await graphiql.page.locator('.result-window', { hasText: 'INVALID_STATE_TRANSITION' }).waitFor()
    await graphiql.takeScreenshot('ErrorOnPurpose')
  })

  test('The last tab shows changes as they arrive, until the user stops it', async () => {
    await using live = await startProduct({
      live: true,
      sandbox: { rateLimit: 1000 },
      gateway: { sampleData: true, heartbeatMs: 50, limits: { MAX_STREAMS: 1 } },
    })
    await using graphiql = await openGraphiQL(browser, live.url)
    await graphiql.watch('Changes')
    const { gte, lte } = nextWorkingDay(Date.now())
    const rows = await live.rest('GET', `/appointments?date_gte=${gte}&date_lte=${lte}`)
    await live.rest('PATCH', `/appointments/${rows.body.data[0].id}`, { title: 'Moved by REST' })
    await graphiql.showsResponse('Moved by REST')

    // Another window, as the comment in the tab suggests.
    await using other = await openGraphiQL(browser, live.url)
    await other.run('Update')
    await graphiql.showsResponse('Moved to the quiet room')
    await graphiql.takeScreenshot('Changes')

    await graphiql.page.getByRole('button', { name: 'Stop query' }).click()
    // With one stream at most, another opens only once the first has ended.
    await expect.poll(() => statusOfStream(live.url), PATIENT).toBe(200)
    expect([graphiql.pageErrors, other.pageErrors]).toEqual([[], []])
  })

  test('A tab with two operations runs the one that the user picks', async () => {
    await using graphiql = await openGraphiQL(browser, product.url)
    await graphiql.page.locator('.graphiql-query-editor', { hasText: 'TheDay' }).waitFor()
    await graphiql.write('query One { one: __typename } query Other { other: __typename }')
    for (const [operation, data] of [
      ['Other', { other: 'Query' }],
      ['One', { one: 'Query' }],
    ] as const) {
      const { sent, answer } = await graphiql.pick(operation)
      expect(sent).toMatchObject({ operationName: operation })
      expect([answer.data, answer.errors]).toEqual([data, undefined])
    }
  })

  test('A query with @live shows changes from elsewhere', async () => {
    await using live = await startProduct({
      live: true,
      sandbox: { seed: 0 },
      gateway: { graphiql: true, limits: { MAX_STREAMS: 1 } },
    })
    await using graphiql = await openGraphiQL(browser, live.url)
    await graphiql.page.locator('.graphiql-query-editor', { hasText: 'TheDay' }).waitFor()
    await graphiql.write('query Day @live { appointments(first: 5) { nodes { title } totalCount } }')
    await graphiql.execute()
    await graphiql.showsResponse('"totalCount": 0')
    const slot = { start_time: '2030-01-07T10:00:00Z', end_time: '2030-01-07T11:00:00Z' }
    await live.rest('POST', '/appointments', { title: 'From another desk', ...slot })
    await graphiql.showsResponse('From another desk')
    await graphiql.showsResponse('"totalCount": 1')
    await graphiql.page.getByRole('button', { name: 'Stop query' }).click()
    await expect.poll(() => statusOfStream(live.url), PATIENT).toBe(200)
    expect(graphiql.pageErrors).toEqual([])
  })

  test('A fragment with @defer is put in its place when it arrives', async () => {
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>()
    await using upstream = await startScriptedUpstream(({ line }) => {
      if (line.startsWith('GET /appointments?'))
        return { body: { data: [{ id: 'a', title: 'Visit a' }], meta: { has_more: false } } }
      const data = { id: 'a', title: 'Visit a', attendee_name: 'Ada Ash' }
      return (response) =>
        void mayAnswer.then(() =>
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ data, meta: {} })),
        )
    })
    await using gateway = await startGateway({ url: upstream.url, key: 'k', graphiql: true })
    await using graphiql = await openGraphiQL(browser, gateway.url)
    await graphiql.page.locator('.graphiql-query-editor', { hasText: 'TheDay' }).waitFor()
    await graphiql.write(
      'query Later { appointments(first: 1) { nodes { title ... @defer { attendeeName } } } }',
    )
    await graphiql.execute()
    await graphiql.showsResponse('Visit a')
    expect(await graphiql.page.locator('.result-window').textContent()).not.toContain('Ada Ash')
    letAnswer()
    await graphiql.showsResponse('Ada Ash')
    await graphiql.showsCost('2 requests')
    expect(graphiql.pageErrors).toEqual([])
  })

  test('The page shows the documentation of the schema', async () => {
    await using graphiql = await openGraphiQL(browser, product.url)
    const { page } = graphiql
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.getByRole('link', { name: 'Query', exact: true }).click()
    await page.getByText('One appointment; null when there is none.').waitFor()
    await graphiql.takeScreenshot('Documentation')
  })

  test('A reload keeps the text of the editor, in this browser tab only', async () => {
    await using graphiql = await openGraphiQL(browser, product.url)
    const { page } = graphiql
    await graphiql.run('Cancel')
    await page.waitForFunction(() =>
      sessionStorage.getItem('graphiql:tabState')?.includes('activeTabIndex":5'),
    )
    await page.reload()
    await page.getByRole('tab', { name: 'Cancel', selected: true }).waitFor()
    expect(await page.getByRole('tab').count()).toBe(8)
    expect(await page.evaluate(() => localStorage.length)).toBe(0)
    expect(new URL(page.url()).search).toBe('')
  })
})
