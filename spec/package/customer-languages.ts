/** Calls a Rack application for each request, as a server of Rack does. */
const rackServer = `
require 'socket'
require_relative 'token-endpoint'
server = TCPServer.new('127.0.0.1', 4200)
loop do
  socket = server.accept
  method, = socket.gets.to_s.split
  env = { 'REQUEST_METHOD' => method }
  while (line = socket.gets.to_s.strip) != ''
    name, value = line.split(': ', 2)
    name = name.upcase.tr('-', '_')
    env[name.start_with?('CONTENT_') ? name : "HTTP_#{name}"] = value
  end
  status, headers, body = TokenEndpoint.call(env)
  lines = headers.map { |pair| pair.join(': ') }
  socket.write("HTTP/1.1 #{status} OK\\r\\n#{lines.join("\\r\\n")}\\r\\nconnection: close\\r\\n\\r\\n#{body.join}")
  socket.close
end
`

export interface Language {
  readonly file: string
  /** Where it has to be, below the folder in which it is started. */
  readonly folder?: string
  /** What is in public/ is served, too. */
  readonly servesPage?: true
  /** The decision as the snippet has it, and one that lets in whoever has the cookie of the tests. */
  readonly decision: readonly [found: string, replaced: string]
  readonly command: string
  readonly beside?: Readonly<Record<string, string>>
}

/** Each snippet of docs/snippets, and how it is run. */
// prettier-ignore
export const languages: Readonly<Record<string, Language>> = {
  Node: {
    file: 'token-endpoint.mjs',
    servesPage: true,
    decision: ['return undefined\n', "return req.headers.cookie === 'session=1' ? 'user-7' : undefined\n"],
    command: 'exec node token-endpoint.mjs',
  },
  Python: {
    file: 'token-endpoint.py',
    servesPage: true,
    decision: ['return None\n\n\ndef refusal', 'return "user-7" if environ.get("HTTP_COOKIE") == "session=1" else None\n\n\ndef refusal'],
    command: 'exec python3 token-endpoint.py',
  },
  PHP: {
    file: 'token-endpoint.php',
    folder: 'public/',
    servesPage: true,
    decision: ['return null;\n}\n\n/** The code', "return ($_SERVER['HTTP_COOKIE'] ?? '') === 'session=1' ? 'user-7' : null;\n}\n\n/** The code"],
    command: 'exec php -S localhost:4200 -t public public/token-endpoint.php',
  },
  Go: {
    file: 'token-endpoint.go',
    servesPage: true,
    decision: ['return ""\n}\n\n// faultOf', 'if r.Header.Get("Cookie") == "session=1" {\n\t\treturn "user-7"\n\t}\n\treturn ""\n}\n\n// faultOf'],
    command: 'go build -o token-endpoint token-endpoint.go && exec ./token-endpoint',
  },
  Java: {
    file: 'TokenEndpoint.java',
    decision: ['return null;\n    }\n\n    /** The first check', 'return "session=1".equals(exchange.getRequestHeaders().getFirst("Cookie")) ? "user-7" : null;\n    }\n\n    /** The first check'],
    command: 'exec java -XX:TieredStopAtLevel=1 TokenEndpoint.java',
  },
  Ruby: {
    file: 'token-endpoint.rb',
    decision: ['(env)\n    nil\n', "(env)\n    env['HTTP_COOKIE'] == 'session=1' ? 'user-7' : nil\n"],
    command: 'exec ruby server.rb',
    beside: { 'server.rb': rackServer },
  },
}
