import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/**
 * Submits a JSON file and polls until the work has ended; Java 17, nothing to install:
 * {@code java Poll.java http://127.0.0.1:3000/api/submit talk.json}
 */
public class Poll {
    public static void main(String[] args) throws Exception {
        var http = HttpClient.newHttpClient();
        var request = HttpRequest.newBuilder(URI.create(args[0])).timeout(Duration.ofSeconds(40))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", '"' + UUID.randomUUID().toString() + '"') // a repeated submit is the same submission
            .POST(HttpRequest.BodyPublishers.ofFile(Path.of(args[1]))).build();
        for (int attempts = 0;;) {
            long seconds = 1;
            try {
                var response = http.send(request, BodyHandlers.ofString());
                int code = response.statusCode();
                var after = response.headers().firstValueAsLong("Retry-After");
                seconds = after.orElse(1);
                if (code == 202) {
                    var location = URI.create(response.headers().firstValue("Location").orElseThrow());
                    request = HttpRequest.newBuilder(location).timeout(Duration.ofSeconds(40)).build();
                    attempts = 0;
                } else if (code != 408 && code != 425 && code != 429 && code < 500 && (code != 409 || after.isEmpty())) { // 200 has ended, everything else is refused
                    System.out.println(response.body());
                    System.exit(code == 200 && response.body().contains("\"status\":\"Succeeded\"") ? 0 : 1);
                } else if (++attempts == 10) { // passes: repeat
                    throw new IOException("gave up: " + code);
                }
            } catch (java.net.ConnectException | java.net.http.HttpTimeoutException error) {
                if (++attempts == 10) throw error;
            }
            Thread.sleep(Duration.ofSeconds(seconds).toMillis());
        }
    }
}
