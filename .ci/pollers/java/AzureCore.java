import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpPipelineBuilder;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.http.policy.RetryPolicy;
import com.azure.core.http.rest.Response;
import com.azure.core.http.rest.SimpleResponse;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.core.util.polling.AsyncPollResponse;
import com.azure.core.util.polling.DefaultPollingStrategy;
import com.azure.core.util.polling.LocationPollingStrategy;
import com.azure.core.util.polling.OperationResourcePollingStrategy;
import com.azure.core.util.polling.PollResponse;
import com.azure.core.util.polling.PollerFlux;
import com.azure.core.util.polling.PollingStrategy;
import com.azure.core.util.polling.SyncDefaultPollingStrategy;
import com.azure.core.util.polling.SyncLocationPollingStrategy;
import com.azure.core.util.polling.SyncOperationResourcePollingStrategy;
import com.azure.core.util.polling.SyncPoller;
import com.azure.core.util.polling.SyncPollingStrategy;
import com.azure.core.util.serializer.TypeReference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/**
 * Submits as an Azure SDK for Java does, has azure-core poll, and prints what
 * came out as one line of JSON: AzureCore URL BODY [ID to poll instead].
 * Every poller does so with every strategy, all at the same time; the line has
 * a member for each, such as "sync operation".
 */
public final class AzureCore {
    private static final List<String> POLLERS = List.of("sync", "flux");
    private static final List<String> STRATEGIES = List.of("operation", "location", "default");
    private static final List<HttpHeaderName> LOCATIONS =
        List.of(HttpHeaderName.LOCATION, HttpHeaderName.fromString("Operation-Location"));
    private static final TypeReference<BinaryData> BODY = TypeReference.createInstance(BinaryData.class);
    // What the poller waits where no Retry-After says otherwise.
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final AtomicInteger requests = new AtomicInteger();
    private final HttpPipeline pipeline;
    private final String strategy;
    private final String url;
    private final String body;
    private final String id;

    private AzureCore(String strategy, String url, String body, String id) {
        this.strategy = strategy;
        this.url = url;
        this.body = body;
        this.id = id;
        this.pipeline = new HttpPipelineBuilder().policies(new RetryPolicy(), new Count(requests)).build();
    }

    public static void main(String[] args) {
        String id = args.length > 2 ? args[2] : null;
        Map<String, CompletableFuture<Map<String, Object>>> runs = new LinkedHashMap<>();
        // A thread for each: the sync pollers block theirs.
        ExecutorService threads = Executors.newCachedThreadPool();
        for (String poller : POLLERS) {
            for (String strategy : STRATEGIES) {
                AzureCore run = new AzureCore(strategy, args[0], args[1], id);
                runs.put(poller + " " + strategy, CompletableFuture.supplyAsync(() -> run.verdict(poller), threads));
            }
        }
        Map<String, Object> verdicts = new LinkedHashMap<>();
        runs.forEach((name, run) -> verdicts.put(name, run.join()));
        System.out.println(BinaryData.fromObject(verdicts));
        System.exit(0); // the HTTP client's threads would hold the program up
    }

    /** Returns the poller's last status, what its result says, its error, and how often it polled. */
    private Map<String, Object> verdict(String poller) {
        Map<String, Object> verdict = new LinkedHashMap<>();
        try {
            if (poller.equals("sync")) {
                sync(verdict);
            } else {
                flux(verdict);
            }
        } catch (RuntimeException e) {
            verdict.put("error", String.valueOf(e.getMessage()));
        }
        verdict.put("polls", requests.get() - 1); // the first is the submit
        return verdict;
    }

    private void sync(Map<String, Object> verdict) {
        SyncPoller<BinaryData, BinaryData> poller =
            SyncPoller.createPoller(INTERVAL, this::submit, syncStrategy(), BODY, BODY);
        PollResponse<BinaryData> last = poller.waitForCompletion();
        verdict.put("status", last.getStatus().toString());
        result(verdict, poller.getFinalResult());
    }

    private void flux(Map<String, Object> verdict) {
        PollerFlux<BinaryData, BinaryData> poller =
            PollerFlux.create(INTERVAL, () -> Mono.fromCallable(this::submit), fluxStrategy(), BODY, BODY);
        AsyncPollResponse<BinaryData, BinaryData> last = poller.blockLast();
        verdict.put("status", last.getStatus().toString());
        result(verdict, last.getFinalResult().block());
    }

    private SyncPollingStrategy<BinaryData, BinaryData> syncStrategy() {
        return switch (strategy) {
            case "operation" -> new SyncOperationResourcePollingStrategy<>(pipeline);
            case "location" -> new SyncLocationPollingStrategy<>(pipeline);
            case "default" -> new SyncDefaultPollingStrategy<>(pipeline);
            default -> throw new IllegalArgumentException("no such strategy: " + strategy);
        };
    }

    private PollingStrategy<BinaryData, BinaryData> fluxStrategy() {
        return switch (strategy) {
            case "operation" -> new OperationResourcePollingStrategy<>(pipeline);
            case "location" -> new LocationPollingStrategy<>(pipeline);
            case "default" -> new DefaultPollingStrategy<>(pipeline);
            default -> throw new IllegalArgumentException("no such strategy: " + strategy);
        };
    }

    private Response<?> submit() {
        HttpRequest request = new HttpRequest(HttpMethod.POST, url)
            .setHeader(HttpHeaderName.CONTENT_TYPE, "application/json").setBody(body);
        try (HttpResponse answer = pipeline.sendSync(request, Context.NONE)) {
            if (id != null) {
                for (HttpHeaderName name : LOCATIONS) {
                    answer.getHeaders().set(name, answer.getHeaderValue(name).replaceFirst("[^/]*$", id));
                }
            }
            return new SimpleResponse<>(request, answer.getStatusCode(), answer.getHeaders(), answer.getBodyAsBinaryData());
        }
    }

    private static void result(Map<String, Object> verdict, BinaryData result) {
        Map<?, ?> members = result.toObject(Map.class);
        verdict.put("customStatus", members.get("customStatus"));
        verdict.put("result", members.get("result"));
    }

    /** Counts the requests that are sent, repetitions too. */
    private record Count(AtomicInteger requests) implements HttpPipelinePolicy {
        @Override
        public Mono<HttpResponse> process(HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
            requests.incrementAndGet();
            return next.process();
        }

        @Override
        public HttpResponse processSync(HttpPipelineCallContext context, HttpPipelineNextSyncPolicy next) {
            requests.incrementAndGet();
            return next.processSync();
        }
    }
}
