import { render } from 'preact'
import { useEffect, useReducer, useRef } from 'preact/hooks'
import { type ClinicClock, createClinicClock } from '../client/index.ts'
import { Bar, Notes, Notices } from './bar.tsx'
import { Day } from './day.tsx'
import { SignIn } from './form.tsx'
import { followSwipes, handleKey, navigateTo, viewFrom } from './keys.ts'
import { Details, Keys, Patients } from './sheets.tsx'
import { createDesk, type Desk, type View } from './state.ts'
import { Week } from './week.tsx'

function App({ desk, graphiql }: { desk: Desk; graphiql: string | undefined }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const main = useRef<HTMLElement>(null)
  const { view, sheet, needsKey } = desk.state

  useEffect(() => {
    desk.start(() => redraw(undefined))
    window.addEventListener('hashchange', () => desk.show(viewInUrl(desk.clock)))
    window.addEventListener('keydown', (event) => handleKey(event, desk))
    if (main.current) followSwipes(main.current, (steps) => navigateTo(viewFrom(desk, steps)))
  }, [])

  return (
    <>
      <Bar desk={desk} graphiql={graphiql} />
      <main ref={main}>
        <Notes desk={desk} />
        {needsKey ? <SignIn /> : view.startsWith('week') ? <Week desk={desk} /> : <Day desk={desk} />}
      </main>
      <Notices desk={desk} />
      {sheet?.kind === 'details' && <Details key={sheet} desk={desk} sheet={sheet} />}
      {sheet?.kind === 'patients' && <Patients key={sheet} desk={desk} sheet={sheet} />}
      {sheet?.kind === 'keys' && <Keys key={sheet} desk={desk} />}
    </>
  )
}

function viewInUrl(clock: ClinicClock): View {
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
  const desk = createDesk({ url, clock, headers, view: viewInUrl(clock), trusted: trusted !== undefined })
  root.replaceChildren()
  render(<App desk={desk} graphiql={graphiql && endpoint} />, root)
}
