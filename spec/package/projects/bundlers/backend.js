import { createSigner } from 'reverse-jwt/customer'

globalThis.signerOf = createSigner
