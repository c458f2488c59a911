import { createSigner } from '../customer/signer.js'
import { givenMembers } from '../options/options.js'
import { command } from './command.js'
import { exitCodes, usage } from './exit-code.js'
import { readProjectKey, sentenceOf } from './project-key.js'

const help = `npx reverse-jwt sign --key FILE [options]

Signs one project token and prints it. It works once, so sign a new one for each call:

  curl -H "Authorization: Bearer $(npx reverse-jwt sign --key project-key.json)" https://platform.example/embed/portal

  --key FILE        the private key: what keygen wrote, PEM, DER or a JWK; - is stdin
  --project ID      your project at the platform; a key file has it
  --audience NAME   the platform's name; a key file has it
  --kid KID         the name of the key; default: that of the file, else the RFC 7638 thumbprint
  --scope NAMES     what the token may do, with spaces between; default: all that the project may
  --origin URL      the only page that may use it, such as https://shop.example
  --expires-in S    seconds that it lives, 1 to 3600; default 120; platforms accept 300, and 10 s more for clocks
  --json            prints { "token": "..." }, as a token endpoint answers

The token is a credential: do not paste it into a ticket, and look into it with "npx reverse-jwt inspect".`

export const sign = command({
  help,
  options: {
    key: { type: 'string' },
    project: { type: 'string' },
    audience: { type: 'string' },
    kid: { type: 'string' },
    scope: { type: 'string' },
    origin: { type: 'string' },
    'expires-in': { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(given, terminal) {
    const { key, project, audience, kid, scope, origin, json } = given
    if (key === undefined) throw usage('--key is missing: the file that "npx reverse-jwt keygen" wrote')
    const expiresIn = secondsIn(given['expires-in'])
    const { content: privateKey } = await readProjectKey(key, terminal)
    let token: string
    try {
      const signer = createSigner({
        privateKey,
        ...givenMembers({ projectId: project, audience, kid, expiresIn }),
      })
      token = await signer.sign(givenMembers({ scope, origin }))
    } catch (error) {
      throw sentenceOf(error)
    }
    terminal.print(json === true ? JSON.stringify({ token }) : token)
    if (terminal.isShown)
      terminal.say('This is a credential: whoever has it can use it, once, for as long as it lives.')
    return exitCodes.good
  },
})

function secondsIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw usage('--expires-in must be a whole number of seconds')
}
