import { RadversaryError } from '../../core/errors.ts'
import type { ArchiveNode } from './node.ts'
import type { OutgoingExport } from './outgoing.ts'

/** What the user has said. */
interface Confirmation {
  /** The node's name as it was confirmed. */
  readonly yesTo: string | undefined
  /** All nodes: a clinical system stays one under another name. */
  readonly nodes: readonly ArchiveNode[]
}

type Place = Pick<ArchiveNode, 'host' | 'port'>

/**
 * Lets an export through to a node, or throws before a byte is sent. What Radversary made goes to research
 * archives alone, to the one that the user has named once more; adversarial images need their label in all
 * three places.
 * @throws RadversaryError network-refused
 */
export function checkFence(
  { isAttack, files, folder }: OutgoingExport,
  { name, purpose, ...node }: ArchiveNode,
  { yesTo, nodes }: Confirmation,
): void {
  const isAdversarial = isAttack || files.some(({ label }) => label.present.length > 0)
  const clinical = nodes.find((each) => each.purpose === 'clinical' && isSamePlace(each, node))
  if (purpose === 'clinical' || clinical !== undefined)
    throw refused(
      isAdversarial
        ? `adversarial images never go to a clinical system, and ${clinical?.name ?? name} is marked as one`
        : `what Radversary made never goes to a clinical system, and ${clinical?.name ?? name} is marked as one`,
      'Send it to a node whose purpose is "research archive". There is no way around this.',
    )
  if (purpose !== 'research archive')
    throw refused(
      `expected a node whose purpose is "research archive", got ${name}, a ${purpose}`,
      'If it is an archive for research alone, set its purpose with `radversary node add`.',
    )
  for (const { path, label } of isAdversarial ? files : [])
    if (label.missing.length > 0)
      throw refused(
        `${path} does not say ADVERSARIAL in ${label.missing.join(' and ')}`,
        'Export the attack again: images without their label are not sent.',
        folder,
      )
  if (yesTo !== name)
    throw refused(
      `expected the name of the node as confirmation, got ${yesTo === undefined ? 'none' : 'another'}`,
      `${isAdversarial ? 'Adversarial images' : 'Images'} are to be sent to ${name}: confirm with --yes-to ${name}.`,
    )
}

/** By host and port alone: one system has many AE titles. */
function isSamePlace(a: Place, b: Place): boolean {
  return a.host.toLowerCase() === b.host.toLowerCase() && a.port === b.port
}

function refused(message: string, tip: string, file?: string): RadversaryError {
  return new RadversaryError('network-refused', `Send: ${message}`, { tip, file })
}
