import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTrustedDocuments } from '../../src/server/documents/trusted.ts'
import { startBrowser } from './chromium.ts'
import {
  type Clinic,
  MINUTE_MS,
  MONDAY,
  startClinic,
  startGatewayAt,
  startSandboxApart,
  visitAt,
} from './clinic.ts'
import { type DeskPage, openDesk } from './desk-page.ts'

// npm carries a Chromium for this platform only.
const hasBrowser = process.platform === 'linux' && process.arch === 'x64'

describe.runIf(hasBrowser)('The desk in a browser', { timeout: 60_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  }, 60_000)
  afterAll(() => browser.close())

  /** A desk that has read its view, and receives changes. */
  async function open(clinic: Clinic, options: Parameters<typeof openDesk>[2] = {}): Promise<DeskPage> {
    const desk = await openDesk(browser, clinic.url, { at: clinic.at, ...options })
    await desk.shows('Live')
    await desk.page.locator('.day[aria-busy=false], .week[aria-busy=false]').waitFor()
    return desk
  }

  /** Waits until every column and row has its name, and no request is in flight. */
  async function settle({ page, inFlight }: DeskPage): Promise<void> {
    await page.locator('.column h2 small:not(:empty)').first().waitFor()
    await expect.poll(() => page.locator('.day .block:not(:has(span))').count()).toBe(0)
    await expect.poll(() => inFlight.size).toBe(0)
  }

  /** A desk that has read everything, and sends no further request. */
  async function openNamed(clinic: Clinic, options: Parameters<typeof openDesk>[2] = {}): Promise<DeskPage> {
    const desk = await open(clinic, options)
    await settle(desk)
    clinic.takePaths()
    return desk
  }

  /** The border style and the label of a block: what distinguishes it without colour. */
  async function edgeOf(block: Locator): Promise<string> {
    const line = await block.evaluate((element) => getComputedStyle(element).borderTopStyle)
    return `${line} ${await block.locator('em').innerText()}`
  }

  test('A day costs its list, one a clinician and one a name, from its own host only', async () => {
    await using clinic = await startClinic()
    await using desk = await open(clinic)
    await settle(desk)
    const rows = await desk.page.locator('.block').count()
    const paths = clinic.takePaths()
    const lists = ['GET /appointments', 'GET /clinician-profiles', 'GET /appointment-templates']
    expect(lists.map((path) => paths.filter((each) => each === path).length)).toEqual([1 + 4, 1, 1])
    expect(paths.filter((path) => path.startsWith('GET /appointments/')).length).toBe(rows)
    expect(paths.length).toBe(7 + rows)
    expect(await desk.page.locator('.column h2').allInnerTexts()).toContainEqual(
      expect.stringContaining('Dr Maya Lindqvist'),
    )
    expect(new Set(desk.requestUrls.map((target) => new URL(target).origin))).toEqual(new Set([clinic.url]))
    expect(await desk.page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0)
    expect(desk.pageErrors).toEqual([])
    await desk.takeScreenshot('light')
    await desk.page.emulateMedia({ colorScheme: 'dark' })
    await desk.takeScreenshot('dark')
  })

  test('A change from another screen is displayed in its place, and costs no request', async () => {
    await using clinic = await startClinic()
    await using desk = await openNamed(clinic)
    const clinician = await desk.page.locator('.track').nth(1).getAttribute('data-clinician')
    const restId = atob(clinician ?? '').replace('Clinician:', '')
    const walkIn = visitAt('12:00', 30, {
      title: 'Walk-in',
      attendee_name: 'Ada Ash',
      clinician_profile_id: restId,
    })
    const id = await clinic.elsewhere(walkIn)
    const inItsColumn = desk.page
      .locator('.column')
      .nth(1)
      .getByRole('button', { name: '12:00 Ada Ash Walk-in until 12:30, Confirmed' })
    await inItsColumn.waitFor()
    await clinic.elsewhere({ id, ...visitAt('13:00', 45) })
    await desk.page.getByRole('button', { name: '13:00 Ada Ash Visit until 13:45' }).waitFor()
    await clinic.elsewhere({ id, status: 'completed' })
    await desk.page.getByRole('button', { name: '13:00 Ada Ash Visit Done until 13:45' }).waitFor()
    await clinic.elsewhere({ id, start_time: '2026-03-24T09:00:00Z', end_time: '2026-03-24T09:30:00Z' })
    await expect.poll(() => desk.block('Ada Ash').count()).toBe(0)
    expect(clinic.takePaths()).toEqual([])
    expect(desk.pageErrors).toEqual([])
  })

  // A busy machine gets a second and a third try.
  test('A change from elsewhere is on the screen within 300 ms, 19 times of 20', { retry: 2 }, async () => {
    await using clinic = await startClinic({ sandbox: { seed: 60 } })
    await using desk = await openNamed(clinic)
    const id = await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await desk.block('Ada Ash').waitFor()
    clinic.takePaths()
    const delays: number[] = []
    for (let nth = 1; nth <= 20; nth += 1) {
      const rendered = desk.page.waitForFunction(
        (title) => document.querySelector('.day')?.textContent?.includes(title),
        `Change ${nth}.`,
      )
      const begun = performance.now()
      await clinic.elsewhere({ id, title: `Change ${nth}.` })
      await rendered
      delays.push(performance.now() - begun)
    }
    expect(delays.sort((a, b) => a - b)[18]).toBeLessThan(300)
    expect(clinic.takePaths()).toEqual([])
  })

  test('Two tabs show the same rows after a write by one of them', async () => {
    await using clinic = await startClinic()
    await using left = await openNamed(clinic)
    await using right = await openNamed(clinic)
    const id = await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await Promise.all([left.block('Ada Ash').waitFor(), right.block('Ada Ash').waitFor()])
    clinic.takePaths()
    await left.block('Ada Ash').click()
    await left.page.getByLabel('Reason').fill('Patient request')
    await left.page.getByRole('button', { name: 'Cancel appointment' }).click()
    await left.shows('Ada Ash, 12:00 is cancelled.')
    await right.page.getByRole('button', { name: 'Ada Ash Visit Cancelled' }).waitFor()
    expect(clinic.takePaths().filter((path) => path.startsWith('POST'))).toEqual([
      `POST /appointments/${id}/cancel`,
    ])
    const shownBy = ({ page }: DeskPage) =>
      page.locator('.block').evaluateAll((all) => all.map((each) => each.textContent))
    expect(await shownBy(left)).toEqual(await shownBy(right))
    expect(await shownBy(left)).toHaveLength(await left.page.locator('.block').count())
  })

  test('A cancel is displayed immediately, and a refusal reverts it and says why', async () => {
    await using clinic = await startClinic()
    await using desk = await openNamed(clinic)
    const id = await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await desk.block('Ada Ash').waitFor()
    await desk.block('Ada Ash').click()
    await desk.shows('Reason')
    await settle(desk)
    // Another screen completes the appointment, and the event is lost.
    await clinic.fault({ route: 'webhook', drop: 'before' })
    await clinic.elsewhere({ id, status: 'completed' })
    await clinic.fault({ route: 'POST /appointments/{id}/cancel', delay_ms: 400 })
    await desk.page.getByRole('button', { name: 'Cancel appointment' }).click()
    await desk.page.locator('.block.proposed.CANCELLED', { hasText: 'Ada Ash' }).waitFor()
    await desk.shows('Ada Ash, 12:00 is not cancelled. It is completed already.')
    await desk.takeScreenshot('refused')
    expect(await desk.page.locator('.block.CANCELLED', { hasText: 'Ada Ash' }).count()).toBe(0)
  })

  test('A write with an unknown outcome is explained, with an action to check it', async () => {
    await using clinic = await startClinic()
    await using desk = await openNamed(clinic)
    await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await desk.block('Ada Ash').click()
    await desk.shows('Reason')
    await settle(desk)
    await clinic.fault({ route: 'POST /appointments/{id}/cancel', drop: 'before', times: 9 })
    await clinic.fault({ route: 'GET /appointments/{id}', status: 503, times: 9 })
    await desk.page.getByRole('button', { name: 'Cancel appointment' }).click()
    await desk.shows('Nobody can say yet whether Ada Ash, 12:00 is cancelled')
    await desk.page.locator('.block.unclear', { hasText: 'Ada Ash' }).waitFor()
    // Not by the colour alone: the border and the label differ too.
    expect(await edgeOf(desk.page.locator('.block.unclear'))).toBe('double Not known')
    expect(await edgeOf(desk.page.locator('.block.PENDING').first())).toBe('solid To confirm')
    await desk.takeScreenshot('unclear')
    expect(await desk.findings()).toEqual([])
    await desk.page.emulateMedia({ colorScheme: 'dark' })
    expect(await desk.findings('color-contrast')).toEqual([])
    await fetch(`${clinic.upstream.url}/_faults`, { method: 'DELETE' })
    await desk.page.getByRole('button', { name: 'Look now' }).click()
    await desk.shows('Ada Ash, 12:00: confirmed, Monday 23 March, 12:00.')
    expect(await desk.page.locator('.block.unclear').count()).toBe(0)
  })

  test('A gap is booked by a patient’s name, and a form submitted twice books once', async () => {
    await using clinic = await startClinic({ sandbox: { seed: 60 } })
    await clinic.patient('Zora', 'Zimmer')
    await using desk = await openNamed(clinic)
    const { page } = desk
    await page
      .locator('.gap')
      .last()
      .click({ position: { x: 20, y: 4 } })
    await page.getByLabel('Name of the patient').fill('zimmer')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Zora Zimmer' }).click()
    await desk.takeScreenshot('booking')
    clinic.takePaths()
    await clinic.fault({ route: 'POST /appointments', delay_ms: 300 })
    await page.evaluate(() => {
      const form = document.querySelector('dialog form') as HTMLFormElement
      form.requestSubmit()
      form.requestSubmit()
    })
    await desk.shows(/Zora Zimmer, .* is booked/)
    expect(clinic.takePaths().filter((path) => path.startsWith('POST'))).toEqual(['POST /appointments'])
    await expect.poll(() => desk.block('Zora Zimmer').count()).toBe(1)
    expect(desk.pageErrors).toEqual([])
  })

  test('A booking whose answer is lost can be repeated, and exists once', async () => {
    await using clinic = await startClinic({ sandbox: { seed: 60 } })
    await clinic.patient('Zora', 'Zimmer')
    await using desk = await openNamed(clinic)
    const { page } = desk
    await page.locator('.gap').last().click()
    await page.getByLabel('Name of the patient').fill('zimmer')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Zora Zimmer' }).click()
    await clinic.fault({ route: 'webhook', drop: 'before' })
    await clinic.fault({ route: 'POST /appointments', drop: 'after', times: 9 })
    await page.getByRole('button', { name: 'Book', exact: true }).click()
    await desk.shows('Nobody can say yet whether Zora Zimmer')
    await fetch(`${clinic.upstream.url}/_faults`, { method: 'DELETE' })
    await page.getByRole('button', { name: 'Try again: it books once' }).click()
    await desk.shows(/Zora Zimmer, .* is booked/)
    const { body } = await clinic.rest('GET', '/appointments?limit=100&date_gte=2026-03-23')
    const booked = body.data.filter(({ patient_id: id }: { patient_id: string }) => id !== null)
    expect(await desk.block('Zora Zimmer').count()).toBe(1)
    expect(booked.length).toBe(new Set(booked.map(({ id }: { id: string }) => id)).size)
  })

  test('An appointment is dragged to a time and a clinician, then confirmed', async () => {
    await using clinic = await startClinic({ sandbox: { seed: 60 } })
    await using desk = await openNamed(clinic)
    const { page } = desk
    const id = await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await desk.block('Ada Ash').waitFor()
    const from = await desk.block('Ada Ash').boundingBox()
    const target = await page.locator('.track').first().boundingBox()
    if (!from || !target) throw new Error('Nothing to drag')
    await page.mouse.move(from.x + 20, from.y + 8)
    await page.mouse.down()
    await page.mouse.move(from.x - 200, from.y + 50, { steps: 4 })
    await page.mouse.move(target.x + 30, from.y + 8 + 90, { steps: 4 })
    await desk.takeScreenshot('drag')
    await page.mouse.up()
    await page.getByRole('dialog').waitFor()
    expect(await page.getByLabel('Time').inputValue()).toBe('13:00')
    clinic.takePaths()
    await page.getByLabel('Time').press('Enter')
    await desk.shows(/Ada Ash, 12:00 is moved to Monday 23 March, 13:00/)
    expect(clinic.takePaths()).toContain(`PATCH /appointments/${id}`)
    await page.locator('.column').first().getByRole('button', { name: '13:00 Ada Ash' }).waitFor()
  })

  test('Keys alone reach an appointment, open it, move it, and change the day', async () => {
    await using clinic = await startClinic({ sandbox: { seed: 60 } })
    await using desk = await openNamed(clinic)
    const { page } = desk
    await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await desk.block('Ada Ash').focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('gap')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Ada Ash' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toMatch(/Ada Ash/)
    await page.keyboard.press('Alt+ArrowDown')
    expect(await page.getByLabel('Time').inputValue()).toBe('12:15')
    await page.getByLabel('Time').press('Enter')
    await page.getByRole('button', { name: '12:15 Ada Ash' }).waitFor()
    await page.locator('body').press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.getByLabel('Single letters are keys').uncheck()
    await page.keyboard.press('Escape')
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.keyboard.press('w')
    await page.keyboard.press('ArrowRight')
    await desk.shows('Tuesday 24 March 2026')
    expect(new URL(page.url()).hash).toBe('#2026-03-24')
  })

  test('A dialog that closes leaves open the dialog that a key opens at that moment', async () => {
    await using clinic = await startClinic({ sandbox: { seed: 60 } })
    await using desk = await openNamed(clinic)
    const { page } = desk
    await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await desk.block('Ada Ash').press('Enter')
    await page.getByRole('dialog', { name: 'Ada Ash' }).waitFor()
    // The browser dispatches `close` only after this.
    await page.evaluate(() => {
      const dialog = document.querySelector('dialog')
      const closed = new Promise((resolve) => dialog?.addEventListener('close', resolve))
      dialog?.close()
      const key = { key: 'ArrowDown', altKey: true, bubbles: true, cancelable: true }
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', key))
      return closed
    })
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
    expect(await page.getByRole('dialog').count()).toBe(1)
    expect(await page.getByLabel('Time').inputValue()).toBe('12:15')
    expect(desk.pageErrors).toEqual([])
  })

  test('Text in a dialog stays while changes from another screen arrive', async () => {
    await using clinic = await startClinic({ sandbox: { seed: 60 } })
    await using desk = await openNamed(clinic)
    const { page } = desk
    const id = await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await desk.block('Ada Ash').click()
    await page.getByLabel('Time').fill('14:45')
    await page.locator('select').selectOption({ index: 1 })
    const chosen = await page.locator('select').inputValue()
    await page.getByLabel('Reason').fill('Patient request')
    await clinic.elsewhere({ id, ...visitAt('13:00', 30) })
    await page.getByText('13:00 to 13:30').waitFor()
    expect(await page.getByLabel('Time').inputValue()).toBe('14:45')
    expect(await page.locator('select').inputValue()).toBe(chosen)
    expect(await page.getByLabel('Reason').inputValue()).toBe('Patient request')
  })

  test('A week costs one list, and links to its days', async () => {
    await using clinic = await startClinic()
    await using desk = await open(clinic, { view: 'week-2026-03-23' })
    await desk.page.locator('.week .block').first().waitFor()
    expect(clinic.takePaths().filter((path) => path === 'GET /appointments')).toHaveLength(1)
    expect(await desk.page.locator('.week section').count()).toBe(7)
    await desk.takeScreenshot('week')
    await desk.page.getByRole('link', { name: 'Tue 24 March' }).click()
    await desk.page.locator('.column').first().waitFor()
    await desk.page.goBack()
    await desk.page.locator('.week').waitFor()
    await desk.page.keyboard.press('w')
    await desk.shows('Monday 23 March 2026')
  })

  test('A patient is found by name, and links to the day of the visit', async () => {
    await using clinic = await startClinic()
    const patient = await clinic.patient('Zora', 'Zimmer')
    const start = { start_time: '2026-03-25T11:00:00Z', end_time: '2026-03-25T11:30:00Z' }
    await clinic.elsewhere({ title: 'Visit', patient_id: patient, status: 'confirmed', ...start })
    await using desk = await openNamed(clinic)
    const { page } = desk
    await page.keyboard.press('f')
    await page.getByLabel('Name of the patient').fill('nobody of this name')
    await page.keyboard.press('Enter')
    await desk.shows('Nobody is called “nobody of this name”.')
    clinic.takePaths()
    await page.getByLabel('Name of the patient').fill('Zora')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Zora Zimmer' }).click()
    await page.getByRole('button', { name: 'Wednesday 25 March, 11:00: Visit' }).click()
    await desk.shows('Wednesday 25 March 2026')
    expect(clinic.takePaths().slice(0, 2)).toEqual(['GET /patients', 'GET /appointments'])
  })

  test.for([
    ['2026-03-29', '00:30', '02:30', 'Sunday 29 March: it has 23 hours', ['00:00', '02:00', '03:00']],
    ['2026-10-25', '01:30', '01:30', 'Sunday 25 October: it has 25 hours', ['01:00', '01:00', '02:00']],
  ] as const)(
    'On %s, when clocks change, every hour is in its place',
    async ([day, first, second, length, labels]) => {
      await using clinic = await startClinic({ sandbox: { seed: 0 } })
      const at = (hour: number) => new Date(Date.parse(`${day}T00:30:00Z`) + hour * 3_600_000).toISOString()
      for (const hour of [0, 1])
        await clinic.elsewhere({
          title: `Night ${hour}`,
          start_time: at(hour),
          end_time: at(hour + 0.5),
          status: 'confirmed',
        })
      await using desk = await open(clinic, { view: day })
      await desk.shows(`The clocks change on ${length}.`)
      await desk.page.getByRole('button', { name: `${first} Night 0` }).waitFor()
      const blocks = await desk.page.locator('.block').all()
      const [one, two] = await Promise.all(blocks.map((block) => block.boundingBox()))
      expect((two?.y ?? 0) - (one?.y ?? 0)).toBe(90)
      expect(await desk.block('Night 1').locator('time').innerText()).toBe(second)
      expect(await desk.page.locator('.hours span').allInnerTexts()).toEqual(
        expect.arrayContaining([...labels]),
      )
      if (day === '2026-03-29')
        expect(await desk.page.locator('.hours span').allInnerTexts()).not.toContain('01:00')
    },
  )

  test('The desk reconnects to a restarted gateway: no reload, no missed change', async () => {
    await using sandbox = await startSandboxApart()
    let gateway = await startGatewayAt(sandbox, 0)
    const { port } = new URL(gateway.url)
    await using desk = await openDesk(browser, gateway.url, { at: MONDAY })
    await desk.shows('Live')
    await desk.page.locator('.block').first().waitFor()
    await desk.page.evaluate(() => Object.assign(globalThis, { isSamePage: true }))
    const id = await sandbox.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await desk.block('Ada Ash').waitFor()
    await gateway[Symbol.asyncDispose]()
    await desk.shows('No connection. Trying again…')
    expect(await desk.block('Ada Ash').count()).toBe(1)
    await desk.takeScreenshot('away')
    // The desk receives no events of these changes.
    await sandbox.elsewhere({ id, ...visitAt('15:00', 30) })
    await sandbox.elsewhere(visitAt('16:00', 30, { attendee_name: 'Bo Birk' }))
    gateway = await startGatewayAt(sandbox, Number(port))
    await desk.shows('Live')
    await desk.page.getByRole('button', { name: '15:00 Ada Ash' }).waitFor()
    await desk.block('Bo Birk').waitFor()
    expect(await desk.block('Ada Ash').count()).toBe(1)
    expect(await desk.page.evaluate(() => 'isSamePage' in globalThis)).toBe(true)
    await gateway[Symbol.asyncDispose]()
  })

  test('A spent quota leaves the day on the screen, marked with its age', async () => {
    // Names are read while more than half of the quota is left; here that is enough for every row.
    await using clinic = await startClinic({ sandbox: { rateLimit: 150 }, live: false })
    await using desk = await openDesk(browser, clinic.url, { at: MONDAY })
    await desk.page.locator('.block').first().waitFor()
    await settle(desk)
    const rows = await desk.page.locator('.block').count()
    while ((await clinic.rest('GET', '/appointments?limit=1')).status === 200);
    clinic.at += 3 * 60_000
    await desk.page.clock.setFixedTime(clinic.at)
    // The gateway learns of the spent quota by a refused read.
    await clinic.query('{ appointments(first: 3) { nodes { id } } }')
    await desk.page.reload()
    await desk.shows('As it was at 10:40, 3 min ago: this hour’s requests are used up.')
    expect(await desk.page.locator('.block.stale em', { hasText: '3 min old' }).count()).toBe(rows)
    expect(await edgeOf(desk.page.locator('.block.stale').first())).toBe('dotted 3 min old')
    await desk.shows('0 left, full again at 11:00')
    // The note above the day is not scrolled out of sight.
    expect(await desk.page.evaluate(() => scrollY)).toBe(0)
    await desk.takeScreenshot('stale')
    expect(await desk.findings()).toEqual([])
    await desk.page.emulateMedia({ colorScheme: 'dark' })
    expect(await desk.findings('color-contrast')).toEqual([])
    // A day that was never read is empty, with the reason.
    await desk.page.keyboard.press('ArrowRight')
    await desk.shows('This hour’s requests to the record system are used up until 11:00.')
    await desk.takeScreenshot('spent')
    expect(await desk.findings()).toEqual([])
  })

  test('Where the upstream is down, the day stays, and another day says why it is empty', async () => {
    await using clinic = await startClinic()
    await using desk = await openNamed(clinic)
    const rows = await desk.page.locator('.block').count()
    await clinic.fault({ status: 503, times: 99 })
    await desk.page.keyboard.press('ArrowRight')
    await desk.shows('The record system does not answer.')
    await desk.shows('This day can’t be shown yet.')
    await desk.takeScreenshot('error')
    expect(await desk.findings()).toEqual([])
    await desk.page.keyboard.press('ArrowLeft')
    await expect.poll(() => desk.page.locator('.block').count()).toBe(rows)
    await fetch(`${clinic.upstream.url}/_faults`, { method: 'DELETE' })
    await desk.page.keyboard.press('ArrowRight')
    await desk.page.locator('.day .block').first().waitFor()
  })

  test('Where the upstream is down, rows that were read before show their age', async () => {
    await using clinic = await startClinic({ live: false, gateway: { staleIfDownSeconds: 600 } })
    await using desk = await openDesk(browser, clinic.url, { at: MONDAY })
    await desk.page.locator('.block').first().waitFor()
    await settle(desk)
    const rows = await desk.page.locator('.block').count()
    await clinic.fault({ status: 503, times: 999 })
    clinic.at += 5 * MINUTE_MS
    await desk.page.clock.setFixedTime(clinic.at)
    await desk.page.reload()
    await desk.shows('As it was at 10:40, 5 min ago: the record system does not answer.')
    expect(await desk.page.locator('.block.stale em', { hasText: '5 min old' }).count()).toBe(rows)
    await desk.takeScreenshot('down')
    expect(await desk.findings()).toEqual([])
  })

  test.for([
    ['no-preference', ['block', 'sheet']],
    ['reduce', []],
  ] as const)('With motion: %s, only the allowed elements are animated', async ([reducedMotion, moving]) => {
    await using clinic = await startClinic()
    await using desk = await openNamed(clinic, { reducedMotion })
    await desk.page.keyboard.press('f')
    await desk.page.getByRole('dialog').waitFor()
    const found = await desk.page.evaluate(() =>
      [...document.querySelectorAll('body *')].flatMap((element) => {
        const { animationName, transitionDuration } = getComputedStyle(element)
        return animationName !== 'none' || transitionDuration !== '0s' ? (element.classList[0] ?? '') : []
      }),
    )
    expect([...new Set(found)].sort()).toEqual(moving)
    // All other animations are below the same condition.
    const free = await desk.page.evaluate(() =>
      [...document.styleSheets]
        .flatMap(({ cssRules }) => [...cssRules])
        .filter((rule) => !(rule instanceof CSSMediaRule && rule.conditionText.includes('no-preference')))
        .map(({ cssText }) => cssText)
        .filter((text) => /(animation|transition)[\w-]*:/.test(text)),
    )
    expect(free).toEqual([])
  })

  test('On a phone a swipe changes the day, and nothing is wider than the screen', async () => {
    await using clinic = await startClinic()
    await using desk = await openNamed(clinic, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    const { page } = desk
    await desk.takeScreenshot('phone')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    expect(await desk.findings()).toEqual([])
    const swipe = (from: number, to: number) =>
      page.evaluate(
        ([x1, x2]) => {
          const main = document.querySelector('main') as HTMLElement
          const touch = (clientX: number) => new Touch({ identifier: 1, target: main, clientX, clientY: 400 })
          main.dispatchEvent(new TouchEvent('touchstart', { touches: [touch(x1 ?? 0)] }))
          main.dispatchEvent(new TouchEvent('touchend', { changedTouches: [touch(x2 ?? 0)] }))
        },
        [from, to],
      )
    await swipe(300, 100)
    await desk.shows('Tuesday 24 March 2026')
    await swipe(100, 300)
    await desk.shows('Monday 23 March 2026')
    await page.getByRole('link', { name: 'Week' }).click()
    await page.locator('.week .block').first().waitFor()
    await desk.takeScreenshot('phone-week')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    expect(await desk.findings()).toEqual([])
  })

  test('axe finds nothing, in light and dark, in every view and dialog', async () => {
    await using clinic = await startClinic({ sandbox: { seed: 60 } })
    await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await using desk = await openNamed(clinic)
    const { page } = desk
    const { keyboard } = page
    const steps: Readonly<Record<string, () => Promise<unknown>>> = {
      day: async () => {},
      details: () => page.locator('.block:not(.COMPLETED, .CANCELLED)').first().click(),
      keys: () => keyboard.press('?'),
      find: () => keyboard.press('f'),
      book: () => page.locator('.gap').last().click(),
      empty: () => page.evaluate(() => location.assign('#2026-03-28')),
      week: () => keyboard.press('w'),
    }
    for (const [name, step] of Object.entries(steps)) {
      await page.evaluate(() => document.querySelector('dialog')?.close())
      await page.evaluate(() => (document.activeElement as HTMLElement).blur())
      await step()
      await page
        .locator({ day: '.day', empty: '.empty', week: '.week .block' }[name] ?? 'dialog')
        .first()
        .waitFor()
      await page.emulateMedia({ colorScheme: 'light' })
      expect([name, await desk.findings()]).toEqual([name, []])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect([name, 'dark', await desk.findings('color-contrast')]).toEqual([name, 'dark', []])
      await desk.takeScreenshot(`axe-${name}`)
    }
    expect(desk.pageErrors).toEqual([])
  })

  test('A gateway that runs trusted documents only serves it by their hashes', async () => {
    const trustedDocuments = readTrustedDocuments(
      'src/client/generated/persisted-documents.json',
      'TRUSTED_DOCUMENTS',
    )
    await using clinic = await startClinic({ gateway: { trustedDocuments, trustedDocumentsOnly: true } })
    const texts: string[] = []
    await using desk = await openNamed(clinic)
    desk.page.on('request', (request) => texts.push(request.postData() ?? ''))
    await clinic.elsewhere(visitAt('12:00', 30, { attendee_name: 'Ada Ash' }))
    await desk.block('Ada Ash').click()
    await desk.page.getByRole('button', { name: 'Cancel appointment' }).click()
    await desk.shows('Ada Ash, 12:00 is cancelled.')
    expect(texts.length).toBeGreaterThan(0)
    expect(texts.filter((text) => text.includes('query'))).toEqual([])
    expect(desk.pageErrors).toEqual([])
  })

  test('Where callers have their own keys the desk asks for one, and the tab stores it', async () => {
    await using clinic = await startClinic({ live: false, gateway: { key: null } })
    await using desk = await openDesk(browser, clinic.url, { at: MONDAY })
    await desk.page.getByLabel('Your key or token').fill(clinic.upstream.key)
    await desk.takeScreenshot('sign-in')
    expect(await desk.findings()).toEqual([])
    await desk.page.getByRole('button', { name: 'Open the desk' }).click()
    await desk.page.locator('.block').first().waitFor()
    await desk.shows('Looks again each minute')
    expect(await desk.page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 1])
  })
})
