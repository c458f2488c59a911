/** Between double quotes nothing of it is read by a shell, be it of POSIX, PowerShell or cmd. */
const quotable = /^[\w:/.~?=&+,;@()*'|%-]+$/

/** What a customer runs who has saved the challenge. An address is something that a stranger wrote, and may hold a command. */
export function keygenCommand(address) {
  const isQuotable = quotable.test(address)
  const word = isQuotable ? `"${address}"` : 'ADDRESS'
  return {
    command: `npx reverse-jwt keygen --key project-key.json --proof challenge.json --jwks-uri ${word}`,
    note: isQuotable
      ? ''
      : 'ADDRESS stands for the address: it has characters that a shell would read as a command. ',
  }
}
