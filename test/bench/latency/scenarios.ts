export interface Scenario {
  readonly name: string
  /** The document for GraphQL gateways. */
  readonly query: string
  readonly variables: (variant: number) => Readonly<Record<string, unknown>>
  /** The targets for the pass-through: the fewest upstream requests of a gateway, in waves that follow each other. */
  readonly waves: (variant: number) => readonly (readonly string[])[]
  readonly isWrite?: boolean
}

export const VARIANTS = 48

const id = (variant: number) => `apt_${4000 + variant}`
const clinician = (variant: number) => `clin_${7000 + variant}`
/** A clinician whose rows change with each response. */
const busyClinician = (variant: number) => `clin_${8000 + variant}`
const range = (length: number) => Array.from({ length }, (_, index) => index)
const idsOf = (variant: number) => range(25).map((index) => `apt_${variant}_${index}`)

const FIELDS = 'id title startTime endTime status attendeeName patient { id } clinician { id }'
const page = (variant: number) => pageOf(clinician(variant))
const pageOf = (id: string) => `/appointments?clinician_id=${id}&limit=100&offset=0`
const PAGE = `query Page($clinician: ID!) { appointments(first: 100, filter: { clinicianId: $clinician }) {
      edges { cursor node { ${FIELDS} } } pageInfo { hasNextPage endCursor } } }`

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'one by id',
    query: `query One($id: ID!) { appointment(id: $id) { ${FIELDS} durationMinutes isRemote } }`,
    variables: (variant) => ({ id: id(variant) }),
    waves: (variant) => [[`/appointments/${id(variant)}`]],
  },
  {
    name: 'page of 100',
    query: PAGE,
    variables: (variant) => ({ clinician: clinician(variant) }),
    waves: (variant) => [[page(variant)]],
  },
  {
    name: 'page of 100, other rows each time',
    query: PAGE,
    variables: (variant) => ({ clinician: busyClinician(variant) }),
    waves: (variant) => [[pageOf(busyClinician(variant))]],
  },
  {
    name: "page of 100 with each patient's latest 3",
    query: `query Latest($clinician: ID!) { appointments(first: 100, filter: { clinicianId: $clinician }) {
      nodes { id title startTime patient { id appointments(first: 3) { nodes { id title startTime status } } } } } }`,
    variables: (variant) => ({ clinician: clinician(variant) }),
    waves: (variant) => [
      [page(variant)],
      range(35).map((index) => `/appointments?patient_id=pat_${9000 + index}&limit=3&offset=0`),
    ],
  },
  {
    name: '50 aliases of 25 ids',
    query: `query Aliases(${range(25).map((index) => `$i${index}: ID!`)}) {
      ${range(50).map((index) => `a${index}: appointment(id: $i${index % 25}) { id title startTime status }`)} }`,
    variables: (variant) => Object.fromEntries(idsOf(variant).map((value, index) => [`i${index}`, value])),
    waves: (variant) => [idsOf(variant).map((each) => `/appointments/${each}`)],
  },
  {
    name: 'cancel',
    query: `mutation Cancel($input: CancelAppointmentInput!) { cancelAppointment(input: $input) {
      appointment { id status cancellationReason } performedAt } }`,
    variables: (variant) => ({
      input: { id: id(variant), cancellationReason: 'Patient asked for another day' },
    }),
    waves: (variant) => [[`/appointments/${id(variant)}/cancel`]],
    isWrite: true,
  },
]
