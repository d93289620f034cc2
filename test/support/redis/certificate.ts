import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** A certificate for 127.0.0.1 that signs itself, and its key, as PEM. Node makes keys but no certificates. */
export function makeCertificate(): { readonly certificate: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const signed = toBeSigned(publicKey)
  const certificate = der(0x30, signed, ED25519, bits(sign(null, signed, privateKey)))
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

/** Version, serial number, algorithm, issuer, validity, subject, key, extensions: RFC 5280, section 4.1. */
function toBeSigned(publicKey: KeyObject): Buffer {
  const name = der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, Buffer.from('127.0.0.1')))))
  const validity = der(0x30, date('20200101000000Z'), date('21200101000000Z'))
  return der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    ED25519,
    name,
    validity,
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, der(0x30, extension('551d11', der(0x87, Buffer.of(127, 0, 0, 1))))),
  )
}

const ED25519 = der(0x30, oid('2b6570'))

function extension(id: string, value: Buffer): Buffer {
  return der(0x30, oid(id), der(0x04, der(0x30, value)))
}

function date(text: string): Buffer {
  return der(0x18, Buffer.from(text))
}

function bits(content: Buffer): Buffer {
  return der(0x03, Buffer.of(0), content)
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

/** A tag, the length of the content, and the content, as DER writes them. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from(head), content])
}
