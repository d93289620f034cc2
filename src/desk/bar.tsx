import { step, toggleWeek } from './keys.ts'
import { HOUR } from './layout.ts'
import type { Desk } from './parts.tsx'
import { daysOf } from './state.ts'
import { ageOf, nameOfDay } from './words.ts'

const LINES = {
  opening: 'Connecting…',
  live: 'Live',
  away: 'No connection. Trying again…',
  off: 'Looks again each minute',
} as const

/** Which day it is, where to go from here, and how things are. */
export function Bar({ desk, graphiql }: { desk: Desk; graphiql: string | undefined }) {
  const { data, show, open } = desk
  const { view, line, now } = data.state
  const [day = view, ...others] = daysOf(view)
  const unit = others.length > 0 ? 'week' : 'day'
  const today = data.clock.dayOf(now)
  const dayMonth = { day: 'numeric', month: 'long' } as const
  return (
    <header class="bar">
      <nav aria-label="Days">
        <button type="button" aria-label={`The ${unit} before`} onClick={() => step(desk, -1)}>
          ‹
        </button>
        <button type="button" aria-current={view === today && 'date'} onClick={() => show(today)}>
          Today
        </button>
        <button type="button" aria-label={`The ${unit} after`} onClick={() => step(desk, 1)}>
          ›
        </button>
      </nav>
      <h1>
        {unit === 'day'
          ? nameOfDay(day, { weekday: 'long', ...dayMonth, year: 'numeric' })
          : `${nameOfDay(day, dayMonth)} – ${nameOfDay(others[5] ?? day, { ...dayMonth, year: 'numeric' })}`}
      </h1>
      <nav aria-label="Views">
        <button type="button" aria-pressed={unit === 'week'} onClick={() => toggleWeek(desk)}>
          Week
        </button>
        <button type="button" onClick={() => open({ kind: 'find' })}>
          Find patient
        </button>
        <button type="button" class="quiet" aria-label="Keys" onClick={() => open({ kind: 'keys' })}>
          ?
        </button>
        {graphiql && <a href={graphiql}>GraphiQL</a>}
      </nav>
      <Gauge desk={desk} />
      <p class={`signal ${line}`} role="status">
        {LINES[line]}
      </p>
    </header>
  )
}

function Gauge({ desk: { data } }: { desk: Desk }) {
  const { quota } = data.state
  if (quota === null) return null
  const { limit, remaining, forecast, resetsAt } = quota
  const timeOf = (instant: string) => data.clock.timeOf(Date.parse(instant))
  const spentAt = forecast?.spentAt
  const enough = spentAt ? `until ${timeOf(spentAt)}` : `enough until ${timeOf(resetsAt)}`
  return (
    <p class={`gauge ${spentAt || remaining < limit / 10 ? 'low' : ''}`}>
      <meter
        max={limit}
        value={remaining}
        aria-label="Requests to the record system that are left of this hour"
      />
      {remaining} left, {remaining === 0 ? `full again at ${timeOf(resetsAt)}` : enough}
    </p>
  )
}

/** What a person has to know of the view: rows that may be out of date, a reading that failed, clocks that change. */
export function Notes({ desk: { data } }: { desk: Desk }) {
  const { view, now, readings, upstreamFails, line } = data.state
  const { problem, staleSince, isCut, readAt } = readings.get(view) ?? {}
  const lengths = daysOf(view)
    .map((day) => data.clock.rangeOf(day))
    .map(([from, to]) => (to - from) / HOUR)
  const changed = lengths.findIndex((hours) => hours !== 24)
  const why = upstreamFails ? 'the record system does not answer' : 'this hour’s requests are used up'
  const notes = [
    staleSince &&
      `As it was at ${data.clock.timeOf(Date.parse(staleSince))}, ${ageOf(staleSince, now)} ago: ${why}.${line === 'live' ? ' Changes still show as they come.' : ''}`,
    problem && `${problem.text} ${readAt ? `This was read at ${data.clock.timeOf(readAt)}.` : ''}`,
    isCut && 'There are more appointments than these.',
    changed >= 0 &&
      `The clocks change${lengths.length > 1 ? ` on ${nameOfDay(daysOf(view)[changed] ?? view)}` : ''}: this day has ${lengths[changed]} hours.`,
  ]
  return (
    <div class="notes" role="status">
      {notes.map((note) => note && <p key={note}>{note}</p>)}
    </div>
  )
}

/** What became of what was done. */
export function Notices({ desk: { data } }: { desk: Desk }) {
  return (
    <div class="notices" role="log">
      {data.state.notices.map(({ id, kind, text, action }) => (
        <p key={id} class={kind}>
          {text}
          {[...(action ? [action] : []), { label: 'Dismiss', run: () => {} }].map(({ label, run }) => (
            <button
              key={label}
              type="button"
              onClick={() => {
                data.dismiss(id)
                run()
              }}
            >
              {label}
            </button>
          ))}
        </p>
      ))}
    </div>
  )
}
