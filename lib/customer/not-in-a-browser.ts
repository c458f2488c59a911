/** What a bundler for browsers gets in place of `reverse-jwt/customer`. */
function refuse(): never {
  throw new Error(
    'reverse-jwt/customer was bundled for a browser. It signs with a private key and must stay on your server; hand the page a token instead.',
  )
}

export const createSigner = refuse
export const ecdsaSignatureFromDer = refuse
export const generateProjectKey = refuse
export const proveKeyPossession = refuse
export const tokenEndpoint = refuse
export const tokenRoute = refuse
