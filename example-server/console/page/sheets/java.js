import { javaJsonBegin, javaJsonLiteral } from './literals.js'

const families = {
  ES: (bits) => ({ key: 'EC', signature: `SHA${bits}withECDSAinP1363Format` }),
  RS: (bits) => ({ key: 'RSA', signature: `SHA${bits}withRSA` }),
  PS: (bits) => ({
    key: 'RSA',
    signature: 'RSASSA-PSS',
    imports: ['java.security.spec.MGF1ParameterSpec', 'java.security.spec.PSSParameterSpec'],
    parameters: `
        signature.setParameter(new PSSParameterSpec(
            "SHA-${bits}", "MGF1", new MGF1ParameterSpec("SHA-${bits}"), ${Number(bits) / 8}, 1));`,
  }),
  EdDSA: () => ({ key: 'Ed25519', signature: 'Ed25519' }),
}

const always = [
  ...[
    'java.io.IOException',
    'java.nio.charset.StandardCharsets',
    'java.nio.file.Files',
    'java.nio.file.Path',
  ],
  ...['java.security.GeneralSecurityException', 'java.security.KeyFactory', 'java.security.PrivateKey'],
  ...['java.security.Signature', 'java.security.spec.PKCS8EncodedKeySpec', 'java.time.Instant'],
  ...['java.util.Base64', 'java.util.UUID'],
]

export const java = {
  name: 'Java',
  file: 'ProjectToken.java',
  textFor: ({ projectId, issuer, audience, kid, alg, scope }) => {
    const algorithm = families[alg.slice(0, -3)]?.(alg.slice(-3)) ?? families[alg]()
    const { key, signature, imports = [], parameters = '' } = algorithm
    const claims = { iss: issuer, sub: projectId, proj_id: projectId, aud: audience }
    return String.raw`// Prints one token. Java 17, nothing else: java ProjectToken.java
${[...always, ...imports].map((name) => `import ${name};`).join('\n')}

public class ProjectToken {
    // JSON. The claims go on below${scope === '' ? '' : '; scope is all that the project may have: name fewer where fewer do'}.
    static final String HEADER = ${javaJsonLiteral({ alg, kid, typ: 'project-auth+jwt' })};
    static final String CLAIMS = ${javaJsonBegin(scope === '' ? claims : { ...claims, scope })};

    final PrivateKey privateKey;

    ProjectToken(String pem) throws GeneralSecurityException {
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        privateKey = KeyFactory.getInstance("${key}").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    /** A new token, good for one request; for pages of this origin alone, if there is one. */
    String projectToken(String origin) throws GeneralSecurityException {
        // The claims are put together from texts, so nothing that could end a text may come into them.
        if (origin != null && !origin.matches("null|https?://[\\w.:\\[\\]-]+"))
            throw new IllegalArgumentException("This is no origin");
        String bound = origin == null || origin.equals("null") ? "" : ",\"origin\":\"" + origin + "\"";
        long now = Instant.now().getEpochSecond();
        String once = ",\"jti\":\"" + UUID.randomUUID() + "\",\"iat\":" + now + ",\"exp\":" + (now + 120);
        String input = encode(bytes(HEADER)) + "." + encode(bytes(CLAIMS + once + bound + "}"));
        Signature signature = Signature.getInstance("${signature}");${parameters}
        signature.initSign(privateKey);
        signature.update(bytes(input));
        return input + "." + encode(signature.sign());
    }

    static String encode(byte[] part) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(part);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static void main(String[] args) throws IOException, GeneralSecurityException {
        // Not in the repository, not where the web server finds it.
        String file = System.getenv().getOrDefault("PROJECT_KEY_FILE", "project-key.pem");
        System.out.println(new ProjectToken(Files.readString(Path.of(file))).projectToken(null));
    }
}
`
  },
}
