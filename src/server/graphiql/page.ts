import { ICON } from '../home/icon.ts'
import type { Tab } from './tour.ts'

export interface PageOptions {
  readonly assetUrl: (name: string) => string
  readonly tabs: readonly Tab[]
  /** Where the desk is, relative to the page; undefined where there is none. */
  readonly deskUrl: string | undefined
}

/**
 * The page as HTML. Every URL in it is relative, so it works behind any prefix. GraphiQL keeps its state for this browser
 * tab only, and none of it in the URL: queries and answers may name patients, a header holds a key, and people in a clinic
 * share computers.
 */
export function renderPage({ assetUrl, tabs, deskUrl }: PageOptions): string {
  // Raw, so that a backslash of a script reaches the browser.
  return String.raw`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Appointments</title>
    <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
    <link rel="stylesheet" href="${assetUrl('graphiql.css')}">
    <style>
      html, body, #root { height: 100%; margin: 0 }
      /* With several tabs from the start, GraphiQL moves a tab away under the pointer that presses it. */
      .graphiql-tab { transform: none !important }
      .desk {
        position: fixed; right: 24px; bottom: 24px; padding: 4px 14px; border-radius: 14px;
        font: 14px system-ui; text-decoration: none; color: #fff; background: #0e5a6b;
      }
    </style>
  </head>
  <body>
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
    ${deskUrl ? `<a class="desk" href="${deskUrl}">Desk</a>` : ''}
    <script>
      const workers = ${inScript(workerUrls(assetUrl))}
      self.MonacoEnvironment = {
        globalAPI: false,
        getWorkerUrl: (_module, label) => location.pathname + workers[label],
      }
    </script>
    <script src="${assetUrl('graphiql.js')}"></script>
    <script>
      async function ask({ query, variables, operationName }, { headers } = {}) {
        // GraphiQL updates the operation name some time after the user chooses a tab.
        const names = query.match(/(?<=\b(query|mutation|subscription)\s+)\w+/g) ?? []
        const isNamed = names.includes(operationName)
        const leaving = new AbortController()
        const response = await fetch(location.pathname, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
          body: JSON.stringify({ query, variables, ...(isNamed && { operationName }) }),
          signal: leaving.signal,
        })
        if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
          return inReadingOrder(await response.json())
        return {
          subscribe(observer) {
            readChanges(response.body, observer).catch((error) => leaving.signal.aborted || observer.error(error))
            return { unsubscribe: () => leaving.abort() }
          },
        }
      }

      // The extensions come first, so that the cost shows above the rows and not below the last one.
      function inReadingOrder({ errors, extensions, ...rest }) {
        return { errors, extensions, ...rest }
      }

      // The gateway's own event streams: an empty line ends an event, and its data is one line.
      async function readChanges(body, observer) {
        const reader = body.pipeThrough(new TextDecoderStream()).getReader()
        let text = ''
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
          const events = (text + piece.value).split('\n\n')
          text = events.pop()
          for (const event of events) {
            const data = event.match(/^data: (.+)$/m)?.[1]
            if (data) observer.next(inReadingOrder(JSON.parse(data)))
          }
        }
        observer.complete()
      }

      const tabs = ${inScript(tabs)}
      const returns = sessionStorage.getItem('graphiql:tabState') !== null
      YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
        fetcher: ask,
        title: 'Appointments',
        logo: '',
        defaultTabs: tabs,
        ...(!returns && { query: tabs[0].query, variables: tabs[0].variables, headers: tabs[0].headers }),
        storage: sessionStorage,
        shouldPersistHeaders: true,
        onEditQuery() {},
      })
    </script>
  </body>
</html>
`
}

function workerUrls(assetUrl: PageOptions['assetUrl']): Readonly<Record<string, string>> {
  const labels = ['editorWorkerService', 'json', 'graphql']
  return Object.fromEntries(labels.map((label) => [label, assetUrl(`${label}.js`)]))
}

/** JSON that can't end the script element around it. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}
