using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kiroku.Tests.Ui;

/// <summary>The API's requests that pages take, in order, without their queries.</summary>
internal sealed class ApiRequests : IObserver<KeyValuePair<string, object?>>, IDisposable
{
    /// <summary>What ASP.NET Core's routing tells with each request that it has found a route for.</summary>
    private const string Routed = "Microsoft.AspNetCore.Routing.EndpointMatched";

    private readonly ConcurrentQueue<string> seen = [];
    private readonly IDisposable subscription;

    public ApiRequests(TestApp app)
        => subscription = app.Services.GetRequiredService<DiagnosticListener>().Subscribe(this, name => name == Routed);

    /// <summary>Those since the last time.</summary>
    public IReadOnlyList<string> Take()
    {
        var taken = new List<string>();
        while (seen.TryDequeue(out var path))
            taken.Add(path);
        return taken;
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: Routed, Value: HttpContext context } && !PageRoutes.IsPage(context.Request.Path.Value!))
            seen.Enqueue($"{context.Request.Method} {context.Request.Path}");
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => subscription.Dispose();
}
