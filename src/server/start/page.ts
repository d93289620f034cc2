import { renderHtml } from '../pages/html.ts'

/** The links of the page, relative to it; null = no such link. */
export interface Links {
  readonly graphiql: string | null
  readonly desk: string | null
  /** The documentation of the upstream's REST API, a page of another server. */
  readonly api: string | null
}

/** A documentation page of the package. */
export interface Doc {
  readonly href: string
  readonly title: string
}

export interface StartPageOptions {
  readonly links: Links
  readonly docs: readonly Doc[]
  readonly scriptUrl: string
  readonly styleUrl: string
}

/** The page as HTML, without figures: `start-page.js` fills these in, and keeps them up to date. */
export function renderStartPage({ links, docs, scriptUrl, styleUrl }: StartPageOptions): string {
  const { graphiql, desk, api } = links
  const items = [
    linkItem(graphiql, 'GraphiQL', 'Ask, with a tour in eight tabs and the cost of each press.'),
    linkItem(desk, 'The desk', 'A front end for a reception, on the same gateway.'),
    linkItem(api, 'The Appointments API', 'The REST API behind: its document, request by request.'),
  ]
  return renderHtml({
    title: 'Appointments gateway',
    head: `<link rel="stylesheet" href="${styleUrl}">
    <script type="module" src="${scriptUrl}"></script>`,
    body: `<header>
      <h1>Appointments gateway</h1>
      <p id="states"></p>
    </header>
    <main>
      <section class="card" aria-labelledby="quota">
        <h2 id="quota">This hour's quota</h2>
        <svg viewBox="0 0 120 66" role="img" aria-labelledby="left">
          <path class="track" d="M10 60a50 50 0 0 1 100 0" pathLength="100"/>
          <path class="rest" d="M10 60a50 50 0 0 1 100 0" pathLength="100" stroke-dasharray="0 100"/>
        </svg>
        <p class="figure" id="left">–</p>
        <p id="outlook">Not known yet.</p>
      </section>
      <section class="card" aria-labelledby="saved-title">
        <h2 id="saved-title">Requests saved</h2>
        <p class="figure" id="saved">0</p>
        <p id="sent">Nothing has been asked yet.</p>
      </section>
      <nav class="card" aria-labelledby="places">
        <h2 id="places">Where to go</h2>
        <ul>${items.join('')}</ul>
      </nav>
      <section class="card wide" aria-labelledby="last">
        <h2 id="last">The last operations</h2>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Operation</th><th scope="col">Requests</th><th scope="col">Remembered</th>
                <th scope="col">Shared</th><th scope="col">Time</th><th scope="col">At</th>
              </tr>
            </thead>
            <tbody id="operations"><tr><td colspan="6">None yet.</td></tr></tbody>
          </table>
        </div>
      </section>
      <nav class="card wide" aria-labelledby="docs">
        <h2 id="docs">The docs</h2>
        <ul class="columns">${docs.map(({ href, title }) => `<li><a href="${href}">${title}</a></li>`).join('')}</ul>
      </nav>
    </main>
    <noscript>The figures need JavaScript; without it they are this page as JSON, for any client that asks for no HTML.</noscript>`,
  })
}

function linkItem(href: string | null, name: string, about: string): string {
  return href === null ? '' : `<li><a href="${href}">${name}</a><br>${about}</li>`
}

export const STYLE = `
:root { --ink: #233; --dim: #566; --paper: #f4f6f8; --card: #fff; --line: #dde3e8; --accent: #0a6b74; --bad: #b3261e }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebee; --dim: #a3afb6; --paper: #161b1f; --card: #20272c; --line: #333d44; --accent: #5cc8d2; --bad: #ff8a80 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header, main { max-width: 1000px; margin: 0 auto; padding: 0 20px }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 24px; padding-top: 28px }
h1 { margin: 0; font-size: 26px }
h2 { margin: 0 0 10px; font-size: 15px; font-weight: 600; color: var(--dim) }
p { margin: 0 }
#states, #outlook, #sent { color: var(--dim) }
main { display: grid; grid-template-columns: 1fr 1fr 1.3fr; gap: 16px; padding-top: 18px; padding-bottom: 40px }
.card { padding: 18px 20px; border: 1px solid var(--line); border-radius: 12px; background: var(--card); min-width: 0 }
.wide { grid-column: 1 / -1 }
.figure { font-size: 34px; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums }
svg { display: block; width: 100%; max-width: 190px; margin: 0 auto -42px }
svg path { fill: none; stroke-width: 10; stroke-linecap: round }
.track { stroke: var(--line) }
.rest { stroke: var(--accent) }
.short .rest { stroke: var(--bad) }
svg ~ p { text-align: center }
#left { margin-bottom: 8px }
#left:not(:empty) { font-size: 28px }
ul { margin: 0; padding: 0; list-style: none }
nav li + li { margin-top: 10px }
nav li { color: var(--dim) }
a { color: var(--accent); font-weight: 550 }
.columns { columns: 220px }
.columns li { margin: 0 0 6px; break-inside: avoid }
.columns a { font-weight: 400 }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
th { color: var(--dim); font-weight: 500; font-size: 14px }
th, td { padding: 6px 10px 6px 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line) }
th:first-child, td:first-child { text-align: left; white-space: normal }
tbody tr:last-child td { border-bottom: 0 }
.code { color: var(--bad); font-size: 14px }
@media (width < 700px) {
  main { grid-template-columns: 1fr; gap: 12px }
  header, main { padding-left: 12px; padding-right: 12px }
}
`
