/** The cumulative numbers of reads up to a minute, by the source of their answers. */
export interface HowReadsWent {
  readonly asked: number
  readonly remembered: number
  readonly joined: number
  readonly fused: number
}

export interface Line {
  readonly name: string
  /** Requests left of the quota, minute by minute. */
  readonly left: readonly number[]
  /** The total of the hour. */
  readonly requests: number
  readonly refused: number
}

export interface Hour {
  readonly quota: number
  readonly lines: readonly Line[]
  readonly reads: readonly HowReadsWent[]
}

const WIDTH = 820
const HEIGHT = 424
const PLOT = { left: 52, right: 600, top: 56, bottom: 232 }
const BARS = { top: 318, bottom: 406 }
const COLOURS = ['var(--ours)', 'var(--alone)', 'var(--other)']
const WAYS = [
  ['remembered', 'var(--ours)'],
  ['joined', 'var(--alone)'],
  ['fused', 'var(--fused)'],
  ['asked', 'var(--other)'],
] as const satisfies readonly (readonly [keyof HowReadsWent, string])[]

/** The hour as a self-contained SVG, for a light page and a dark one. */
export function drawHour({ quota, lines, reads }: Hour): string {
  const last = reads.at(-1) ?? { asked: 0, remembered: 0, joined: 0, fused: 0 }
  const saved = last.remembered + last.joined + last.fused
  const summaries = lines.map(
    ({ name, requests, refused }) =>
      `${name} ${grouped(requests)} requests, ${grouped(refused)} reads refused`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title about">
<title id="title">An hour of a clinic on a quota of ${grouped(quota)} requests</title>
<desc id="about">Requests to the upstream in the hour: ${summaries.join('; ')}. With events ${grouped(saved)} of ${grouped(saved + last.asked)} reads cost nothing.</desc>
<style>
svg { --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; --ours: #1a7f37; --alone: #0969da; --other: #cf222e; --fused: #8250df; font: 13px system-ui, sans-serif }
@media (prefers-color-scheme: dark) { svg { --ink: #f0f6fc; --faint: #9198a1; --grid: #3d444d; --ours: #3fb950; --alone: #4493f8; --other: #f85149; --fused: #ab7df8 } }
text { fill: var(--ink) } .faint { fill: var(--faint) } .head { font-size: 15px; font-weight: 600 } .grid { stroke: var(--grid) } .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
</style>
<text class="head" x="8" y="24">Requests left of the hour</text>
<text class="faint" x="8" y="42">20 screens, 2,700 reads, 110 writes, and 40 writes by others past the gateway</text>
${gridOf(quota)}
${lines.map((line, nth) => drawLine(line, quota, nth)).join('\n')}
<text class="head" x="8" y="${BARS.top - 30}">How the reads of the hour got their answers, with events</text>
<text class="faint" x="8" y="${BARS.top - 12}">in each minute</text>
${drawBars(reads)}
${drawLegend(last)}
</svg>
`
}

function gridOf(quota: number): string {
  const levels = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const y = yOf(part * quota, quota)
    return `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y}" y2="${y}"/><text class="faint" x="${PLOT.left - 8}" y="${y + 4}" text-anchor="end">${grouped(part * quota)}</text>`
  })
  const minutes = [0, 15, 30, 45, 60].map(
    (minute) =>
      `<text class="faint" x="${xOf(minute)}" y="${PLOT.bottom + 18}" text-anchor="middle">${minute} min</text>`,
  )
  return [...levels, ...minutes].join('\n')
}

function drawLine({ name, left, requests, refused }: Line, quota: number, nth: number): string {
  const colour = COLOURS[nth] ?? 'var(--ink)'
  const points = [quota, ...left].map((value, minute) => `${xOf(minute)},${yOf(value, quota)}`)
  const y = labelPlaces(nth)
  const first = `${grouped(requests)} requests`
  const more = [name, ...(refused === 0 ? [] : [`${grouped(refused)} reads refused`])]
  const x = PLOT.right + 16
  const below = more.map(
    (text, nth) => `<text class="faint" x="${x}" y="${y + 17 * (nth + 1)}">${text}</text>`,
  )
  return `<polyline class="line" stroke="${colour}" points="${points.join(' ')}"/>
<text x="${x}" y="${y}" style="fill:${colour};font-weight:600">${first}</text>${below.join('')}`
}

/** The labels at the ends of the lines, from the top. */
function labelPlaces(nth: number): number {
  return PLOT.top + 34 + nth * 56
}

function drawBars(reads: readonly HowReadsWent[]): string {
  const none: HowReadsWent = { asked: 0, remembered: 0, joined: 0, fused: 0 }
  const minutes = reads.map((now, minute) => {
    const before = reads[minute - 1] ?? none
    return WAYS.map(([way, colour]) => ({ colour, count: now[way] - before[way] }))
  })
  const most = Math.max(1, ...minutes.map((ways) => ways.reduce((sum, { count }) => sum + count, 0)))
  const width = (PLOT.right - PLOT.left) / 60
  return minutes
    .flatMap((ways, minute) => {
      let y = BARS.bottom
      return ways.map(({ colour, count }) => {
        const height = (count / most) * (BARS.bottom - BARS.top)
        y -= height
        return count === 0
          ? ''
          : `<rect x="${rounded(xOf(minute) + 0.5)}" y="${rounded(y)}" width="${rounded(width - 1)}" height="${rounded(height)}" fill="${colour}"/>`
      })
    })
    .filter((rect) => rect !== '')
    .join('\n')
}

function drawLegend(last: HowReadsWent): string {
  return WAYS.map(([way, colour], nth) => {
    const y = BARS.top + 12 + nth * 22
    return `<rect x="${PLOT.right + 16}" y="${y - 10}" width="11" height="11" fill="${colour}"/><text x="${PLOT.right + 34}" y="${y}">${grouped(last[way])} ${way}</text>`
  }).join('\n')
}

function xOf(minute: number): number {
  return rounded(PLOT.left + (minute / 60) * (PLOT.right - PLOT.left))
}

function yOf(value: number, quota: number): number {
  return rounded(PLOT.bottom - (value / quota) * (PLOT.bottom - PLOT.top))
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}
