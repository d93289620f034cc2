import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Deployment } from 'kubernetes-models/apps/v1'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Service } from 'kubernetes-models/v1'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { readSettings } from '../../src/process/settings.ts'
import { ROOT } from '../docs/documents.ts'
import { runNode, scriptOf } from '../docs/project.ts'
import { readText } from './files.ts'
import { GRACE_MS } from './grace.ts'

const MODELS = {
  'apps/v1 Deployment': Deployment,
  'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'v1 Service': Service,
}

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  // biome-ignore lint/suspicious/noExplicitAny: the models check its shape
  readonly spec: any
}

const manifests: readonly Manifest[] = ['gateway', 'redis'].flatMap((name) =>
  parseAllDocuments(readText(`deploy/kubernetes/${name}.yaml`)).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS()
  }),
)

function modelOf({ apiVersion, kind }: Manifest): (typeof MODELS)[keyof typeof MODELS] {
  return MODELS[`${apiVersion} ${kind}` as keyof typeof MODELS]
}

/** The compiler's errors for these manifests, each with a comment before it, or none. Empty if there are no errors. */
async function compile(all: readonly (readonly [comment: string, manifest: Manifest])[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'manifests-'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const lines = all.map(([comment, manifest], index) => {
    const type = `I${manifest.kind}`
    return `import type { ${type} as I${index} } from 'kubernetes-models/${manifest.apiVersion}'
// ${comment}
;(${JSON.stringify(manifest)}) satisfies I${index}`
  })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'manifests.ts'), lines.join('\n'))
  const options = '--strict --noEmit --skipLibCheck --module nodenext --target es2024 --types node'.split(' ')
  try {
    return await runNode(scriptOf('typescript/bin/tsc'), [...options, 'manifests.ts'], folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the models have checked its shape
function podOf(name: string): any {
  const deployment = manifests.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name)
  return deployment?.spec.template.spec
}

describe('The manifests for Kubernetes', () => {
  test.for(manifests)('$apiVersion $kind: its values are valid in the schema of Kubernetes', (manifest) => {
    const Model = modelOf(manifest)
    expect(() => new Model(manifest as never).validate()).not.toThrow()
    expect(() => new Model({ ...manifest, metadata: { name: 1 } } as never).validate()).toThrow(/must be/)
  })

  test('They have no field that Kubernetes does not know', async () => {
    const [gateway] = manifests
    const misspelt = JSON.stringify(gateway).replace('readinessProbe', 'readinesProbe')
    const ours = manifests.map((manifest) => ['ours', manifest] as const)
    expect(await compile([...ours, ['@ts-expect-error', JSON.parse(misspelt)]])).toBe('')
  })

  test('The probes use the paths of the gateway, which has time to finish', () => {
    const { containers, terminationGracePeriodSeconds } = podOf('appointments-gateway')
    const [{ readinessProbe, livenessProbe, startupProbe, ports, env }] = containers
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: '/health', port: 'http' },
      { path: '/health', port: 'http' },
      { path: '/ready', port: 'http' },
    ])
    expect(ports).toEqual([
      { name: 'http', containerPort: 4000 },
      { name: 'metrics', containerPort: 9464 },
    ])
    expect(terminationGracePeriodSeconds * 1000).toBeGreaterThan(GRACE_MS)
    const set = Object.fromEntries(env.map(({ name, value }: Record<string, string>) => [name, value]))
    expect(readConfig(set).config).toMatchObject({ HOST: '0.0.0.0', PORT: 4000, METRICS_PORT: 9464 })
  })

  test('The service exposes no metrics, and pods without an upstream do not start', () => {
    const service = manifests.find(({ kind }) => kind === 'Service')
    expect(service?.spec.ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }])
    const [{ env }] = podOf('appointments-gateway').containers
    const set = Object.fromEntries(env.map(({ name, value }: Record<string, string>) => [name, value]))
    const problemsWith = (secret: Readonly<Record<string, string>>) => {
      const { config } = readConfig({ ...set, ...secret })
      return config && readSettings(config).problems
    }
    expect(problemsWith({})).toEqual([
      expect.stringMatching(/^APPOINTMENTS_API_URL: must be set where REDIS_URL is/),
    ])
    expect(problemsWith({ APPOINTMENTS_API_URL: 'https://upstream.test' })).toBeNull()
  })

  test.for(['appointments-gateway', 'appointments-redis'])('%s has minimal privileges', (name) => {
    const { securityContext, containers, automountServiceAccountToken } = podOf(name)
    expect(automountServiceAccountToken).toBe(false)
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    expect(containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })
})
