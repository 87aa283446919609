import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Submits with the JDK's client, repeats the GET with resilience4j's Retry while
 * it is answered 202 or 429, or not at all, and prints what came out as one line
 * of JSON: Resilience4j URL BODY
 */
public final class Resilience4j {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Pattern CUSTOM_STATUS = Pattern.compile("\"customStatus\":\"([^\"]*)\"");

    public static void main(String[] args) throws Exception {
        HttpRequest submit = HttpRequest.newBuilder(URI.create(args[0])).header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(args[1])).build();
        String location = send(submit).headers().firstValue("Location").orElseThrow();
        HttpRequest poll = HttpRequest.newBuilder(URI.create(location)).build();
        RetryConfig config = RetryConfig.<HttpResponse<String>>custom()
            .maxAttempts(60)
            .retryOnResult(r -> r.statusCode() == 202 || r.statusCode() == 429)
            .retryExceptions(IOException.class)
            .intervalBiFunction((attempt, outcome) -> outcome.fold(e -> 1000L, Resilience4j::retryAfter))
            .build();
        HttpResponse<String> end = Retry.of("status", config).executeCallable(() -> send(poll));
        Matcher custom = CUSTOM_STATUS.matcher(end.body());
        if (end.statusCode() == 200 && custom.find()) {
            System.out.println("{\"customStatus\":\"" + custom.group(1) + "\"}");
        } else {
            System.out.println("{\"error\":\"status " + end.statusCode() + "\"}");
        }
    }

    private static long retryAfter(HttpResponse<String> response) {
        return response.headers().firstValueAsLong("Retry-After").orElse(1) * 1000;
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
