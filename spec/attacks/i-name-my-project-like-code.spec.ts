import { expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { consoleFolder } from '../../example-server/page-folder.js'

type Literal = (name: string) => string

/** An operator copies a hand-over sheet and runs it, or sends it to somebody who does. Go's are run by spec/package. */
const literals = (await import(pathToFileURL(`${consoleFolder}sheets/literals.js`).href)) as Record<
  'nodeLiteral' | 'pythonLiteral' | 'phpLiteral' | 'javaJsonLiteral',
  Literal
>

const names = [
  'shop',
  ...['"', "'", '`', '\\', '\\"', "\\'", '\\\\"', '"""', "'''", '\\\\', 'a\\'],
  ...['\\u0022', '\\\\u0022', '\\u005c"', '\\uuu0022', '\\u{22}', '\\x22', '\\042', '\\N{QUOTATION MARK}'],
  ...['$x', '${x}', '{$x}', '{${phpinfo()}}', '#{x}', '%s', '%', '%%', '{x}', '{{x}}', '$', '\\$x'],
  ...['?>', '<?php', '*/', '//', '#', '<!--', '</script>', '"+exit()+"', '");exit();//', "');exit();//"],
  ...['\n', '\r\n', '\u2028', '\u2029', '\u0085', '\0', '\t', '\u202e', '\u00e9', '\u{1f600}', '\uffff'],
]

function outputOf(command: string, file: string, program: string): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'reverse-jwt-literals-'))
  try {
    writeFileSync(join(folder, file), program)
    return JSON.parse(execFileSync(command, [join(folder, file)], { encoding: 'utf8' }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const listed = (literal: Literal) => names.map(literal).join(', ')

const programs: readonly [string, () => unknown][] = [
  [
    'Node',
    () =>
      outputOf(
        process.execPath,
        'names.mjs',
        `console.log(JSON.stringify([${listed(literals.nodeLiteral)}]))`,
      ),
  ],
  [
    'Python',
    () =>
      outputOf(
        '/usr/bin/python3',
        'names.py',
        `import json\nprint(json.dumps([${listed(literals.pythonLiteral)}]))`,
      ),
  ],
  ['PHP', () => outputOf('php', 'names.php', `<?php echo json_encode([${listed(literals.phpLiteral)}]);`)],
  [
    'Java',
    () =>
      outputOf(
        'java',
        'Names.java',
        `class Names { public static void main(String[] a) {
          System.out.println(java.util.List.of(new String[] {${listed(literals.javaJsonLiteral)}})); } }`,
      ),
  ],
]

it.each(programs)('in a sheet for %s, the name of a project is that name and nothing more', (_, read) => {
  expect(read()).toEqual(names)
})

it.each(Object.values(literals))('no name leaves its line, or is anything but printable ASCII', (literal) => {
  for (const name of names) expect(literal(name)).toMatch(/^"[\x20-\x7e]*"$/)
})
