/** Stands in for @aws-sdk/client-kms: what GetPublicKey and Sign take and answer, and what they refuse. */
import { isEd25519, isRsa, publicKey, signData } from 'kms-device'

const KeyId = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'

const algorithms = isRsa
  ? ['RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PSS_SHA_256']
  : [isEd25519 ? 'ED25519_SHA_512' : 'ECDSA_SHA_256']

class Command {
  constructor(input) {
    this.input = input
  }
}
export class GetPublicKeyCommand extends Command {}
export class SignCommand extends Command {}

export class KMSClient {
  async send(command, { abortSignal }) {
    if (!(abortSignal instanceof AbortSignal)) throw new Error('The double wants a time limit')
    const { KeyId: asked, Message, MessageType, SigningAlgorithm } = command.input
    if (asked !== KeyId) throw named('NotFoundException', `Key '${asked}' does not exist`)
    if (command instanceof GetPublicKeyCommand) {
      const PublicKey = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))
      return { $metadata: {}, KeyId, PublicKey, KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: algorithms }
    }
    if (!(Message instanceof Uint8Array) || Message.length > 4096)
      throw named('ValidationException', "Value at 'message' failed to satisfy constraint")
    if (MessageType !== 'RAW') throw new Error('The double knows RAW alone')
    if (!algorithms.includes(SigningAlgorithm))
      throw named('InvalidKeyUsageException', `Algorithm ${SigningAlgorithm} is incompatible with key spec`)
    const signature = signData(Message, { isPss: SigningAlgorithm === 'RSASSA_PSS_SHA_256' })
    return { $metadata: {}, KeyId, Signature: new Uint8Array(signature), SigningAlgorithm }
  }
}

const named = (name, message) => Object.assign(new Error(message), { name, $fault: 'client' })
