using System.CommandLine;
using Kiroku.Hypervisors;
using Kiroku.Identity;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.CommandLine;

/// <summary><c>kiroku serve</c>: the service, in the foreground, until SIGTERM.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var options = new ServiceOptions();
        var command = new Command("serve", "Run the service.");
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ServeAsync(options.Read(parsed)));
        return command;
    }

    public static async Task<int> ServeAsync(ServiceSettings settings)
    {
        try
        {
            await using var app = await StartAsync(settings);
            await Console.Out.WriteLineAsync($"listening on {app.Urls.First()}");
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (Explain(e) is { } reason)
        {
            await Console.Error.WriteLineAsync($"kiroku: {reason}");
            return 1;
        }
    }

    /// <summary>Starts the service and writes its clouds.yaml, now that its address is known.</summary>
    public static async Task<WebApplication> StartAsync(ServiceSettings settings)
    {
        Directory.CreateDirectory(settings.DataDirectory);
        var app = KirokuApp.Build(settings);
        try
        {
            if (settings.Hypervisor?.StartsWith("test:", StringComparison.Ordinal) == true)
                await Console.Error.WriteLineAsync("kiroku: the hypervisor is libvirt's mock: NOTHING REAL RUNS.");
            await app.StartAsync();
            app.Services.GetRequiredService<CloudsFile>().WriteClouds(new Uri(app.Urls.First()));
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>The sentence for what a person can set right; null for what is our fault and deserves its stack.</summary>
    private static string? Explain(Exception e) => e switch
    {
        StorageException or OptionsValidationException or HypervisorException => e.Message,
        IOException or UnauthorizedAccessException or UriFormatException or FormatException => e.Message,
        InvalidDataException or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => e.Message,
        _ => null,
    };
}
