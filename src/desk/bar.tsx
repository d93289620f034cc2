import { otherView, viewFrom } from './keys.ts'
import { HOUR } from './layout.ts'
import { type Desk, daysOf, type Notice } from './state.ts'
import { ageOf, nameOfDay } from './texts.ts'

const CONNECTION_TEXTS = {
  opening: 'Connecting…',
  live: 'Live',
  lost: 'No connection. Trying again…',
  unavailable: 'Looks again each minute',
} as const

/** The day or week in view, navigation, quota and connection. */
export function Bar({ desk, graphiql }: { desk: Desk; graphiql: string | undefined }) {
  const { view, connection, now } = desk.state
  const [day = view, ...others] = daysOf(view)
  const isWeek = others.length > 0
  const unit = isWeek ? 'week' : 'day'
  const today = desk.clock.dayOf(now)
  const date = { day: 'numeric', month: 'long' } as const
  const from = nameOfDay(day, isWeek ? date : { ...date, weekday: 'long', year: 'numeric' })
  const to = isWeek ? ` – ${nameOfDay(others[5] ?? day, { ...date, year: 'numeric' })}` : ''
  return (
    <header class="bar">
      <nav aria-label="Days">
        <a href={`#${viewFrom(desk, -1)}`} aria-label={`The ${unit} before`}>
          ‹
        </a>
        <a href={`#${today}`} aria-current={view === today && 'date'}>
          Today
        </a>
        <a href={`#${viewFrom(desk, 1)}`} aria-label={`The ${unit} after`}>
          ›
        </a>
      </nav>
      <h1>{from + to}</h1>
      <nav aria-label="Views">
        <a href={`#${otherView(desk)}`} aria-current={isWeek}>
          Week
        </a>
        <button type="button" onClick={() => desk.open({ kind: 'patients' })}>
          Find patient
        </button>
        <button type="button" class="quiet" aria-label="Keys" onClick={() => desk.open({ kind: 'keys' })}>
          ?
        </button>
        {graphiql && (
          <a class="quiet" href={graphiql}>
            GraphiQL
          </a>
        )}
      </nav>
      <Gauge desk={desk} />
      <p class={`signal ${connection}`} role="status">
        {CONNECTION_TEXTS[connection]}
      </p>
    </header>
  )
}

function Gauge({ desk: { state, clock } }: { desk: Desk }) {
  if (!state.upstream?.quota) return null
  const { limit, remaining, forecast, resetsAt } = state.upstream.quota
  const timeOf = (instant: string) => clock.timeOf(Date.parse(instant))
  const { spentAt } = forecast ?? {}
  const enough = spentAt ? `until ${timeOf(spentAt)}` : `enough until ${timeOf(resetsAt)}`
  return (
    <p class={`gauge ${spentAt || remaining < limit / 10 ? 'low' : ''}`}>
      <meter max={limit} value={remaining} aria-label="Requests to the record system left of this hour" />
      {remaining} left, {remaining === 0 ? `full again at ${timeOf(resetsAt)}` : enough}
    </p>
  )
}

/** Notes about the view: stale rows, a failed read, clock changes. */
export function Notes({ desk: { state, clock } }: { desk: Desk }) {
  const { view, now, readings, upstream, connection } = state
  const { problem, staleSince, isTruncated, readAt } = readings.get(view) ?? {}
  const hoursOf = (day: string) => {
    const [from, to] = clock.rangeOf(day)
    return (to - from) / HOUR
  }
  const changed = daysOf(view).find((day) => hoursOf(day) !== 24)
  const why =
    upstream?.state === 'FAILING' ? 'the record system does not answer' : 'this hour’s requests are used up'
  const notes = [
    staleSince &&
      `As it was at ${clock.timeOf(Date.parse(staleSince))}, ${ageOf(staleSince, now)} ago: ${why}.`,
    staleSince && connection === 'live' && 'Changes still show as they come.',
    problem && `${problem.text} ${readAt ? `This was read at ${clock.timeOf(readAt)}.` : ''}`,
    isTruncated && 'There are more appointments than these.',
    changed && `The clocks change on ${nameOfDay(changed)}: it has ${hoursOf(changed)} hours.`,
  ]
  return (
    <div class="notes" role="status">
      {notes.map((note) => note && <p key={note}>{note}</p>)}
    </div>
  )
}

const DISMISS = { label: 'Dismiss', run: () => {} }

export function Notices({ desk }: { desk: Desk }) {
  function press(notice: Notice, run: () => void) {
    desk.dismiss(notice)
    run()
  }
  return (
    <div class="notices" role="log">
      {desk.state.notices.map((notice) => (
        <p key={notice} class={notice.kind}>
          {notice.text}
          {[...(notice.action ? [notice.action] : []), DISMISS].map(({ label, run }) => (
            <button key={label} type="button" onClick={() => press(notice, run)}>
              {label}
            </button>
          ))}
        </p>
      ))}
    </div>
  )
}
