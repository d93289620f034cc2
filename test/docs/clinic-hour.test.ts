import { expect, test } from 'vitest'
import { drawHour } from '../bench/clinic/svg.ts'
import { readDocument } from './documents.ts'

test('The chart of the clinic hour has the figures of the table', () => {
  const drawn = figuresIn(readDocument('docs/clinic-hour.svg').text, /font-weight:600">([\d,]+) requests</g)
  const [row = ''] = /^\| upstream requests \|.*$/m.exec(readDocument('docs/performance.md').text) ?? []
  const [alone = 0, withEvents = 0, , tutorial = 0] = figuresIn(row, /\| ([\d,]+)/g)
  // Runs differ by one or two requests.
  const expected = [withEvents, alone, tutorial]
  expect(drawn).toHaveLength(3)
  for (const [nth, figure] of drawn.entries())
    expect(Math.abs(figure - (expected[nth] ?? 0))).toBeLessThanOrEqual(3)
})

test('A line begins at the full quota and ends at the rest after the hour', () => {
  const reads = [
    { asked: 1, remembered: 2, joined: 0, fused: 1 },
    { asked: 1, remembered: 7, joined: 3, fused: 1 },
  ]
  const lines = [{ name: 'ours', left: [...Array(59).fill(90), 50], requests: 50, refused: 0 }]
  const svg = drawHour({ quota: 100, lines, reads })
  const points = /points="([^"]*)"/.exec(svg)?.[1]?.split(' ') ?? []
  expect(points).toHaveLength(61)
  expect([points[0], points[60]]).toEqual(['52,56', '600,144'])
  expect(svg).toContain('With events 11 of 12 reads cost nothing.')
  expect(svg).not.toMatch(/NaN|undefined|<script|https?:(?!\/\/www\.w3\.org\/2000\/svg)/)
})

function figuresIn(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map(([, figure = '']) => Number(figure.replace(',', '')))
}
