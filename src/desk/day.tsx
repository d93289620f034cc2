import type { CSSProperties } from 'preact'
import { gapsIn, inLanes, type Range, shownRows } from '../client/index.ts'
import { handleArrowKey } from './keys.ts'
import { HOUR, hoursOf, MINUTE, rowsIn, STEP } from './layout.ts'
import type { Desk, Place, Row } from './state.ts'
import { ageOf, nameOf, STATUS } from './texts.ts'

/** The column of rows without a clinician, or whose clinician is unknown. */
const NO_CLINICIAN = { id: '', displayName: 'No clinician', name: null, role: null, isActive: true }

/** A column for each clinician, with elapsed time from top to bottom, also where the clocks change. */
export function Day({ desk: { state, clock }, desk }: { desk: Desk }) {
  const { view: day, now } = state
  const rows = rowsIn(shownRows(state.rows), clock.rangeOf(day))
  const hours = hoursOf(day, rows, clock)
  const [from, to] = hours
  const bookable = Math.max(from, Math.ceil(now / STEP) * STEP)
  const { readAt, problem } = state.readings.get(day) ?? {}
  const isRead = readAt !== undefined
  const clinicians = state.clinicians.filter(
    ({ id, isActive }) => isActive !== false || rows.some(({ clinician }) => clinician?.id === id),
  )
  const columnOf = ({ clinician }: Row) => clinicians.find(({ id }) => id === clinician?.id) ?? NO_CLINICIAN
  const needsUnassigned = clinicians.length === 0 || rows.some((row) => columnOf(row) === NO_CLINICIAN)
  const at = (start: number, end = start) => ({
    '--at': (start - from) / MINUTE,
    '--long': (end - start) / MINUTE,
  })
  if (problem && !isRead && rows.length === 0)
    return (
      <div class="empty">
        <p>This day can’t be shown yet. The desk tries again by itself.</p>
        <button type="button" onClick={() => desk.show(day)}>
          Try now
        </button>
      </div>
    )
  return (
    <>
      {isRead && rows.length === 0 && <p class="empty">Nothing is booked on this day.</p>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: handles the keys of its items */}
      <div
        class="day"
        aria-busy={!isRead}
        onKeyDown={handleArrowKey}
        style={{ '--minutes': (to - from) / MINUTE }}
      >
        <div class="hours" aria-hidden="true">
          {Array.from({ length: Math.ceil((to - from) / HOUR) }, (_, nth) => from + nth * HOUR).map(
            (hour) => (
              <span key={hour} style={at(hour)}>
                {clock.timeOf(hour)}
              </span>
            ),
          )}
        </div>
        {[...clinicians, ...(needsUnassigned ? [NO_CLINICIAN] : [])].map((clinician) => {
          const own = rows.filter((row) => columnOf(row) === clinician)
          const blocks = inLanes(own).map(({ row, lane, lanes }) => {
            const style = { ...at(row.start, row.end), '--lane': lane, '--lanes': lanes }
            return {
              start: row.start,
              item: <Block key={row.id} desk={desk} row={row} style={style} hours={hours} />,
            }
          })
          const gaps = (isRead ? gapsIn([bookable, to], own, STEP) : []).map(([start, end]) => {
            const gap = { start, end, clinicianId: clinician.id }
            return { start, item: <Gap key={start} desk={desk} gap={gap} style={at(start, end)} /> }
          })
          // Sorted by time, for the order of focus and for the list on a phone.
          const items = [...blocks, ...gaps].sort((a, b) => a.start - b.start)
          return (
            <section key={clinician.id} class="column" aria-label={nameOf(clinician)}>
              <h2>
                {nameOf(clinician)} <small>{clinician.role}</small>
              </h2>
              <div class={isRead ? 'track' : 'track loading'} data-clinician={clinician.id}>
                {items.map(({ item }) => item)}
                {now > from && now < to && <div class="now" style={at(now)} />}
              </div>
            </section>
          )
        })}
      </div>
    </>
  )
}

/** The statuses that a block shows as text too, besides its colour. */
const LABELLED_STATUS = /PENDING|CANCELLED|COMPLETED|NO_SHOW/

interface BlockProps {
  readonly desk: Desk
  readonly row: Row
  readonly style?: CSSProperties
  /** The hours that the day shows; undefined in a week. */
  readonly hours?: Range
}

export function Block({ desk: { state, clock }, desk, row, style = {}, hours }: BlockProps) {
  const { id, start, end, title, attendeeName: name, staleSince } = row
  const status = row.status ?? 'PENDING'
  const isUnclear = state.unclear.has(id)
  const label = isUnclear
    ? 'Not known'
    : staleSince
      ? `${ageOf(staleSince, state.now)} old`
      : LABELLED_STATUS.test(status) && STATUS[status]
  const classes = [
    status,
    state.rows.pending.has(id) && 'proposed',
    isUnclear && 'unclear',
    staleSince && 'stale',
    end - start < 2 * STEP && 'short',
  ]
  function handleKey(event: KeyboardEvent) {
    const steps = { ArrowUp: -1, ArrowDown: 1 }[event.altKey && row.isCancellable ? event.key : '']
    if (steps === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const to = { start: start + steps * STEP, clinicianId: row.clinician?.id ?? '' }
    desk.open({ kind: 'details', row, to })
  }
  return (
    <button
      type="button"
      class={`block ${classes.filter(Boolean).join(' ')}`}
      data-item={id}
      style={style}
      onClick={() => desk.open({ kind: 'details', row })}
      onKeyDown={handleKey}
      onPointerDown={(event) => hours && drag(event, { desk, row, hours })}
    >
      <time>{clock.timeOf(start)}</time> <b>{name ?? title}</b> {name && <span>{title}</span>}
      {label && <em>{label}</em>}{' '}
      <i class="unseen">
        until {clock.timeOf(end)}
        {label !== STATUS[status] && `, ${STATUS[status]}`}
      </i>
    </button>
  )
}

/** A mouse or a pen drags an appointment. A finger scrolls; on touch, the dialog moves an appointment. */
function drag(
  event: PointerEvent & { readonly currentTarget: HTMLElement },
  { desk, row, hours: [from, to] }: Required<Pick<BlockProps, 'desk' | 'row' | 'hours'>>,
) {
  const block = event.currentTarget
  const track = block.closest('.track')
  if (!track || event.pointerType === 'touch' || event.button !== 0 || !row.isCancellable) return
  const perPixel = (to - from) / track.clientHeight
  const stepsOf = ({ pageY }: PointerEvent) => Math.round(((pageY - event.pageY) * perPixel) / STEP)
  const ending = new AbortController()
  function follow(moved: PointerEvent) {
    if (Math.hypot(moved.pageX - event.pageX, moved.pageY - event.pageY) < 6) return
    block.dataset.dragged = desk.clock.timeOf(row.start + stepsOf(moved) * STEP)
    block.style.translate = `${moved.pageX - event.pageX}px ${(stepsOf(moved) * STEP) / perPixel}px`
  }
  function drop(dropped: PointerEvent) {
    ending.abort()
    if (block.dataset.dragged === undefined) return
    const over = document.elementFromPoint(dropped.clientX, dropped.clientY)?.closest('.track')
    block.style.translate = ''
    delete block.dataset.dragged
    if (dropped.type === 'pointercancel') return
    const clinicianId = over?.getAttribute('data-clinician') || row.clinician?.id || ''
    desk.open({ kind: 'details', row, to: { start: row.start + stepsOf(dropped) * STEP, clinicianId } })
  }
  window.addEventListener('pointermove', follow, ending)
  window.addEventListener('pointerup', drop, ending)
  window.addEventListener('pointercancel', drop, ending)
}

/** Free time. A click books at the time under the pointer, a key at the start of the gap. */
function Gap({
  desk,
  gap,
  style,
}: {
  desk: Desk
  gap: Place & { readonly end: number }
  style: CSSProperties
}) {
  const { start, end, clinicianId } = gap
  const { timeOf } = desk.clock
  function book({ offsetY, detail, currentTarget }: MouseEvent & { readonly currentTarget: HTMLElement }) {
    const share = detail === 0 ? 0 : offsetY / currentTarget.clientHeight
    const steps = Math.floor((share * (end - start)) / STEP)
    desk.open({ kind: 'patients', gap: { ...gap, start: start + steps * STEP } })
  }
  return (
    <button
      type="button"
      class="gap"
      data-item={clinicianId + start}
      tabIndex={-1}
      style={style}
      onClick={book}
    >
      + {timeOf(start)} – {timeOf(end)} <i class="unseen">free, book</i>
    </button>
  )
}
