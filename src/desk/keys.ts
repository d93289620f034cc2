import { addDays, weekOf } from '../client/index.ts'
import { type Desk, daysOf, type View } from './state.ts'

/** Opens a view by its URL, so that the browser's back button works. */
export function navigateTo(view: View): void {
  location.assign(`#${view}`)
}

/** The view that is `steps` days or weeks after the current one. */
export function viewFrom({ state }: Desk, steps: number): View {
  const [day = '', ...others] = daysOf(state.view)
  const next = addDays(day, steps * (others.length + 1))
  return others.length > 0 ? `week-${next}` : next
}

/** For a day its week; for a week today, if the week contains it, else its Monday. */
export function otherView({ state, clock }: Desk): View {
  const [day = '', ...others] = daysOf(state.view)
  const today = clock.dayOf(state.now)
  return others.length === 0 ? `week-${weekOf(day)[0]}` : others.includes(today) ? today : day
}

/** Handles the keys that work everywhere except in fields and dialogs. */
export function handleKey(event: KeyboardEvent, desk: Desk): void {
  const { target, key, altKey, ctrlKey, metaKey, defaultPrevented } = event
  if (altKey || ctrlKey || metaKey || defaultPrevented || !(target instanceof Element)) return
  if (target.closest('input, select, dialog')) return
  if (sessionStorage.getItem('desk:letters') === 'off' && key.length === 1) return
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => navigateTo(viewFrom(desk, -1)),
    ArrowRight: () => navigateTo(viewFrom(desk, 1)),
    t: () => navigateTo(desk.clock.dayOf(Date.now())),
    w: () => navigateTo(otherView(desk)),
    f: () => desk.open({ kind: 'patients' }),
    '?': () => desk.open({ kind: 'keys' }),
  }
  if (actions[key]) event.preventDefault()
  actions[key]?.()
}

const ARROWS: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
}

/** Moves the focus to the nearest item on the screen in the direction of an arrow key. */
export function handleArrowKey(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const [dx, dy] = ARROWS[event.key] ?? []
  if (dx === undefined || dy === undefined || !(event.target instanceof Element)) return
  const here = middleOf(event.target)
  const ahead = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-item]')].flatMap((item) => {
    const [x, y] = [middleOf(item).x - here.x, middleOf(item).y - here.y]
    const along = x * dx + y * dy
    return along < 1 ? [] : { item, distance: along + 3 * Math.abs(x * dy + y * dx) }
  })
  event.preventDefault()
  ahead.sort((a, b) => a.distance - b.distance)[0]?.item.focus()
}

function middleOf(element: Element) {
  const { left, top, width, height } = element.getBoundingClientRect()
  return { x: left + width / 2, y: top + height / 2 }
}

/** Calls `turn` for a horizontal swipe: 1 to the left, -1 to the right. */
export function followSwipes(element: HTMLElement, turn: (steps: number) => void): void {
  let start: Touch | undefined
  element.addEventListener('touchstart', ({ touches }) => {
    start = touches.length === 1 ? touches[0] : undefined
  })
  element.addEventListener('touchend', ({ changedTouches: [end] }) => {
    const [dx, dy] = start && end ? [end.clientX - start.clientX, end.clientY - start.clientY] : [0, 0]
    if (Math.abs(dx) > 60 && Math.abs(dx) > 2 * Math.abs(dy)) turn(dx < 0 ? 1 : -1)
  })
}
