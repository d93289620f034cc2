// @ts-nocheck: it runs in a browser, whose types the server does not have. Biome reads it.

/** What the server has written into the page. */
const { tabs, workers } = JSON.parse(document.querySelector('#explorer').textContent)

self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => location.pathname + workers[label],
}

/** What the tab in front holds: texts, as the user has typed them. */
const current = tabInFront()

function tabInFront() {
  const { tabs: open = tabs, activeTabIndex = 0 } = JSON.parse(
    sessionStorage.getItem('graphiql:tabState') ?? '{}',
  )
  return { ...(open[activeTabIndex] ?? tabs[0]) }
}

// Asking.

async function ask(params, { headers } = {}) {
  const leaving = new AbortController()
  const response = await send(params, headers, leaving.signal)
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return show(await response.json(), response.headers.get('x-upstream-requests'))
  return {
    subscribe(observer) {
      readParts(response.body, observer).catch((error) => leaving.signal.aborted || observer.error(error))
      return { unsubscribe: () => leaving.abort() }
    },
  }
}

function send({ query, variables, operationName }, headers, signal) {
  // GraphiQL updates the operation name some time after the user chooses a tab.
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
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const events = (text + piece.value).split('\n\n')
    text = events.pop()
    for (const event of events) {
      const data = event.match(/^data: (.+)$/m)?.[1]
      if (data) observer.next(show(JSON.parse(data)))
    }
  }
  observer.complete()
}

/** Shows in the bar what the answer has cost. The rows come first in the answer, behind its errors. */
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

/** The first part is what matters. */
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

/** Outside development the answer says what is stale and no more, and its header how many requests it took. */
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
  // GraphiQL tells of an edit a tenth of a second after it.
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

// What GraphiQL has no option for.

/** Puts the bar over the answer, and the names of tabs into words, as soon as they are there. */
function decorate(root) {
  const arrival = new MutationObserver(() => {
    const response = root.querySelector('.graphiql-response')
    const list = root.querySelector('.graphiql-tabs')
    if (response === null || list === null) return
    arrival.disconnect()
    response.prepend(bar)
    nameTabs(list)
    new MutationObserver(() => nameTabs(list)).observe(list, {
      subtree: true,
      childList: true,
      characterData: true,
    })
  })
  arrival.observe(root, { subtree: true, childList: true })
}

/** `OneAndHistory` is the tab of one and history. The text of GraphiQL's own node changes, and the node stays. */
function nameTabs(list) {
  for (const { title, firstChild } of list.querySelectorAll('.graphiql-tab-button')) {
    const words = title.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ').toLowerCase()
    const name = words.charAt(0).toUpperCase() + words.slice(1)
    if (firstChild !== null && firstChild.data !== name) firstChild.data = name
  }
}

// It comes last, because all that it uses is above.

const root = document.querySelector('#root')
const [{ query, variables, headers }] = tabs
YogaGraphiQL.renderYogaGraphiQL(root, {
  fetcher: ask,
  title: '<a href="./">Appointments</a>',
  logo: '',
  defaultTabs: tabs,
  ...(sessionStorage.getItem('graphiql:tabState') === null && { query, variables }),
  // Of new tabs. A tab without a text for them gets an empty one while it runs, and is in the history as both.
  headers,
  defaultEditorToolsVisibility: innerWidth >= 700,
  // GraphiQL's default, which is its history.
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
