// POST /token gives a page of yours one token. Java 17, nothing else. Run it: java TokenEndpoint.java
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.UUID;

public class TokenEndpoint {
    static final String PROJECT_ID = "shop";
    static final String AUDIENCE = "https://platform.example";
    static final String KID = "key-1";
    static final String KEY_FILE = "project-key.pem"; // not in the repository, not where the web server finds it
    static final String SCOPE = "portal:read";

    enum Refusal {
        METHOD_NOT_ALLOWED(405, "Method not allowed", "A token is asked for with POST."),
        FOREIGN_ORIGIN(403, "Foreign origin", "Only a page of this origin may ask for a token."),
        CONTENT_TYPE_UNSUPPORTED(415, "Content type not supported", "Send Content-Type: application/json."),
        NO_SESSION(401, "No session", "Log in, then ask again.");

        final int status;
        final String title, detail;

        Refusal(int status, String title, String detail) {
            this.status = status;
            this.title = title;
            this.detail = detail;
        }
    }

    final PrivateKey privateKey;

    TokenEndpoint(String pem) throws GeneralSecurityException {
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        privateKey = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    /** Your session check: the id of the user who asks. It lets in nobody until you write it. */
    static String currentUser(HttpExchange exchange) {
        return null;
    }

    /** The first check that fails. No page can write these headers of the browser itself. */
    static Refusal refusal(HttpExchange exchange, String origin) {
        var headers = exchange.getRequestHeaders();
        String host = headers.getFirst("Host"), site = headers.getFirst("Sec-Fetch-Site");
        boolean isOwnPage = site != null
            ? site.equals("same-origin")
            : ("https://" + host).equals(origin) || ("http://" + host).equals(origin);
        // The claims below are put together from texts, so nothing that could end a text may come into them.
        boolean isOrigin = origin == null || origin.matches("null|https?://[\\w.:\\[\\]-]+");
        String mediaType = String.valueOf(headers.getFirst("Content-Type")).split(";", 2)[0].strip();
        if (!exchange.getRequestMethod().equals("POST")) return Refusal.METHOD_NOT_ALLOWED;
        if (!isOwnPage || !isOrigin) return Refusal.FOREIGN_ORIGIN;
        if (!mediaType.equalsIgnoreCase("application/json")) return Refusal.CONTENT_TYPE_UNSUPPORTED;
        return currentUser(exchange) == null ? Refusal.NO_SESSION : null;
    }

    String projectToken(String origin) throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        String header = """
            {"alg":"ES256","kid":"%s","typ":"project-auth+jwt"}""".formatted(KID);
        String claims = """
            {"iss":"%s","sub":"%1$s","proj_id":"%1$s","aud":"%s","scope":"%s","jti":"%s","iat":%d,"exp":%d%s}""";
        String bound = origin == null || origin.equals("null") ? "" : ",\"origin\":\"" + origin + "\"";
        String input = encode(bytes(header)) + "." + encode(bytes(claims.formatted(
            PROJECT_ID, AUDIENCE, SCOPE, UUID.randomUUID(), now, now + 120, bound)));
        // Without inP1363Format Java writes DER. A token wants R and S, 32 bytes each, joined.
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
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

    void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String origin = exchange.getRequestHeaders().getFirst("Origin");
            Refusal refusal = refusal(exchange, origin);
            var headers = exchange.getResponseHeaders();
            headers.set("Cache-Control", "no-store");
            headers.set("Cross-Origin-Resource-Policy", "same-origin");
            headers.set("Content-Type", refusal == null ? "application/json" : "application/problem+json");
            if (refusal == Refusal.METHOD_NOT_ALLOWED) headers.set("Allow", "POST");
            byte[] body = bytes(refusal == null ? "{\"token\":\"" + projectToken(origin) + "\"}" : problem(refusal));
            exchange.sendResponseHeaders(refusal == null ? 200 : refusal.status, body.length);
            exchange.getResponseBody().write(body);
        } catch (GeneralSecurityException cause) {
            throw new IOException(cause);
        }
    }

    static String problem(Refusal refusal) {
        String code = refusal.name().toLowerCase(Locale.ROOT);
        return """
            {"type":"https://unpkg.com/reverse-jwt/docs/errors/%s.md","title":"%s","status":%d,"detail":"%s",\
            "code":"%1$s","retry":"no"}""".formatted(code, refusal.title, refusal.status, refusal.detail);
    }

    public static void main(String[] args) throws IOException, GeneralSecurityException {
        var endpoint = new TokenEndpoint(Files.readString(Path.of(KEY_FILE)));
        var server = HttpServer.create(new InetSocketAddress("localhost", 4200), 0);
        server.createContext("/token", endpoint::handle);
        server.start();
    }
}
