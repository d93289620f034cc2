import { renderHtml } from '../pages/html.ts'
import type { Tab } from './tour.ts'

export interface PageOptions {
  readonly assetUrl: (name: string) => string
  readonly tabs: readonly Tab[]
  /** The URL of the desk, relative to the page; undefined where there is no desk. */
  readonly deskUrl: string | undefined
}

/**
 * The page as HTML. Every URL in it is relative, so the page works behind any path prefix. GraphiQL stores its state and
 * history for this browser tab only, and nothing in the URL: queries and answers may name patients, a header contains a
 * key, and people in a clinic share computers. `explorer.js` renders GraphiQL and the bar with the cost.
 */
export function renderPage({ assetUrl, tabs, deskUrl }: PageOptions): string {
  return renderHtml({
    title: 'Appointments',
    head: `<link rel="stylesheet" href="${assetUrl('graphiql.css')}">
    <style>${STYLE}</style>`,
    body: `<noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
    ${deskUrl ? `<a class="desk" href="${deskUrl}">Desk</a>` : ''}
    <script type="application/json" id="explorer">${inScript({ tabs, workers: workerUrls(assetUrl) })}</script>
    <script src="${assetUrl('graphiql.js')}"></script>
    <script type="module" src="${assetUrl('explorer.js')}"></script>`,
  })
}

const STYLE = `
      html, body, #root { height: 100%; margin: 0 }
      /* With several initial tabs, GraphiQL would move a tab away from under the pointer that clicks it. */
      .graphiql-tab { transform: none !important }
      .graphiql-container .graphiql-logo a { color: inherit; text-decoration: none }
      .graphiql-container .graphiql-logo a:hover { text-decoration: underline }
      .desk {
        position: fixed; right: 24px; bottom: 24px; padding: 4px 14px; border-radius: 14px;
        font: 14px system-ui; text-decoration: none; color: #fff; background: #0e5a6b;
      }
      #cost { display: flex; align-items: start; gap: 12px; padding: 0 8px 10px 24px; font-size: 14px }
      #cost p { flex: 1; margin: 0; padding: 5px 0; line-height: 22px }
      #cost strong { font-weight: 600; white-space: nowrap }
      #cost span { white-space: nowrap }
      #cost p > :not(:last-child)::after { content: ' ·'; opacity: 0.6; font-weight: 400 }
      #cost button {
        padding: 4px 12px; border: 1px solid currentcolor; border-radius: 8px;
        background: none; color: hsl(var(--color-primary)); font: inherit; line-height: 22px; cursor: pointer
      }
      #cost button:hover { background: hsla(var(--color-primary), 0.1) }
      #cost button:focus-visible { outline: 2px solid hsl(var(--color-primary)); outline-offset: 1px }
      /* On a narrow screen the answer is below the query, and the tools are below both. */
      @media (width < 700px) {
        .graphiql-container { flex-direction: column-reverse; height: 100dvh }
        .graphiql-container .graphiql-sidebar { flex-direction: row; width: auto; padding: 0 8px }
        .graphiql-container .graphiql-main { flex-direction: column; min-height: 0 }
        .graphiql-container .graphiql-main > :has(> .graphiql-plugin) { flex: 0 1 40% !important; overflow: auto }
        .graphiql-container .graphiql-sessions { margin: 0; border-radius: 0; min-height: 0 }
        .graphiql-container .graphiql-logo, .graphiql-horizontal-drag-bar { display: none }
        .graphiql-container #graphiql-session { flex-direction: column; min-height: 0 }
        .graphiql-container :is(.graphiql-editors, .graphiql-response) { flex: 1 1 0 !important; min-height: 0 }
        .graphiql-container .graphiql-response { padding-top: 8px }
        .graphiql-container .graphiql-query-editor { padding: 8px }
        #cost { padding-left: 8px }
      }
    `

function workerUrls(assetUrl: PageOptions['assetUrl']): Readonly<Record<string, string>> {
  const labels = ['editorWorkerService', 'json', 'graphql']
  return Object.fromEntries(labels.map((label) => [label, assetUrl(`${label}.js`)]))
}

/** JSON that can't close the script element around it. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}
