// @ts-nocheck: it runs in a browser, whose types the server's configuration does not have. Biome checks it.

const REFRESH_MS = 2000
const find = (id) => document.getElementById(id)

await refresh()
setInterval(() => document.hidden || refresh(), REFRESH_MS)

async function refresh() {
  try {
    const response = await fetch(location.pathname, { headers: { accept: 'application/json' } })
    show(await response.json())
  } catch {
    find('states').textContent = 'The gateway does not answer.'
  }
}

function show({ quota, upstream, events, shared, totals, operations }) {
  find('states').textContent = [
    `Upstream: ${upstream}`,
    `events: ${events}`,
    ...(shared === 'off' ? [] : [`Redis: ${shared}`]),
  ].join(' · ')
  showQuota(quota)
  find('saved').textContent = number(totals.saved)
  find('sent').textContent =
    totals.operations === 0
      ? 'Nothing has been asked yet.'
      : `${count(totals.operations, 'operation')} sent ${count(totals.sent, 'request')}; ` +
        `without memory and sharing there would have been ${number(totals.saved)} more.`
  if (operations.length > 0) find('operations').replaceChildren(...operations.map(rowOf))
}

function showQuota(quota) {
  if (quota === null) {
    find('left').textContent = '–'
    find('outlook').textContent =
      'Not known: the upstream has not sent it yet, or callers send their own keys.'
    return
  }
  const { limit, remaining, resetsAt, forecast } = quota
  const percent = limit > 0 ? Math.max(0, Math.min(100, (100 * remaining) / limit)) : 0
  const arc = document.querySelector('.rest')
  arc.setAttribute('stroke-dasharray', `${percent} 200`)
  // Otherwise its round cap would be visible at zero length.
  arc.setAttribute('visibility', percent === 0 ? 'hidden' : 'visible')
  document.querySelector('svg').classList.toggle('short', forecast?.enough === false || percent < 10)
  find('left').textContent = number(remaining)
  find('outlook').textContent = `of ${number(limit)} left until ${clock(resetsAt)}${outlookOf(forecast)}`
}

function outlookOf(forecast) {
  if (forecast === null) return '.'
  const { enough, spentAt, remainingAtReset } = forecast
  return enough
    ? `: enough. At this pace ${number(remainingAtReset)} stay.`
    : `. At this pace reads stop at ${clock(spentAt)}.`
}

function rowOf({ name, kind, requests, remembered, joined, durationMs, codes, at }) {
  const row = document.createElement('tr')
  row.append(cell(name ?? `a ${kind ?? 'request'} without a name`))
  for (const text of [
    number(requests),
    number(remembered),
    number(joined),
    `${number(durationMs)} ms`,
    clock(at),
  ])
    row.append(cell(text))
  for (const code of codes) {
    const mark = document.createElement('span')
    mark.className = 'code'
    mark.textContent = ` ${code}`
    row.firstChild.append(mark)
  }
  return row
}

function cell(text) {
  const element = document.createElement('td')
  element.textContent = text
  return element
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
