const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = `(${MONTHS.join('|')})`
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const LONG_DAY = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)'
const TIME = '(\\d\\d:\\d\\d:\\d\\d)'

const IMF_FIXDATE = new RegExp(`^${DAY}, (\\d\\d) ${MONTH} (\\d{4}) ${TIME} GMT$`)
const RFC_850 = new RegExp(`^${LONG_DAY}, (\\d\\d)-${MONTH}-(\\d\\d) ${TIME} GMT$`)
const ASCTIME = new RegExp(`^${DAY} ${MONTH} ([\\d ]\\d) ${TIME} (\\d{4})$`)

/**
 * Parses an HTTP-date to milliseconds since the epoch; undefined for any other text. Accepts the three forms of RFC 9110,
 * section 5.6.7, and does not check the name of the day against the date.
 */
export function parseHttpDate(text: string, nowMs = Date.now()): number | undefined {
  const fixdate = IMF_FIXDATE.exec(text)
  if (fixdate !== null) {
    const [, day = '', month = '', year = '', time = ''] = fixdate
    return instantOf(year, month, day, time)
  }
  const old = RFC_850.exec(text)
  if (old !== null) {
    const [, day = '', month = '', year = '', time = ''] = old
    return instantOf(fullYear(year, nowMs), month, day, time)
  }
  const [, month = '', day = '', time = '', year = ''] = ASCTIME.exec(text) ?? []
  return year === '' ? undefined : instantOf(year, month, day.replace(' ', '0'), time)
}

function instantOf(year: string, month: string, day: string, time: string): number | undefined {
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0')
  const ms = Date.parse(`${year}-${number}-${day}T${time}Z`)
  // `Date.parse` rolls 30 February over into March.
  return new Date(ms).getUTCDate() === Number(day) ? ms : undefined
}

/** A two-digit year that would be more than 50 years ahead is in the last century (RFC 9110, section 5.6.7). */
function fullYear(year: string, nowMs: number): string {
  const thisYear = new Date(nowMs).getUTCFullYear()
  const inThisCentury = thisYear - (thisYear % 100) + Number(year)
  return String(inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury)
}
