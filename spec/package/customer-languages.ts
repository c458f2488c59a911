/** Calls a Rack application for each request, as a server of Rack does. */
const rackServer = `
require 'socket'
require_relative 'token-endpoint'
server = TCPServer.new('127.0.0.1', ENV['PORT'].to_i)
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
    decision: ['return undefined', "return request.headers.cookie === 'session=1' ? 'user-7' : undefined"],
    command: 'exec node token-endpoint.mjs',
  },
  Python: {
    file: 'token-endpoint.py',
    decision: ['return None\n\n\ndef project_token', 'return "user-7" if environ.get("HTTP_COOKIE") == "session=1" else None\n\n\ndef project_token'],
    command: 'exec python3 token-endpoint.py',
  },
  PHP: {
    file: 'token-endpoint.php',
    decision: ['return null;\n}\n\nfunction base64url', "return ($_SERVER['HTTP_COOKIE'] ?? '') === 'session=1' ? 'user-7' : null;\n}\n\nfunction base64url"],
    command: 'exec php -S 127.0.0.1:$PORT token-endpoint.php',
  },
  Go: {
    file: 'token-endpoint.go',
    decision: ['return ""\n}\n\nfunc readKey', 'if r.Header.Get("Cookie") == "session=1" {\n\t\treturn "user-7"\n\t}\n\treturn ""\n}\n\nfunc readKey'],
    command: 'go build -o token-endpoint token-endpoint.go && exec ./token-endpoint',
  },
  Java: {
    file: 'TokenEndpoint.java',
    decision: ['return null;\n    }\n\n    static PrivateKey', 'return "session=1".equals(exchange.getRequestHeaders().getFirst("Cookie")) ? "user-7" : null;\n    }\n\n    static PrivateKey'],
    command: 'exec java -XX:TieredStopAtLevel=1 TokenEndpoint.java',
  },
  Ruby: {
    file: 'token-endpoint.rb',
    decision: ['    nil\n', "    env['HTTP_COOKIE'] == 'session=1' ? 'user-7' : nil\n"],
    command: 'exec ruby server.rb',
    beside: { 'server.rb': rackServer },
  },
}
