# Ruby 3 and its standard library; a Rack application. In config.ru: require_relative 'token-endpoint'; run TokenEndpoint
require 'json'
require 'openssl'
require 'securerandom'

module TokenEndpoint
  PROJECT_ID = 'shop'
  AUDIENCE = 'https://platform.example'
  KID = 'key-1'
  SCOPE = 'portal:read'
  KEY = OpenSSL::PKey.read(File.read('project-key.pem'))

  # YOUR decision: who is logged in, by your own session. Nobody, until you write it.
  def self.current_user(env)
    nil
  end

  def self.base64url(bytes)
    [bytes].pack('m0').tr('+/', '-_').delete('=')
  end

  # OpenSSL gives DER: a sequence of two integers. JWS wants R and S, 32 bytes each, joined.
  def self.raw_signature(der)
    OpenSSL::ASN1.decode(der).value.map { |number| [number.value.to_s(16).rjust(64, '0')].pack('H*') }.join
  end

  def self.project_token(origin)
    now = Time.now.to_i
    claims = { iss: PROJECT_ID, sub: PROJECT_ID, aud: AUDIENCE, proj_id: PROJECT_ID,
               jti: SecureRandom.uuid, iat: now, exp: now + 120, scope: SCOPE }
    claims[:origin] = origin unless [nil, 'null'].include?(origin)
    header = { alg: 'ES256', kid: KID, typ: 'project-auth+jwt' }
    input = [header, claims].map { |part| base64url(JSON.generate(part)) }.join('.')
    "#{input}.#{base64url(raw_signature(KEY.sign('SHA256', input)))}"
  end

  def self.own_page?(env)
    site, origin = env.values_at('HTTP_SEC_FETCH_SITE', 'HTTP_ORIGIN')
    return site == 'same-origin' unless site.nil?
    !origin.nil? && origin.sub(%r{\Ahttps?://}, '') == env['HTTP_HOST']
  end

  # The first check that fails.
  def self.refusal(env)
    return [405, 'method_not_allowed'] unless env['REQUEST_METHOD'] == 'POST'
    return [403, 'foreign_origin'] unless own_page?(env)
    return [415, 'content_type_unsupported'] unless env['CONTENT_TYPE'].to_s.match?(%r{\Aapplication/json\s*(;|\z)}i)
    return [401, 'no_session'] unless current_user(env)
  end

  def self.call(env)
    status, code = refusal(env)
    type = code ? 'application/problem+json' : 'application/json'
    headers = { 'content-type' => type, 'cache-control' => 'no-store', 'cross-origin-resource-policy' => 'same-origin' }
    headers['allow'] = 'POST' if status == 405
    body = code ? { status: status, title: code, code: code, retry: 'no' } : { token: project_token(env['HTTP_ORIGIN']) }
    [status || 200, headers, [JSON.generate(body)]]
  end
end
