// A back end that answers GET /orders to those who have an access token of Hufu: java -cp JACKSON Orders.java ISSUER AUDIENCE.
// It checks tokens by the published keys: a revoked token passes until it expires (ten minutes by default). Signatures are the
// JDK's own (17 or later); Jackson reads the JSON.
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

public class Orders {
    /** What a refused request is answered: 401, or 503 where nothing is known about the token. */
    static class Refused extends Exception {
        final int status;

        Refused(int status, String why) {
            super(why);
            this.status = status;
        }
    }

    /** Checks access tokens of one issuer for one audience (protocol §4). */
    static class AccessTokens {
        private static final long LEEWAY_SECONDS = 5;
        private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
        private final String issuer;
        private final String audience;
        private Map<String, PublicKey> keys = Map.of();
        private long fetchedAt;
        private boolean fetched;

        AccessTokens(String issuer, String audience) {
            this.issuer = issuer;
            this.audience = audience;
        }

        /** `Authorization: Bearer …` → the token's claims. */
        JsonNode check(String authorization) throws Refused {
            if (authorization == null || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) throw new Refused(401, "no token");
            String[] parts = authorization.substring(7).split("\\.", -1);
            if (parts.length != 3) throw new Refused(401, "malformed");
            JsonNode header = object(parts[0]);
            // The algorithm is the configured one, never the one that the token names.
            if (!header.path("alg").asText().equals("ES256") || !header.path("typ").asText().equals("at+jwt")) {
                throw new Refused(401, "no access token");
            }
            if (!isSigned(parts, key(header.path("kid").asText()))) throw new Refused(401, "signature");
            JsonNode claims = object(parts[1]);
            if (!claims.path("iss").asText().equals(issuer)) throw new Refused(401, "another issuer");
            if (!isForUs(claims.path("aud"))) throw new Refused(401, "another audience");
            if (!claims.path("exp").isIntegralNumber()) throw new Refused(401, "no end");
            if (Instant.now().getEpochSecond() >= claims.path("exp").asLong() + LEEWAY_SECONDS) throw new Refused(401, "expired");
            // Bound to a key: what checks no proof (RFC 9449) must not take it.
            if (claims.has("cnf")) throw new Refused(401, "bound to a key");
            return claims;
        }

        private boolean isForUs(JsonNode aud) {
            if (aud.isTextual()) return aud.asText().equals(audience);
            for (JsonNode one : aud) if (one.asText().equals(audience)) return true;
            return false;
        }

        private static JsonNode object(String part) throws Refused {
            try {
                JsonNode read = JSON.readTree(Base64.getUrlDecoder().decode(part));
                if (read.isObject()) return read;
            } catch (IOException | IllegalArgumentException e) {
                // As any other text that is not a token.
            }
            throw new Refused(401, "malformed");
        }

        private static boolean isSigned(String[] parts, PublicKey key) {
            try {
                Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
                signature.initVerify(key);
                signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
                return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                return false;
            }
        }

        /** A key that is not at hand is asked for, once a second at most. */
        private synchronized PublicKey key(String kid) throws Refused {
            long age = fetched ? (System.nanoTime() - fetchedAt) / 1_000_000 : Long.MAX_VALUE;
            if (keys.containsKey(kid) && age < 300_000) return keys.get(kid);
            if (age < 1000) throw new Refused(503, "asked a moment ago");
            boolean failed = false;
            try {
                keys = fetchKeys();
                fetchedAt = System.nanoTime();
                fetched = true;
            } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
                failed = true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failed = true;
            }
            if (keys.containsKey(kid)) return keys.get(kid);
            throw failed ? new Refused(503, "the keys cannot be had") : new Refused(401, "an unknown key");
        }

        private Map<String, PublicKey> fetchKeys() throws IOException, InterruptedException, GeneralSecurityException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(issuer + "/.well-known/jwks.json")).timeout(Duration.ofSeconds(5)).build();
            HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) throw new IOException("status " + answer.statusCode());
            AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
            curve.init(new ECGenParameterSpec("secp256r1"));
            ECParameterSpec p256 = curve.getParameterSpec(ECParameterSpec.class);
            Map<String, PublicKey> found = new HashMap<>();
            for (JsonNode jwk : JSON.readTree(answer.body()).path("keys")) {
                if (!jwk.path("alg").asText().equals("ES256")) continue;
                ECPoint point = new ECPoint(number(jwk.path("x")), number(jwk.path("y")));
                found.put(jwk.path("kid").asText(), KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, p256)));
            }
            return found;
        }

        private static BigInteger number(JsonNode coordinate) {
            return new BigInteger(1, Base64.getUrlDecoder().decode(coordinate.asText()));
        }
    }

    public static void main(String[] args) throws IOException {
        AccessTokens tokens = new AccessTokens(args[0], args[1]);
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "0"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/orders", exchange -> {
            int status = 200;
            byte[] body = {};
            try {
                JsonNode claims = tokens.check(exchange.getRequestHeaders().getFirst("Authorization"));
                boolean mayRead = false;
                for (JsonNode one : claims.path("permissions")) mayRead |= one.asText().equals("order:read:own");
                if (mayRead) body = claims.path("sub").asText().getBytes(StandardCharsets.UTF_8);
                else status = 403;
            } catch (Refused refused) {
                status = refused.status;
                if (status == 401) exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
                else exchange.getResponseHeaders().set("Retry-After", "1");
            }
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        System.out.println("http://127.0.0.1:" + server.getAddress().getPort());
    }
}
