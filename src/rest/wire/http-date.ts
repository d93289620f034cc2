const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const LONG_DAY = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)'
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)'

/** The three forms of RFC 9110, section 5.6.7: IMF-fixdate, and the obsolete ones of RFC 850 and of asctime. */
const FORMS = [
  new RegExp(`^${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^${LONG_DAY}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^${DAY} ${MONTH} (?<day>[\\d ]\\d) ${TIME} (?<year>\\d{4})$`),
]

/** An HTTP-date in milliseconds since the epoch; undefined for anything else. Day names are not checked against the date. */
export function parseHttpDate(text: string, nowMs = Date.now()): number | undefined {
  for (const form of FORMS) {
    const { day = '', month = '', year = '', time = '' } = form.exec(text)?.groups ?? {}
    if (month === '') continue
    const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0')
    const iso = `${fullYear(year, nowMs)}-${number}-${day.replace(' ', '0')}T${time}`
    const ms = Date.parse(`${iso}Z`)
    // `Date.parse` rolls 30 February over into March.
    return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(iso) ? undefined : ms
  }
  return undefined
}

/** Two digits that seem to be more than 50 years ahead are of the past century (RFC 9110, section 5.6.7). */
function fullYear(year: string, nowMs: number): string {
  if (year.length === 4) return year
  const thisYear = new Date(nowMs).getUTCFullYear()
  const inThisCentury = thisYear - (thisYear % 100) + Number(year)
  return String(inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury)
}
