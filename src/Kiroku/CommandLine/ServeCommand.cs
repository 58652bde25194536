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
        // Before anyone can find this process: unhandled, the signal would end it.
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
            // Told to end while it was starting.
            return 0;
        }
        await using var app = started;
        if (endsWithInput)
            _ = EndWithInputAsync(app.Lifetime);
        _ = DrainAsync(app, drain, folder);
        await Console.Out.WriteLineAsync($"listening on {app.Urls.First()}");
        // The first to end is awaited, so that its failure is ours.
        await await Task.WhenAny(app.WaitForShutdownAsync(),
            settings.Roles.HasFlag(NodeRoles.Compute)
                ? WhenHypervisorIsImpossibleAsync(app) : app.WaitForShutdownAsync());
        return 0;
    }

    /// <summary>Starts the service and writes its clouds.yaml, now that its address is known.</summary>
    private static async Task<WebApplication> StartAsync(ServiceSettings settings)
    {
        var started = false;
        // While it starts the host would log with its stack what we say in a line.
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
            // A hypervisor that can never be had stops a service that is still starting.
            if (e is OperationCanceledException or OrleansLifecycleCanceledException or InvalidOperationException
                && connected.IsFaulted)
                await connected;
            // What the engine calls it when it is told to end in the middle of its own start.
            if (e is OrleansLifecycleCanceledException)
                throw new OperationCanceledException(e.Message, e);
            throw;
        }
    }

    /// <summary>Throws once it is known that no later attempt to connect can succeed; else never ends.</summary>
    private static async Task WhenHypervisorIsImpossibleAsync(WebApplication app)
    {
        try
        {
            await app.Services.GetRequiredService<IHypervisor>().Connected;
        }
        catch (OperationCanceledException)
        {
            // The service stops.
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
