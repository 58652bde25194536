using System.CommandLine;
using Kiroku.Api;
using Kiroku.Hypervisors;
using Kiroku.Identity.Setup;
using Kiroku.Servers.Engine;

namespace Kiroku.CommandLine;

/// <summary><c>kiroku serve</c>: the service, in the foreground, until SIGTERM.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var options = new ServiceOptions();
        var command = new Command("serve", "Run the service.");
        options.AddTo(command);
        command.SetAction((parsed, _) => ServeAsync(options.Read(parsed), options.EndsWithInput(parsed)));
        return command;
    }

    private static async Task<int> ServeAsync(ServiceSettings settings, bool endsWithInput)
    {
        ListenAddress.RequireFree(settings.Listen);
        // Comes before the data folder names this process: without a handler, the signal would end it.
        using var drain = new DrainSignal();
        var folder = new DataFolder(settings.DataDirectory);
        using var held = folder.Take();
        WebApplication started;
        try
        {
            started = await StartAsync(settings);
        }
        catch (OperationCanceledException)
        {
            // It was told to end while it was starting.
            return 0;
        }
        await using var app = started;
        if (endsWithInput)
            _ = EndWithInputAsync(app.Lifetime);
        _ = DrainAsync(app, drain, folder);
        await Console.Out.WriteLineAsync($"listening on {app.Urls.First()}");
        // Awaiting the task that ended first rethrows its failure.
        await await Task.WhenAny(app.WaitForShutdownAsync(),
            settings.Roles.HasFlag(NodeRoles.Compute)
                ? WhenHypervisorIsImpossibleAsync(app) : app.WaitForShutdownAsync());
        return 0;
    }

    /// <summary>Starts the service and writes its clouds.yaml, now that its address is known.</summary>
    private static async Task<WebApplication> StartAsync(ServiceSettings settings)
    {
        var started = false;
        // While the service starts, the host would log failures with a stack trace that we report in one line.
        var app = KirokuApp.Build(settings, builder =>
            builder.Logging.AddFilter(
                "Microsoft.Extensions.Hosting.Internal.Host", level => started && level >= LogLevel.Information));
        try
        {
            if (settings.Hypervisor?.StartsWith("test:", StringComparison.Ordinal) == true)
                await Console.Error.WriteLineAsync("kiroku: the hypervisor is libvirt's mock: NOTHING REAL RUNS.");
            await app.StartAsync();
            var address = new Uri(app.Urls.First());
            if (app.Services.GetRequiredService<CallersAddress>().Concern(address) is { } concern)
                await Console.Error.WriteLineAsync($"kiroku: {concern}");
            app.Services.GetRequiredService<CloudsFile>().WriteClouds(address);
            started = true;
            return app;
        }
        catch (Exception e)
        {
            var connected = app.Services.GetRequiredService<IHypervisor>().Connected;
            await app.DisposeAsync();
            // If the hypervisor can never be reached, a service that is still starting stops.
            if (e is OperationCanceledException or OrleansLifecycleCanceledException or InvalidOperationException
                && connected.IsFaulted)
                await connected;
            // Orleans throws this when it is told to stop in the middle of its own start.
            if (e is OrleansLifecycleCanceledException)
                throw new OperationCanceledException(e.Message, e);
            throw;
        }
    }

    /// <summary>Throws once it is certain that the hypervisor can never be reached; otherwise never
    /// completes.</summary>
    private static async Task WhenHypervisorIsImpossibleAsync(WebApplication app)
    {
        try
        {
            await app.Services.GetRequiredService<IHypervisor>().Connected;
        }
        catch (OperationCanceledException)
        {
            // The service is stopping.
        }
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task DrainAsync(WebApplication app, DrainSignal drain, DataFolder folder)
    {
        await drain.Asked;
        await app.Services.GetRequiredService<Resting>().DrainAsync(folder.TellDraining);
        app.Lifetime.StopApplication();
    }

    private static async Task EndWithInputAsync(IHostApplicationLifetime lifetime)
    {
        using var input = Console.OpenStandardInput();
        while (await input.ReadAsync(new byte[64]) > 0)
        {
        }
        lifetime.StopApplication();
    }
}
