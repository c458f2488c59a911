import { nodeLiteral as literal } from './literals.js'

export const node = {
  name: 'Node',
  file: 'project-token.mjs',
  textFor: ({
    projectId,
    issuer,
    audience,
    kid,
    alg,
    scope,
  }) => `// Prints one token. npm install reverse-jwt, then: node project-token.mjs
import { readFileSync } from 'node:fs'
import { createSigner } from 'reverse-jwt/customer'

const projectId = ${literal(projectId)}
const audience = ${literal(audience)}
const kid = ${literal(kid)}
const keyFile = process.env.PROJECT_KEY_FILE ?? 'project-key.pem' // not in the repository, not where the web server finds it
${scope === '' ? '' : `const scope = ${literal(scope)} // all that the project may have: name fewer where fewer do\n`}
const signer = createSigner({
  projectId,${issuer === projectId ? '' : `\n  issuer: ${literal(issuer)},`}
  audience,
  kid,
  alg: ${literal(alg)},
  privateKey: readFileSync(keyFile),
})

/** A new token, good for one request; for pages of this origin alone, if there is one. */
export function projectToken(origin) {
  return signer.sign({${scope === '' ? '' : ' scope,'} ...(origin && origin !== 'null' && { origin }) })
}

console.log(await projectToken())
`,
}
