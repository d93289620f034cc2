// @ts-nocheck: it runs in a browser, whose types the server's configuration does not have. Biome checks it.

/** The data that the server has written into the page. */
const { tabs, workers } = JSON.parse(document.querySelector('#explorer').textContent)

self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => location.pathname + workers[label],
}

/** The texts of the active tab, as the user has typed them. */
const current = activeTab()

function activeTab() {
  const { tabs: open = tabs, activeTabIndex = 0 } = JSON.parse(
    sessionStorage.getItem('graphiql:tabState') ?? '{}',
  )
  return { ...(open[activeTabIndex] ?? tabs[0]) }
}

// Requests.

async function fetchResult(params, { headers } = {}) {
  const controller = new AbortController()
  const response = await send(params, headers, controller.signal)
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return show(await response.json(), response.headers.get('x-upstream-requests'))
  return {
    subscribe(observer) {
      readParts(response.body, observer).catch((error) => controller.signal.aborted || observer.error(error))
      return { unsubscribe: () => controller.abort() }
    },
  }
}

function send({ query, variables, operationName }, headers, signal) {
  // GraphiQL updates the operation name only some time after the user has selected a tab.
  const names = query.match(/(?<=\b(query|mutation|subscription)\s+)\w+/g) ?? []
  const isNamed = names.includes(operationName)
  return fetch(location.pathname, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ query, variables, ...(isNamed && { operationName }) }),
    signal,
  })
}

// The gateway's own event streams: an empty line ends an event, and its data is one line.
async function readParts(body, observer) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const events = (text + chunk.value).split('\n\n')
    text = events.pop()
    for (const event of events) {
      const data = event.match(/^data: (.+)$/m)?.[1]
      if (data) observer.next(show(JSON.parse(data)))
    }
  }
  observer.complete()
}

/** Shows the cost of the answer in the bar. Moves the extensions behind the rows, so that the rows are visible first. */
function show({ errors, extensions, ...rest }, requests = null) {
  setBar(costOf(extensions?.upstream ?? {}, requests))
  return { errors, ...rest, extensions }
}

// The bar over the answer.

const bar = document.createElement('div')
bar.id = 'cost'
bar.innerHTML = '<p role="status"></p><button type="button">Estimate</button>'
bar.querySelector('button').title =
  'What this operation would cost the upstream where nothing is remembered of it. Asks nothing.'
bar
  .querySelector('button')
  .addEventListener('click', () => estimate().catch((error) => setBar([error.message])))
setBar(['Run an operation to see its cost. An estimate costs nothing.'])

/** The first part is emphasized. */
function setBar([first, ...more]) {
  const strong = document.createElement('strong')
  strong.textContent = first
  const parts = more.flatMap((text) => {
    const part = document.createElement('span')
    part.textContent = text
    return [' ', part]
  })
  bar.firstChild.replaceChildren(strong, ...parts)
}

/** Outside development the answer contains only its stale parts, and the number of requests is in its header. */
function costOf({ requests, remembered, joined, rateLimit, stale = [] }, inHeader) {
  const [oldest] = stale.map(({ asOf }) => asOf).sort()
  const known = requests ?? (inHeader === null ? undefined : Number(inHeader))
  return [
    known === undefined ? 'Streams tell their cost in development only.' : count(known, 'request'),
    remembered !== undefined && `${remembered} remembered`,
    joined !== undefined && `${joined} shared`,
    oldest && `as of ${clock(oldest)}`,
    rateLimit !== undefined && leftOf(rateLimit),
  ].filter(Boolean)
}

function leftOf(rateLimit) {
  return rateLimit === null
    ? 'the upstream tells no quota'
    : `${number(rateLimit.remaining)} of ${number(rateLimit.limit)} left until ${clock(rateLimit.resetsAt)}`
}

async function estimate() {
  // GraphiQL reports an edit a tenth of a second after it.
  await new Promise((resolve) => setTimeout(resolve, 150))
  const variables = parse(current.variables, 'The variables')
  const headers = parse(current.headers, 'The headers')
  const response = await send({ ...current, variables }, { ...headers, 'x-estimate-only': '1' })
  const { errors, extensions } = await response.json()
  const { min, max } = extensions?.estimate ?? {}
  if (min === undefined) return setBar([errors?.[0]?.message ?? 'This can not be estimated.'])
  setBar([
    min === max ? count(max, 'request') : `${min} to ${count(max, 'request')}`,
    'estimated',
    'nothing was asked',
  ])
}

function parse(text, name) {
  try {
    return JSON.parse(text?.trim() || '{}')
  } catch {
    throw new Error(`${name} are no JSON.`)
  }
}

function count(amount, noun) {
  return `${number(amount)} ${noun}${amount === 1 ? '' : 's'}`
}

function number(amount) {
  return amount.toLocaleString('en')
}

function clock(instant) {
  return new Date(instant).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
}

// Changes of GraphiQL's page for which GraphiQL has no option.

/** Puts the bar above the answer and the tab names into words, as soon as GraphiQL has rendered both. */
function decorate(root) {
  const rendering = new MutationObserver(() => {
    const response = root.querySelector('.graphiql-response')
    const list = root.querySelector('.graphiql-tabs')
    if (response === null || list === null) return
    rendering.disconnect()
    response.prepend(bar)
    nameTabs(list)
    new MutationObserver(() => nameTabs(list)).observe(list, {
      subtree: true,
      childList: true,
      characterData: true,
    })
  })
  rendering.observe(root, { subtree: true, childList: true })
}

/** `OneAndHistory` becomes "One and history". Changes the text of GraphiQL's own text node, without replacing the node. */
function nameTabs(list) {
  for (const { title, firstChild } of list.querySelectorAll('.graphiql-tab-button')) {
    const words = title.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ').toLowerCase()
    const name = words.charAt(0).toUpperCase() + words.slice(1)
    if (firstChild !== null && firstChild.data !== name) firstChild.data = name
  }
}

// Last, because it uses all of the above.

const root = document.querySelector('#root')
const [{ query, variables, headers }] = tabs
YogaGraphiQL.renderYogaGraphiQL(root, {
  fetcher: fetchResult,
  title: '<a href="./">Appointments</a>',
  logo: '',
  defaultTabs: tabs,
  ...(sessionStorage.getItem('graphiql:tabState') === null && { query, variables }),
  // The headers of new tabs. A tab without headers would get an empty text when it runs, and be in the history twice.
  headers,
  defaultEditorToolsVisibility: innerWidth >= 700,
  // GraphiQL's default plugins: the history.
  plugins: undefined,
  storage: sessionStorage,
  shouldPersistHeaders: true,
  onEditQuery: (text) => Object.assign(current, { query: text }),
  onEditVariables: (text) => Object.assign(current, { variables: text }),
  onEditHeaders: (text) => Object.assign(current, { headers: text }),
  onEditOperationName: (operationName) => Object.assign(current, { operationName }),
  onTabChange: ({ tabs: open, activeTabIndex }) => Object.assign(current, open[activeTabIndex]),
})
decorate(root)
