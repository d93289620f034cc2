import { render } from 'preact'
import { useEffect, useReducer, useRef, useState } from 'preact/hooks'
import { createClinicClock } from '../client/index.ts'
import { Bar, Notes, Notices } from './bar.tsx'
import { createData, type Data } from './data.ts'
import { Day } from './day.tsx'
import { followSwipes, step, takeKey } from './keys.ts'
import type { Desk, SheetName } from './parts.tsx'
import { Book, Details, Find, Keys, SignIn } from './sheets.tsx'
import type { View } from './state.ts'
import { Week } from './week.tsx'

function App({ data, graphiql }: { data: Data; graphiql: string | undefined }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const [sheet, open] = useState<SheetName>()
  // A window that closes may have given way to the next one, which stays.
  const close = () => open((now) => (now === sheet ? undefined : now))
  const main = useRef<HTMLElement>(null)
  // The day is in the URL, so that the browser's own way back works.
  const desk: Desk = { data, open, close, show: (view) => location.assign(`#${view}`) }
  const { view, needsKey } = data.state

  useEffect(() => {
    data.subscribe(() => redraw(undefined))
    window.addEventListener('hashchange', () => data.show(viewInUrl(data.clock)))
    window.addEventListener('keydown', (event) => takeKey(event, desk))
    if (main.current) followSwipes(main.current, (steps) => step(desk, steps))
  }, [])

  return (
    <>
      <Bar desk={desk} graphiql={graphiql} />
      <main ref={main}>
        <Notes desk={desk} />
        {needsKey ? <SignIn /> : view.startsWith('week') ? <Week desk={desk} /> : <Day desk={desk} />}
      </main>
      <Notices desk={desk} />
      {sheet?.kind === 'details' && <Details key={sheet} desk={desk} {...sheet} />}
      {sheet?.kind === 'book' && <Book key={sheet} desk={desk} {...sheet} />}
      {sheet?.kind === 'find' && <Find key={sheet} desk={desk} />}
      {sheet?.kind === 'keys' && <Keys key={sheet} desk={desk} />}
    </>
  )
}

function viewInUrl(clock: Data['clock']): View {
  return /^#((?:week-)?\d{4}-\d\d-\d\d)$/.exec(location.hash)?.[1] ?? clock.dayOf(Date.now())
}

function headers(): Readonly<Record<string, string>> {
  const key = sessionStorage.getItem('desk:key')
  return key ? { authorization: `Bearer ${key}` } : {}
}

const root = document.getElementById('desk')
if (root) {
  const { endpoint = 'graphql', timeZone = 'UTC', trusted, graphiql } = root.dataset
  const clock = createClinicClock(timeZone)
  const url = new URL(endpoint, location.href).href
  const data = createData({ url, clock, headers, view: viewInUrl(clock), trusted: trusted !== undefined })
  data.open()
  root.replaceChildren()
  render(<App data={data} graphiql={graphiql && endpoint} />, root)
}
