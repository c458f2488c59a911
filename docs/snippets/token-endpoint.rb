# POST /token gives a page of yours one token. A Rack app, for config.ru or the routes of Rails; Ruby 3, no other gem.
require 'json'
require 'openssl'
require 'securerandom'

module TokenEndpoint
  PROJECT_ID = 'shop'
  AUDIENCE = 'https://platform.example'
  KID = 'key-1'
  KEY_FILE = 'project-key.pem' # not in the repository, not where the web server finds it
  SCOPE = 'portal:read'

  REFUSALS = {
    'method_not_allowed' => [405, 'Method not allowed', 'A token is asked for with POST.'],
    'foreign_origin' => [403, 'Foreign origin', 'Only a page of this origin may ask for a token.'],
    'content_type_unsupported' => [415, 'Content type not supported', 'Send Content-Type: application/json.'],
    'no_session' => [401, 'No session', 'Log in, then ask again.']
  }.freeze
  PRIVATE_KEY = OpenSSL::PKey.read(File.read(KEY_FILE))

  module_function

  # Your session check: the id of the user who asks. It lets in nobody until you write it.
  def current_user(env)
    nil
  end

  # The code of the first check that fails. No page can write these headers of the browser itself.
  def refusal(env)
    host, origin, site = env.values_at('HTTP_HOST', 'HTTP_ORIGIN', 'HTTP_SEC_FETCH_SITE')
    own_page = site ? site == 'same-origin' : ["https://#{host}", "http://#{host}"].include?(origin)
    media_type = env['CONTENT_TYPE'].to_s.partition(';').first.strip.downcase
    return 'method_not_allowed' unless env['REQUEST_METHOD'] == 'POST'
    return 'foreign_origin' unless own_page
    return 'content_type_unsupported' unless media_type == 'application/json'

    'no_session' unless current_user(env)
  end

  def base64url(bytes)
    [bytes].pack('m0').tr('+/', '-_').delete('=')
  end

  # OpenSSL writes an ECDSA signature as DER. A token wants R and S, 32 bytes each, joined.
  def raw_signature(der)
    OpenSSL::ASN1.decode(der).value.map { |number| number.value.to_s(2).rjust(32, "\0") }.join
  end

  def project_token(origin)
    now = Time.now.to_i
    header = { alg: 'ES256', kid: KID, typ: 'project-auth+jwt' }
    claims = { iss: PROJECT_ID, sub: PROJECT_ID, aud: AUDIENCE, proj_id: PROJECT_ID,
               jti: SecureRandom.uuid, iat: now, exp: now + 120, scope: SCOPE }
    claims[:origin] = origin unless origin.nil? || origin == 'null'
    input = [header, claims].map { |part| base64url(JSON.generate(part)) }.join('.')
    "#{input}.#{base64url(raw_signature(PRIVATE_KEY.sign('SHA256', input)))}"
  end

  def call(env)
    headers = { 'cache-control' => 'no-store', 'cross-origin-resource-policy' => 'same-origin' }
    code = refusal(env)
    if code.nil?
      body = { token: project_token(env['HTTP_ORIGIN']) }
      return [200, { 'content-type' => 'application/json', **headers }, [JSON.generate(body)]]
    end
    status, title, detail = REFUSALS.fetch(code)
    type = "https://unpkg.com/reverse-jwt/docs/errors/#{code}.md"
    body = { type: type, title: title, status: status, detail: detail, code: code, retry: 'no' }
    headers['allow'] = 'POST' if status == 405
    [status, { 'content-type' => 'application/problem+json', **headers }, [JSON.generate(body)]]
  end
end
