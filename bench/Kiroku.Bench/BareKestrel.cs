namespace Kiroku.Bench;

/// <summary>Kestrel alone: answers each request with the same bytes, under the headers that Kiroku sends.</summary>
internal static class BareKestrel
{
    /// <summary>Serves until the process is ended.</summary>
    public static async Task<int> RunAsync(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        var type = Path.GetExtension(file) == ".html" ? "text/html" : "application/json";
        await using var app = Build();
        app.Run(context =>
        {
            var headers = context.Response.Headers;
            headers["x-openstack-request-id"] = headers["x-compute-request-id"] = "req-f55e14de-5d5b-4c5e-9e1c-07d4a2f1f5a2";
            headers["OpenStack-API-Version"] = "compute 2.58";
            headers["X-OpenStack-Nova-API-Version"] = "2.58";
            headers.Vary = "OpenStack-API-Version, X-OpenStack-Nova-API-Version";
            headers.ContentType = type;
            headers.ContentLength = bytes.Length;
            return context.Response.Body.WriteAsync(bytes, 0, bytes.Length);
        });
        return await ServeAsync(app);
    }

    /// <summary>Sends each connection so many bytes, so often a second, until the process is ended.</summary>
    public static async Task<int> StreamAsync(int size, int perSecond)
    {
        var bytes = new byte[size];
        bytes.AsSpan().Fill((byte)' ');
        bytes[^1] = (byte)'\n';
        var next = NewTick();
        await using var app = Build();
        app.Run(async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                var tick = Volatile.Read(ref next).Task;
                await context.Response.Body.WriteAsync(bytes);
                await tick;
            }
        });
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        var ticking = Task.Run(async () =>
        {
            while (await timer.WaitForNextTickAsync())
                Interlocked.Exchange(ref next, NewTick()).SetResult();
        });
        await ServeAsync(app);
        timer.Dispose();
        await ticking;
        return 0;
    }

    private static TaskCompletionSource NewTick() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        return builder.Build();
    }

    private static async Task<int> ServeAsync(WebApplication app)
    {
        await app.StartAsync();
        Console.WriteLine($"listening on {app.Urls.Single()}");
        await app.WaitForShutdownAsync();
        return 0;
    }
}
