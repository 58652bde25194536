using System.Threading.Channels;
using Google.Protobuf;

namespace Kiroku.Tests.Telemetry;

/// <summary>A collector of OpenTelemetry's protocol, HTTP with protobuf, that keeps what it is sent.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly WebApplication app;
    private readonly Channel<SentSpan> spans = Channel.CreateUnbounded<SentSpan>();
    private readonly Channel<string> metrics = Channel.CreateUnbounded<string>();

    private Collector(WebApplication app) => this.app = app;

    /// <summary>The settings that have a service send to it, soon.</summary>
    public (string Key, string Value)[] Settings =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", app.Urls.Single()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"), ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
    ];

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new Collector(app);
        app.MapPost("/v1/traces", context => TakeAsync(context, collector.TakeSpans));
        app.MapPost("/v1/metrics", context => TakeAsync(context, collector.TakeMetrics));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>The spans that come, up to one that fulfils a condition, each once.</summary>
    public async Task<IReadOnlyList<SentSpan>> UntilAsync(Func<SentSpan, bool> last)
    {
        using var limit = new CancellationTokenSource(Patience);
        var all = new List<SentSpan>();
        await foreach (var span in spans.Reader.ReadAllAsync(limit.Token))
        {
            all.Add(span);
            if (last(span))
                break;
        }
        // The services of a test share a process, and so each of them sends the spans of all.
        return [.. all.DistinctBy(span => span.Id)];
    }

    /// <summary>Waits until metrics of all these names have come.</summary>
    public async Task UntilMetricsAsync(params string[] names)
    {
        using var limit = new CancellationTokenSource(Patience);
        var missing = names.ToHashSet();
        while (missing.Count > 0)
            missing.Remove(await metrics.Reader.ReadAsync(limit.Token));
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static async Task TakeAsync(HttpContext context, Action<Sent> take)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        take(new Sent(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }

    /// <summary>The numbers are those of opentelemetry/proto/trace/v1/trace.proto.</summary>
    private void TakeSpans(Sent request)
    {
        foreach (var resource in request.Messages(1))
        {
            var service = ValueOf(resource.Messages(1).Single().Messages(1)
                .Single(tag => tag.Text(1) == "service.name"));
            foreach (var span in resource.Messages(2).SelectMany(scope => scope.Messages(2)))
                spans.Writer.TryWrite(new SentSpan(
                    Convert.ToHexStringLower(span.Bytes(1)), Convert.ToHexStringLower(span.Bytes(2)),
                    Convert.ToHexStringLower(span.Bytes(4)), span.Text(5),
                    span.Messages(9).ToDictionary(tag => tag.Text(1), ValueOf), service));
        }
    }

    private void TakeMetrics(Sent request)
    {
        foreach (var metric in request.Messages(1).SelectMany(resource => resource.Messages(2))
            .SelectMany(scope => scope.Messages(2)))
            metrics.Writer.TryWrite(metric.Text(1));
    }

    private static string ValueOf(Sent tag)
    {
        var value = tag.Messages(2).Single();
        return value.Has(1) ? value.Text(1) : $"{value.Number(3)}";
    }

    /// <summary>A message of protobuf's, as far as it goes without its description: fields by number.</summary>
    private sealed class Sent
    {
        private readonly List<(int Field, object Value)> fields = [];

        public Sent(byte[] message)
        {
            using var input = new CodedInputStream(message);
            while (input.ReadTag() is > 0 and var tag)
                fields.Add((WireFormat.GetTagFieldNumber(tag), Read(input, WireFormat.GetTagWireType(tag))));
        }

        public bool Has(int field) => fields.Any(one => one.Field == field);

        public byte[] Bytes(int field) => (byte[]?)fields.Find(one => one.Field == field).Value ?? [];

        public string Text(int field) => System.Text.Encoding.UTF8.GetString(Bytes(field));

        public ulong Number(int field) => (ulong)fields.Find(one => one.Field == field).Value;

        public IEnumerable<Sent> Messages(int field)
            => fields.Where(one => one.Field == field).Select(one => new Sent((byte[])one.Value));

        private static object Read(CodedInputStream input, WireFormat.WireType type) => type switch
        {
            WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
            WireFormat.WireType.Fixed64 => input.ReadFixed64(),
            WireFormat.WireType.Fixed32 => (ulong)input.ReadFixed32(),
            _ => input.ReadUInt64(),
        };
    }
}

/// <summary>A span as a collector gets it. An action's own has no parent but a caller's.</summary>
internal sealed record SentSpan(
    string TraceId, string Id, string ParentId, string Name, IReadOnlyDictionary<string, string> Tags, string Service)
{
    public bool IsOf(string requestId) => Tags.GetValueOrDefault("kiroku.request.id") == requestId;
}
