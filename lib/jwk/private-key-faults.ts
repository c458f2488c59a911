/** What can be given in the place of a private key: the sentences of both readers, that of Node and that of the edge. */

export const isPublic = 'holds a public key; signing needs the private half, which was made together with it'
export const isSymmetric =
  'is a shared secret; project tokens are signed with an asymmetric key. See generateProjectKey'
export const isLocked =
  'is locked with a passphrase; unlock it first (openssl pkey -in key.pem -out unlocked.pem)'
export const isCertificate = 'holds a certificate; signing needs the private key that belongs to it'
export const twoKeys = 'has a private and a public half that do not belong together'
export const isDamaged = 'is cut off or damaged; compare it with the file that it was copied from'
