import { RadversaryError } from '../../core/errors.ts'

/** Bytes of the files that a connection by TLS is made with, PEM. */
export interface TlsFiles {
  /** Who signed the peer's certificate; undefined for the authorities that Node knows. */
  readonly ca: Uint8Array | undefined
  readonly cert: Uint8Array | undefined
  readonly key: Uint8Array | undefined
}

/** A DICOM application entity that the user set up. */
export interface DimsePeer {
  /** What the user calls it. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly calledAeTitle: string
  readonly callingAeTitle: string
  readonly tls: TlsFiles | undefined
}

/** Versions and ciphers of the BCP 195 TLS Secure Transport Connection Profile (PS3.15 B.12, RFC 9325). */
const secureProfile = {
  minVersion: 'TLSv1.2',
  ciphers: [
    ...['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'],
    ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
    ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ].join(':'),
} as const

/** Options of Node's TLS: the peer must always show a certificate that holds. */
export function secureOptions({ ca, cert, key }: TlsFiles) {
  return {
    ...secureProfile,
    rejectUnauthorized: true,
    ...(ca && { ca: Buffer.from(ca) }),
    ...(cert && { cert: Buffer.from(cert) }),
    ...(key && { key: Buffer.from(key) }),
  }
}

/** A fault of a node or of the way to it. Nothing that the peer said is repeated: it may name a patient. */
export function networkError(node: string, what: string, tip?: string, cause?: unknown): RadversaryError {
  return new RadversaryError('network-failed', `Node ${node}: ${what}`, {
    tip: tip ?? 'Nothing is lost: give the same command again, and what is done already is left out.',
    cause,
  })
}

/** A UID as PS3.5 section 9.1 has it; anything else that a peer sends is none. */
export function isUid(text: string): boolean {
  return /^[0-9]+(\.[0-9]+)*$/.test(text) && text.length <= 64
}
