// Java 17 and its standard library. Try it: java TokenEndpoint.java
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
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
import java.util.UUID;

class TokenEndpoint {
    static final String PROJECT_ID = "shop";
    static final String AUDIENCE = "https://platform.example";
    static final String KID = "key-1";
    static final String SCOPE = "portal:read";
    static final String KEY_FILE = "project-key.pem";

    /** YOUR decision: who is logged in, by your own session. Nobody, until you write it. */
    static String currentUser(HttpExchange exchange) {
        return null;
    }

    static PrivateKey readKey() throws IOException, GeneralSecurityException {
        String base64 = Files.readString(Path.of(KEY_FILE)).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String projectToken(PrivateKey key, String origin) throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        // The texts below have no quotes and no backslashes in them, and a browser's Origin has none. Else use a library for JSON.
        String header = "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"project-auth+jwt\"}".formatted(KID);
        String bound = origin == null || !origin.matches("https?://[A-Za-z0-9.:\\[\\]-]+") ? "" : ",\"origin\":\"" + origin + "\"";
        String claims = ("{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"proj_id\":\"%s\",\"jti\":\"%s\",\"iat\":%d,\"exp\":%d,\"scope\":\"%s\"%s}")
            .formatted(PROJECT_ID, PROJECT_ID, AUDIENCE, PROJECT_ID, UUID.randomUUID(), now, now + 120, SCOPE, bound);
        String input = base64url(header.getBytes(StandardCharsets.UTF_8)) + "." + base64url(claims.getBytes(StandardCharsets.UTF_8));
        // R and S joined, as JWS wants them. Without "inP1363Format" Java gives DER.
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key);
        signature.update(input.getBytes(StandardCharsets.US_ASCII));
        return input + "." + base64url(signature.sign());
    }

    static boolean isOwnPage(Headers headers) {
        String site = headers.getFirst("Sec-Fetch-Site");
        if (site != null) return site.equals("same-origin");
        String origin = headers.getFirst("Origin");
        return origin != null && origin.matches("https?://[^/@]+") && URI.create(origin).getAuthority().equals(headers.getFirst("Host"));
    }

    /** The code of the first check that fails; null: none. */
    static String refusal(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        String type = headers.getFirst("Content-Type");
        if (!exchange.getRequestMethod().equals("POST")) return "405 method_not_allowed";
        if (!isOwnPage(headers)) return "403 foreign_origin";
        if (type == null || !type.matches("(?i)application/json\\s*(;.*)?")) return "415 content_type_unsupported";
        if (currentUser(exchange) == null) return "401 no_session";
        return null;
    }

    static void answer(HttpExchange exchange, PrivateKey key) throws IOException {
        String refused = refusal(exchange);
        int status = refused == null ? 200 : Integer.parseInt(refused.substring(0, 3));
        String body;
        try {
            String code = refused == null ? "" : refused.substring(4);
            body = refused == null
                ? "{\"token\":\"" + projectToken(key, exchange.getRequestHeaders().getFirst("Origin")) + "\"}"
                : "{\"status\":%d,\"title\":\"%s\",\"code\":\"%s\",\"retry\":\"no\"}".formatted(status, code, code);
        } catch (GeneralSecurityException error) {
            error.printStackTrace();
            exchange.sendResponseHeaders(500, -1);
            return;
        }
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", refused == null ? "application/json" : "application/problem+json");
        headers.set("Cache-Control", "no-store");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        if (status == 405) headers.set("Allow", "POST");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    public static void main(String[] args) throws IOException, GeneralSecurityException {
        PrivateKey key = readKey();
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "4200"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/token", exchange -> answer(exchange, key));
        server.start();
    }
}
