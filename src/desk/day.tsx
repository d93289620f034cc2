import { shownRows } from '../client/index.ts'
import { takeArrow } from './keys.ts'
import { gapsOf, hoursIn, hoursOf, MINUTE, type Placed, place, type Range, STEP } from './layout.ts'
import { type Desk, Unseen } from './parts.tsx'
import { type Clinician, type Row, rowsIn, type State } from './state.ts'
import { ageOf, STATUS } from './words.ts'

/** For rows of which the clinician is not known, or nobody is named. */
const NOBODY: Clinician = { id: '', name: 'No clinician', role: '', isActive: true }

/** A column for each clinician, and time from top to bottom as it passes, also where the clocks change. */
export function Day({ desk }: { desk: Desk }) {
  const { state, clock } = desk.data
  const { view: day, now } = state
  const rows = rowsIn(shownRows(state.rows), clock.rangeOf(day))
  const hours = hoursOf(day, rows, clock)
  const { readAt, problem } = state.readings.get(day) ?? {}
  const isRead = readAt !== undefined
  const top = (instant: number) => ({ '--at': (instant - hours[0]) / MINUTE })
  const columns = columnsOf(state, rows)
  if (problem && !isRead && rows.length === 0)
    return (
      <div class="empty">
        <p>This day can’t be shown yet. The desk tries again by itself.</p>
        <button type="button" onClick={() => desk.data.show(day)}>
          Try now
        </button>
      </div>
    )
  return (
    <>
      {isRead && rows.length === 0 && <p class="empty">Nothing is booked on this day.</p>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of what is in it */}
      <div
        class="day"
        aria-busy={!isRead}
        onKeyDown={takeArrow}
        style={{ '--minutes': (hours[1] - hours[0]) / MINUTE }}
      >
        <div class="hours" aria-hidden="true">
          {hoursIn(hours).map((hour) => (
            <span key={hour} style={top(hour)}>
              {clock.timeOf(hour)}
            </span>
          ))}
        </div>
        {columns.map(({ id, name, role }) => {
          const own = rows.filter(({ clinicianId }) => (clinicianId ?? '') === id)
          return (
            <section key={id} class="column" aria-label={name}>
              <h2>
                {name} <small>{role}</small>
              </h2>
              <div class={isRead ? 'track' : 'track loading'} data-clinician={id}>
                {inOrder(own, isRead ? gapsOf(own, hours, now) : []).map((each) =>
                  'row' in each ? (
                    <Block key={each.row.id} desk={desk} {...each} hours={hours} top={top} />
                  ) : (
                    <Gap key={each[0]} desk={desk} gap={each} id={id} top={top} />
                  ),
                )}
                {now > hours[0] && now < hours[1] && <div class="now" style={top(now)} />}
              </div>
            </section>
          )
        })}
      </div>
    </>
  )
}

type Top = (instant: number) => object

/** An appointment. It is dragged with a mouse or a pen; a finger scrolls, and finds the same in the sheet. */
function Block({ desk, row, lane, lanes, hours, top }: Placed & { desk: Desk; hours: Range; top: Top }) {
  const { data, open } = desk
  const { state, clock } = data
  const { id, start, end, status, title, name, staleSince } = row
  const isUnclear = state.unclear.has(id)
  const marks = [
    status,
    state.rows.pending.has(id) && 'proposed',
    isUnclear && 'unclear',
    staleSince && 'stale',
    end - start < 2 * STEP && 'short',
  ]
  const mark = isUnclear
    ? 'Not known'
    : staleSince
      ? ageOf(staleSince, state.now)
      : UNUSUAL.test(status) && STATUS[status]
  const unseen = [`until ${clock.timeOf(end)}`, mark !== STATUS[status] && STATUS[status]]

  function drag(event: PointerEvent & { readonly currentTarget: HTMLElement }) {
    const block = event.currentTarget
    if (event.pointerType === 'touch' || event.button !== 0 || !row.isCancellable) return
    const perPixel = (hours[1] - hours[0]) / (block.parentElement?.clientHeight ?? 1)
    const ending = new AbortController()
    const stepsOf = ({ pageY }: PointerEvent) => Math.round(((pageY - event.pageY) * perPixel) / STEP)
    function follow(moved: PointerEvent) {
      if (Math.hypot(moved.pageX - event.pageX, moved.pageY - event.pageY) < 6) return
      block.dataset.dragged = clock.timeOf(start + stepsOf(moved) * STEP)
      block.style.translate = `${moved.pageX - event.pageX}px ${(stepsOf(moved) * STEP) / perPixel}px`
    }
    function drop(dropped: PointerEvent) {
      ending.abort()
      block.style.translate = ''
      if (block.dataset.dragged === undefined) return
      const over = document
        .elementsFromPoint(dropped.clientX, dropped.clientY)
        .find((each) => each.matches('.track'))
      const clinicianId = over?.getAttribute('data-clinician') || (row.clinicianId ?? null)
      open({ kind: 'details', row, to: { start: start + stepsOf(dropped) * STEP, clinicianId } })
      // A click follows, which opens what is open already.
      setTimeout(() => delete block.dataset.dragged)
    }
    window.addEventListener('pointermove', follow, ending)
    window.addEventListener('pointerup', drop, ending)
  }

  function takeKey(event: KeyboardEvent) {
    const steps = { ArrowUp: -1, ArrowDown: 1 }[event.altKey && row.isCancellable ? event.key : '']
    if (steps === undefined) return
    event.preventDefault()
    event.stopPropagation()
    open({ kind: 'details', row, to: { start: start + steps * STEP, clinicianId: row.clinicianId ?? null } })
  }

  return (
    <button
      type="button"
      class={`block ${marks.filter(Boolean).join(' ')}`}
      data-item={id}
      style={{ ...top(start), '--long': (end - start) / MINUTE, '--lane': lane, '--lanes': lanes }}
      onClick={({ currentTarget }) => currentTarget.dataset.dragged ?? open({ kind: 'details', row })}
      onKeyDown={takeKey}
      onPointerDown={drag}
    >
      <time>{clock.timeOf(start)}</time> <b>{name ?? title}</b> {name && <span>{title}</span>}
      {mark && <em>{mark}</em>} <Unseen>{unseen.filter(Boolean).join(', ')}</Unseen>
    </button>
  )
}

/** Free time. A press of the mouse books where it is; the keys book at its beginning. */
function Gap({ desk, gap: [start, end], id, top }: { desk: Desk; gap: Range; id: string; top: Top }) {
  const { timeOf } = desk.data.clock
  return (
    <button
      type="button"
      class="gap"
      data-item={`${id}${start}`}
      tabIndex={-1}
      style={{ ...top(start), '--long': (end - start) / MINUTE }}
      onClick={({ offsetY, detail, currentTarget }) => {
        const steps =
          detail === 0 ? 0 : Math.floor(((offsetY / currentTarget.clientHeight) * (end - start)) / STEP)
        desk.open({ kind: 'book', gap: { start: start + steps * STEP, end, clinicianId: id || null } })
      }}
    >
      + {timeOf(start)} – {timeOf(end)} <Unseen>free, book</Unseen>
    </button>
  )
}

/** What is said of a row beside its colour. */
const UNUSUAL = /PENDING|CANCELLED|COMPLETED|NO_SHOW/

/** As they follow each other in time: so does the focus, and a phone's list. */
function inOrder(rows: readonly Row[], gaps: readonly Range[]): readonly (Placed | Range)[] {
  const startOf = (each: Placed | Range) => ('row' in each ? each.row.start : each[0])
  return [...place(rows), ...gaps].sort((a, b) => startOf(a) - startOf(b))
}

/** Those who work here, and whoever else has a row. */
function columnsOf({ clinicians }: State, rows: readonly Row[]): readonly Clinician[] {
  const named = new Set(rows.map(({ clinicianId }) => clinicianId ?? ''))
  const known = clinicians.filter(({ id, isActive }) => isActive || named.has(id))
  for (const { id } of known) named.delete(id)
  return named.size > 0 || known.length === 0 ? [...known, NOBODY] : known
}
