import { shownRows } from '../client/index.ts'
import { takeArrow } from './keys.ts'
import { type Desk, Unseen } from './parts.tsx'
import { daysOf, rowsIn } from './state.ts'
import { nameOfDay, STATUS } from './words.ts'

/** Seven days beside each other, each a list. */
export function Week({ desk }: { desk: Desk }) {
  const { state, clock } = desk.data
  const rows = shownRows(state.rows)
  const isRead = state.readings.get(state.view)?.readAt !== undefined
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of what is in it
    <div class="week" aria-busy={!isRead} onKeyDown={takeArrow}>
      {daysOf(state.view).map((day) => {
        const own = rowsIn(rows, clock.rangeOf(day))
        return (
          <section
            key={day}
            aria-label={nameOfDay(day)}
            class={day === clock.dayOf(state.now) ? 'today' : ''}
          >
            <h2>
              <button type="button" data-item={day} onClick={() => desk.show(day)}>
                <small>{nameOfDay(day, { weekday: 'short' })}</small> {nameOfDay(day, { day: 'numeric' })}{' '}
                <Unseen>{nameOfDay(day, { month: 'long' })}, show</Unseen>
              </button>
            </h2>
            {own.length === 0 && <p class={isRead ? 'empty' : 'loading'}>{isRead ? 'Nothing' : ''}</p>}
            {own.map((row) => (
              <button
                key={row.id}
                type="button"
                class={`block ${row.status} ${row.staleSince ? 'stale' : ''}`}
                data-item={row.id}
                onClick={() => desk.open({ kind: 'details', row })}
              >
                <time>{clock.timeOf(row.start)}</time> <b>{row.name ?? row.title}</b>{' '}
                <Unseen>{STATUS[row.status]}</Unseen>
              </button>
            ))}
          </section>
        )
      })}
    </div>
  )
}
