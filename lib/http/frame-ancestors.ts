/**
 * The value of a Content-Security-Policy header, one or several, with these sources as its only frame-ancestors; with none at all
 * where they are undefined. The browser enforces each policy, so the directive goes from all of them. CSP level 3, section 2.2.
 */
export function withFrameAncestors(present: unknown, sources: string | undefined): string {
  const lines: unknown[] = [present].flat()
  const policies = lines
    .flatMap((line) => (typeof line === 'string' ? line.split(',') : []))
    .map((policy) => policy.split(';').filter((directive) => !isOther(directive)))
    .filter((directives) => directives.length > 0)
  if (sources !== undefined) {
    const last = policies.pop() ?? []
    policies.push([...last, `${last.length === 0 ? '' : ' '}frame-ancestors ${sources}`])
  }
  return policies.map((directives) => directives.join(';').trim()).join(', ')
}

function isOther(directive: string): boolean {
  const [name = ''] = directive.trim().split(/\s/)
  return name === '' || name.toLowerCase() === 'frame-ancestors'
}
