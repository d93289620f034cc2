import { shownRows } from '../client/index.ts'
import { Block } from './day.tsx'
import { handleArrowKey } from './keys.ts'
import { rowsIn } from './layout.ts'
import { type Desk, daysOf } from './state.ts'
import { nameOfDay } from './texts.ts'

/** Seven columns, each with the list of a day. */
export function Week({ desk: { state, clock }, desk }: { desk: Desk }) {
  const isRead = state.readings.get(state.view)?.readAt !== undefined
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: handles the keys of its items
    <div class="week" aria-busy={!isRead} onKeyDown={handleArrowKey}>
      {daysOf(state.view).map((day) => {
        const rows = rowsIn(shownRows(state.rows), clock.rangeOf(day))
        const isToday = day === clock.dayOf(state.now)
        return (
          <section key={day} aria-label={nameOfDay(day)} class={isToday ? 'today' : ''}>
            <h2>
              <a href={`#${day}`} data-item={day}>
                <small>{nameOfDay(day, { weekday: 'short' })}</small> {nameOfDay(day, { day: 'numeric' })}{' '}
                <i class="unseen">{nameOfDay(day, { month: 'long' })}</i>
              </a>
            </h2>
            {rows.length === 0 && <p class={isRead ? 'empty' : 'loading'}>{isRead && 'Nothing'}</p>}
            {rows.map((row) => (
              <Block key={row.id} desk={desk} row={row} />
            ))}
          </section>
        )
      })}
    </div>
  )
}
