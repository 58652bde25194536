using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Actions.Live;
using Kiroku.Actions.Live.Description;
using Kiroku.Actions.Live.Exports;
using Kiroku.Actions.Live.Streams;
using Kiroku.Api;
using Kiroku.Cluster;
using Kiroku.CommandLine;
using Kiroku.Flavors;
using Kiroku.Hosts;
using Kiroku.Hypervisors.Libvirt;
using Kiroku.Identity;
using Kiroku.Images;
using Kiroku.Keypairs;
using Kiroku.Networks;
using Kiroku.Nodes;
using Kiroku.Proxies;
using Kiroku.Quotas;
using Kiroku.Scheduling;
using Kiroku.Servers;
using Kiroku.Servers.Api;
using Kiroku.Storage;
using Kiroku.Telemetry;
using Kiroku.Ui;
using Kiroku.Webhooks;
using Microsoft.Extensions.Logging.Console;

namespace Kiroku;

/// <summary>Puts the service together: one Add… and one Map… call for each room.</summary>
internal static class KirokuApp
{
    public static WebApplication Build(ServiceSettings settings, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddJsonFile(Path.Combine(settings.DataDirectory, "kiroku.json"), optional: true);
        builder.Configuration.AddEnvironmentVariables("KIROKU_");
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        // Standard output carries only the line with the service's address.
        builder.Services.Configure<ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // Polly's callers log retries and their results themselves.
        builder.Logging.AddFilter("Polly", LogLevel.Critical);
        builder.Services.AddSingleton(settings);
        builder.AddApi(settings);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // More connections are closed at once, so that the store and the hypervisor always have descriptors.
            kestrel.Limits.MaxConcurrentConnections = Descriptors.Connections;
            // The longest filter of the live record, each of whose characters may be twelve in an address.
            kestrel.Limits.MaxRequestLineSize = 32 * 1024;
        });
        builder.Services.AddStorage(settings);
        builder.Services.AddAccess();
        builder.Services.AddIdentity(settings);
        // Comes first of all rooms that act in this host's name: another node may hold that name.
        builder.Services.AddNodes();
        builder.Services.AddHosts();
        builder.Services.AddImages();
        builder.Services.AddFlavors();
        builder.Services.AddQuotas();
        builder.Services.AddKeypairs();
        builder.Services.AddNetworks();
        builder.Services.AddProxies();
        builder.Services.AddHypervisors(settings);
        builder.Services.AddScheduling();
        builder.Services.AddActions();
        builder.Services.AddWebhooks(settings);
        builder.AddCluster(settings);
        builder.Services.AddServers();
        builder.Services.AddUi();
        configure?.Invoke(builder);
        builder.AddTelemetry(settings);

        var app = builder.Build();
        app.UseAddresses();
        app.UseApiDoor();
        app.UseRequestIds();
        app.UseMiddleware<FaultMiddleware>();
        if (settings.Roles.HasFlag(NodeRoles.Api))
            app.MapRooms();
        app.MapGet("/healthz", (NodeDrain drain) => drain.IsAsked
            ? Results.Text("draining", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ok"));
        app.MapMetrics();
        return app;
    }

    private static void MapRooms(this WebApplication app)
    {
        app.UseTraces();
        app.UseUnrouted();
        // Before visits: what is routed below /ui must have begun one.
        app.UseMergedSlashes();
        app.UseVisits();
        app.UseRouting();
        app.UseExactPaths();
        app.UseIdentity();
        app.UseRequestRates();
        app.UseMiddleware<FullStoreMiddleware>();
        app.UseMicroversions();
        app.UseExportCompression();
        app.MapVersions();
        app.MapIdentity();
        app.MapImages();
        app.MapFlavors();
        app.MapQuotas();
        app.MapKeypairs();
        app.MapNetworks();
        app.MapProxies();
        app.MapHosts();
        app.MapServers();
        app.MapCancel();
        app.MapActions();
        app.MapLiveRecord();
        app.MapStreams();
        app.MapDescription();
        app.MapWebhooks();
        app.MapExport();
        app.MapUi();
    }
}
